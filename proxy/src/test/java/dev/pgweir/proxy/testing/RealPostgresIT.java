package dev.pgweir.proxy.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RealPostgres.class)
final class RealPostgresIT {

    private static String nameOfOuter = "";

    @Test
    void givesADatabaseAndItsOwner(TestDatabase database) throws IOException {
        nameOfOuter = database.name();
        try (WireClient client = database.login()) {
            assertThat(client.value("SELECT current_database()")).isEqualTo(database.name());
            assertThat(client.value("CREATE TABLE t (n int); SELECT current_user"))
                    .isEqualTo(database.user());
        }
    }

    @Test
    void givesMoreRolesAndDatabases(TestDatabase database) throws IOException {
        String role = database.createRole("reader", "it's");
        String other = database.createDatabase("other");
        try (WireClient client =
                WireClient.connect(database.host(), database.port()).login(role, other, "it's")) {
            assertThat(client.value("SELECT current_user")).isEqualTo(role);
        }
    }

    @Nested
    @PostgresVersion(PostgresVersion.OLD)
    final class InANestedClass {

        @Test
        void staysWithTheDatabaseOfTheClassAround(TestDatabase database) throws IOException {
            try (WireClient client = database.login()) {
                assertThat(client.value("SELECT current_database()"))
                        .isEqualTo(database.name())
                        .isEqualTo(nameOfOuter.isEmpty() ? database.name() : nameOfOuter);
            }
        }
    }
}

package dev.pgweir.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.testing.PgWeirProcess;
import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What whoever names databases that do not exist can bring about: a bounded number of pools, and of server connections. */
@ExtendWith(RealPostgres.class)
final class InventedDatabasesIT {
    /** AutomaticPools keeps 1000 empty ones and looks once for every 100 that are made. */
    private static final int MOST = 1_100;

    @Test
    void theirPoolsAreBoundedInNumberWhileWhoIsInGoesOn(TestDatabase database) throws IOException {
        try (Configured weir = Configured.start(
                        database,
                        PgWeirProcess.builder(),
                        // Nothing else forgets them in the time of this test.
                        "server_login_retry = 600",
                        Configured.entry("*", database).replaceFirst("(?m)^dbname.*$", ""));
                WireClient before = weir.login(database.name())) {
            for (int i = 0; i < MOST + 50; i++) {
                try (WireClient stranger = weir.connect()) {
                    List<WireMessage> answer = stranger.tryLogin(database.user(), "invented" + i, database.password());
                    assertThat(answer.get(answer.size() - 1).message()).contains("does not exist");
                }
            }
            weir.awaitLine("because: more than 1000 empty pools of automatic databases");

            List<String> names = weir.console("SHOW POOLS").stream()
                    .map(row -> String.valueOf(row.get(0)))
                    .toList();
            assertThat(names).hasSizeLessThanOrEqualTo(MOST).contains(database.name(), "invented" + (MOST + 49));
            assertThat(names).doesNotContain("invented0");
            assertThat(before.value("SELECT 'in'")).isEqualTo("in");
        }
    }

    @Test
    void strangersWhoNameManyDatabasesOpenNoServerConnectionForEach(TestDatabase database) throws IOException {
        try (Fronted weir = Fronted.start(
                database,
                "auth_type = \"plain\"",
                "auth_user = \"" + database.user() + "\"",
                "auth_query = \"SELECT $1::text, 'pencil'::text\"",
                "auth_query_ttl = 0",
                "login_failure_delay = 0",
                "admin_users = \"" + database.user() + "\"",
                Configured.entry("*", database))) {
            for (int i = 0; i < 12; i++) {
                try (WireClient stranger = weir.connect()) {
                    assertThat(stranger.tryLogin("someone", "invented" + i, "a guess"))
                            .extracting(WireMessage::type)
                            .endsWith('E');
                }
            }
            try (WireClient console = weir.connect().login(database.user(), "pgbouncer", database.password())) {
                assertThat(console.rows("SHOW SERVERS")).hasSizeBetween(1, 4);
            }
        }
    }
}

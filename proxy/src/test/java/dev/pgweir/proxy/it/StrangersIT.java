package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.testing.WireBytes.startup;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What those who have not logged in can take from those who want to: a few seconds. */
@ExtendWith(RealPostgres.class)
final class StrangersIT {
    private final List<WireClient> strangers = new ArrayList<>();

    @AfterEach
    void leave() throws IOException {
        for (WireClient stranger : strangers) {
            stranger.close();
        }
    }

    @Test
    void loginsThatGetNowhereGiveWayWhereAllPlacesAreTaken(TestDatabase database) throws IOException {
        try (Fronted weir = Fronted.start(database, "auth_type = \"scram-sha-256\"", "max_client_logins = 8");
                WireClient before = weir.login()) {
            for (int i = 0; i < 8; i++) {
                WireClient stranger = stranger(weir);
                if (i % 2 == 0) {
                    ask(stranger, database, Fronted.NAME);
                }
            }
            // It waits in the kernel's queue until the strangers' time is up, long before client_login_timeout is.
            try (WireClient client = weir.login()) {
                assertThat(client.value("SELECT 'in'")).isEqualTo("in");
            }
            weir.process()
                    .awaitLine(
                            "client_login_timeout: the login was not complete within 5000 ms while max_client_logins");
            assertThat(before.value("SELECT 'undisturbed'")).isEqualTo("undisturbed");
        }
    }

    @Test
    void administratorsGetInWhenTheClientsAreFullAndStrangersTakeNobodysPlace(TestDatabase database)
            throws IOException {
        try (Fronted weir = Fronted.start(
                database,
                "auth_type = \"scram-sha-256\"",
                "max_client_conn = 2",
                "admin_users = \"" + database.user() + "\"")) {
            for (int i = 0; i < 4; i++) {
                ask(stranger(weir), database, Fronted.NAME);
            }
            try (WireClient first = weir.login();
                    WireClient second = weir.login();
                    WireClient third = weir.connect()) {
                List<WireMessage> refused = third.tryLogin(database.user(), Fronted.NAME, database.password());
                assertThat(refused.get(refused.size() - 1).message()).contains("max_client_conn is 2");
                try (WireClient console = weir.connect().login(database.user(), "pgbouncer", database.password())) {
                    assertThat(console.rows("SHOW CLIENTS")).isNotEmpty();
                }
                assertThat(first.value("SELECT 1")).isEqualTo("1");
                assertThat(second.value("SELECT 1")).isEqualTo("1");
            }
        }
    }

    @Test
    void withPgBouncersRulesWhoeverNamesAUserTakesAPlace(TestDatabase database) throws IOException {
        try (Fronted weir = Fronted.start(
                        database,
                        "auth_type = \"scram-sha-256\"",
                        "max_client_conn = 1",
                        "pgbouncer_compatibility = true");
                WireClient client = weir.connect()) {
            ask(stranger(weir), database, Fronted.NAME);

            List<WireMessage> refused = client.tryLogin(database.user(), Fronted.NAME, database.password());
            assertThat(refused).hasSize(1);
            assertThat(refused.get(0).message()).contains("max_client_conn");
        }
    }

    private WireClient stranger(Fronted weir) throws IOException {
        WireClient stranger = weir.connect();
        strangers.add(stranger);
        return stranger;
    }

    /** A startup packet, and the question for the password, which nobody answers. */
    private static void ask(WireClient stranger, TestDatabase database, String name) throws IOException {
        stranger.send(startup("user", database.user(), "database", name));
        assertThat(stranger.read().type()).isEqualTo('R');
    }
}

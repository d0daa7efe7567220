package dev.pgweir.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgweir.proxy.testing.FaultProxy;
import dev.pgweir.proxy.testing.PgWeirProcess;
import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireClient;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What an orchestrator is told of a PgWeir whose PostgreSQL comes and goes. */
@ExtendWith(RealPostgres.class)
final class ProbesIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Test
    void readinessFollowsPostgresAndOrdersAndLifeDoesNot(TestDatabase database) throws IOException {
        try (FaultProxy network = FaultProxy.to(database.host(), database.port());
                Fronted weir = Fronted.startBehind(
                        network.port(),
                        database,
                        Http.SETTING,
                        "server_login_retry = 0.2",
                        "admin_users = \"" + database.user() + "\"")) {
            Http http = Http.of(weir.process());
            assertThat(http.status("/livez")).startsWith("200 {\"status\":\"alive\"");
            assertThat(http.status("/startupz")).isEqualTo("200 {\"status\":\"started\"}");
            assertThat(http.status("/readyz")).isEqualTo("200 {\"status\":\"ready\",\"servers\":[]}");

            try (WireClient client = weir.login()) {
                assertThat(client.value("SELECT 1")).isEqualTo("1");
                String server = "127.0.0.1:" + network.port();
                assertThat(http.status("/readyz"))
                        .isEqualTo("200 {\"status\":\"ready\",\"servers\":[{\"server\":\"" + server
                                + "\",\"answers\":true,\"connections\":1}]}");

                // Nobody asks for anything: it is found all the same.
                network.refuse();
                network.closeAll();
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(http.status("/readyz"))
                                .startsWith(
                                        "503 {\"status\":\"not ready\",\"reasons\":[{\"reason\":\"no_server_answers\"")
                                .contains("\"server\":\"" + server + "\",\"answers\":false,\"connections\":0"));
                assertThat(http.status("/livez")).startsWith("200 ");
                assertThat(http.status("/startupz")).startsWith("200 ");

                network.accept();
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(http.status("/readyz")).startsWith("200 "));
                assertThat(client.value("SELECT 2")).isEqualTo("2");

                paused(weir, database, http);
                client.query("BEGIN");
                weir.process().signal("TERM");
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(http.status("/readyz")).contains("\"shutting_down\""));
                assertThat(http.status("/livez")).startsWith("200 ");
                client.query("COMMIT");
                client.terminate();
            }
            assertThat(weir.process().awaitExit()).isZero();
        }
    }

    private static void paused(Fronted weir, TestDatabase database, Http http) throws IOException {
        try (WireClient console = weir.connect().login(database.user(), "pgbouncer", database.password())) {
            console.query("PAUSE");
            assertThat(http.status("/readyz")).contains("\"paused\"");
            console.query("RESUME");
            assertThat(http.status("/readyz")).startsWith("200 ");
            console.terminate();
        }
    }

    @Test
    void anAddressThatWasAskedForHasToBeHad(TestDatabase database) {
        try (Fronted first = Fronted.start(database, Http.SETTING)) {
            String taken = Http.of(first.process()).base().substring("http://".length());
            try (PgWeirProcess second = PgWeirProcess.builder()
                    .config(
                            "[databases.app]\nhost = \"127.0.0.1\"\nport = 1\n[pgweir]\nauth_type = \"trust\"\nhttp_addr = \""
                                    + taken + "\"")
                    .run()) {
                assertThat(second.awaitExit()).isEqualTo(1);
                assertThat(second.lines())
                        .anySatisfy(line -> assertThat(line)
                                .contains("FATAL cannot listen on " + taken)
                                .contains("(http_addr)"));
            }
        }
    }
}

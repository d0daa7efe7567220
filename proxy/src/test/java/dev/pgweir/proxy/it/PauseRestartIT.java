package dev.pgweir.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.testing.PgWeirProcess;
import dev.pgweir.proxy.testing.PostgresInstance;
import dev.pgweir.proxy.testing.WireClient;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What operators have PAUSE for: PostgreSQL is restarted under full load, and no client notices more than a delay. */
final class PauseRestartIT {
    private static final int CLIENTS = 50;
    private static final int TRANSACTIONS = 60;

    @TestFactory
    Stream<DynamicTest> pauseAroundARestartLosesNothing() {
        Optional<ClientProgram> pgbench = ClientProgram.pgbench();
        return pgbench
                .map(program -> DynamicTest.dynamicTest("pgbench with " + CLIENTS + " clients", () -> restart(program)))
                .stream();
    }

    private static void restart(ClientProgram pgbench) throws IOException {
        try (PostgresInstance postgres = PostgresInstance.builder().start()) {
            postgres.execute("CREATE ROLE bench LOGIN", "CREATE DATABASE bench OWNER bench");
            ClientProgram.Run tables =
                    pgbench.run(environment(postgres.host(), postgres.port()), "", "--initialize", "--quiet");
            assertThat(tables.exitCode()).as(tables.output()).isZero();
            try (PgWeirProcess weir = PgWeirProcess.builder()
                            .config("""
                                    [pgweir]
                                    auth_type = "trust"
                                    pool_mode = "transaction"
                                    default_pool_size = 5
                                    admin_users = "bench"

                                    [users.bench]
                                    password = "x"

                                    [databases.bench]
                                    host = "%s"
                                    port = %d
                                    dbname = "bench"
                                    """.formatted(postgres.host(), postgres.port()))
                            .start();
                    WireClient admin = WireClient.connect(weir.port()).login("bench", "pgbouncer", "")) {
                Process load = pgbench.start(
                        environment(weir.host(), weir.port()),
                        "",
                        "--no-vacuum",
                        "--client=" + CLIENTS,
                        "--jobs=2",
                        "--transactions=" + TRANSACTIONS,
                        "--builtin=simple-update");
                // Well under way, and far from done.
                Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> done(postgres) > 3 * CLIENTS);

                admin.rows("PAUSE TIMEOUT 30");
                int before = done(postgres);
                postgres.restart();
                assertThat(done(postgres)).isEqualTo(before).isLessThan(CLIENTS * TRANSACTIONS);
                admin.rows("RESUME");

                ClientProgram.Run run = ClientProgram.finish(load);
                assertThat(run.output())
                        .contains("actually processed: " + CLIENTS * TRANSACTIONS + "/" + CLIENTS * TRANSACTIONS)
                        .doesNotContainIgnoringCase("error", "aborted");
                assertThat(run.exitCode()).isZero();
                assertThat(done(postgres)).isEqualTo(CLIENTS * TRANSACTIONS);
            }
        }
    }

    private static int done(PostgresInstance postgres) {
        try (Connection connection = postgres.connect("bench");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM pgbench_history")) {
            rows.next();
            return rows.getInt(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, String> environment(String host, int port) {
        return Map.of("PGHOST", host, "PGPORT", Integer.toString(port), "PGUSER", "bench", "PGDATABASE", "bench");
    }
}

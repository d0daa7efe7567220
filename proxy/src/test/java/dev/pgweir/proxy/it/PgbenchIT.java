package dev.pgweir.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.testing.ConnectionCounter;
import dev.pgweir.proxy.testing.PgWeirProcess;
import dev.pgweir.proxy.testing.PostgresInstance;
import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * pgbench's hundred clients on ten server connections, as PostgreSQL counts them. No transaction fails, none is lost and
 * none is done twice: pgbench keeps a history of what it did, and its sums must agree.
 */
@ExtendWith(RealPostgres.class)
final class PgbenchIT {

    private static final int CLIENTS = 100;
    private static final int POOL_SIZE = 10;
    private static final List<String> MODES = List.of("session", "transaction", "statement");

    /** The database of each mode, by PostgreSQL's name for it. */
    private static final Map<String, String> NAMES = new HashMap<>();

    private static @Nullable ClientProgram pgbench;
    private static @Nullable PgWeirProcess weir;

    /** @param script one of pgbench's own */
    record Load(String mode, String script, String protocol) {

        boolean writes() {
            return !script.equals("select-only");
        }

        /** A transaction that writes takes up to seven round trips. */
        int transactionsPerClient() {
            return writes() ? 10 : 40;
        }

        /**
         * While pgbench prepares a client's statements, it waits for the answer with the whole thread, and other clients
         * of that thread would keep their servers meanwhile.
         */
        int threads() {
            return protocol.equals("prepared") ? CLIENTS : 2;
        }

        int transactions() {
            return CLIENTS * transactionsPerClient();
        }

        @Override
        public String toString() {
            return script + ", " + protocol + " protocol, " + mode + " mode";
        }
    }

    @BeforeAll
    static void start(TestDatabase database) {
        pgbench = ClientProgram.pgbench().orElse(null);
        if (pgbench == null) {
            return;
        }
        StringBuilder config =
                new StringBuilder("""
                [pgweir]
                auth_type = "trust"
                default_pool_size = %d
                max_client_conn = %d

                [users.%s]
                password = "%s"
                """.formatted(POOL_SIZE, 2 * CLIENTS, database.user(), database.password()));
        for (String mode : MODES) {
            NAMES.put(mode, database.createDatabase(mode));
            config.append("""

                    [databases.%s]
                    pool_mode = "%s"
                    host = "%s"
                    port = %d
                    dbname = "%s"
                    """.formatted(mode, mode, database.host(), database.port(), NAMES.get(mode)));
        }
        weir = PgWeirProcess.builder().config(config.toString()).start();
        for (String name : NAMES.values()) {
            // Past PgWeir: its transaction would be refused in statement mode.
            ClientProgram.Run run = pgbench.run(
                    environment(database.host(), database.port(), database, name), "", "--initialize", "--quiet");
            assertThat(run.exitCode()).as(run.output()).isZero();
        }
    }

    @AfterAll
    static void stop() {
        if (weir != null) {
            weir.close();
        }
    }

    static Stream<Load> loads() {
        List<Load> loads = new ArrayList<>();
        for (String mode : pgbench == null ? List.<String>of() : MODES) {
            // In statement mode BEGIN is refused, so there are no transactions that write.
            List<String> scripts = mode.equals("statement")
                    ? List.of("select-only")
                    : List.of("select-only", "simple-update", "tpcb-like");
            for (String script : scripts) {
                loads.add(new Load(mode, script, "simple"));
                loads.add(new Load(mode, script, "extended"));
                if (!mode.equals("session")) {
                    loads.add(new Load(mode, script, "prepared"));
                }
            }
        }
        return loads.stream();
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("loads")
    void hundredClientsShareTenConnections(Load load, TestDatabase database) throws IOException {
        String name = Objects.requireNonNull(NAMES.get(load.mode()));
        try (ConnectionCounter counter = database.countConnections();
                WireClient straight = straight(database, name)) {
            int before = integer(straight, "SELECT count(*) FROM pgbench_history");

            PgWeirProcess front = Objects.requireNonNull(weir);
            ClientProgram.Run run = Objects.requireNonNull(pgbench)
                    .run(
                            environment(front.host(), front.port(), database, load.mode()),
                            "",
                            "--no-vacuum",
                            "--client=" + CLIENTS,
                            "--jobs=" + load.threads(),
                            "--transactions=" + load.transactionsPerClient(),
                            "--builtin=" + load.script(),
                            "--protocol=" + load.protocol());

            assertThat(run.exitCode()).as(run.output()).isZero();
            assertThat(run.output())
                    .contains("actually processed: " + load.transactions() + "/" + load.transactions())
                    .doesNotContainIgnoringCase("error", "aborted");
            assertThat(counter.max(name)).isBetween(1, POOL_SIZE);
            assertThat(integer(straight, "SELECT count(*) FROM pgbench_history") - before)
                    .isEqualTo(load.writes() ? load.transactions() : 0);
            assertThat(integer(straight, "SELECT sum(abalance) FROM pgbench_accounts"))
                    .isEqualTo(integer(straight, "SELECT coalesce(sum(delta), 0) FROM pgbench_history"));
        }
    }

    private static Map<String, String> environment(String host, int port, TestDatabase database, String name) {
        return Map.of(
                "PGHOST", host,
                "PGPORT", Integer.toString(port),
                "PGUSER", database.user(),
                "PGPASSWORD", database.password(),
                "PGDATABASE", name);
    }

    /** Past PgWeir, and not counted. */
    private static WireClient straight(TestDatabase database, String name) throws IOException {
        return WireClient.connect(database.host(), database.port())
                .login(database.user(), name, database.password(), "application_name", PostgresInstance.CONTROL);
    }

    private static int integer(WireClient client, String query) throws IOException {
        return Integer.parseInt(Objects.requireNonNull(client.value(query)));
    }
}

package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.testing.WireBytes.query;
import static dev.pgweir.proxy.testing.WireBytes.startup;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.pgweir.proxy.testing.PgWeirProcess;
import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The console's commands, and what clients of the databases see of them. */
@ExtendWith(RealPostgres.class)
final class ConsoleCommandsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static @Nullable PgWeirProcess process;

    @BeforeAll
    static void start(TestDatabase database) {
        process = PgWeirProcess.builder().config(config(database)).start();
    }

    private static String config(TestDatabase database) {
        String target = """
                host = "%s"
                port = %d
                dbname = "%s"
                """.formatted(database.host(), database.port(), database.name());
        return """
                [pgweir]
                auth_type = "trust"
                pool_mode = "transaction"
                default_pool_size = 2
                admin_users = "boss"

                [users.%s]
                password = "%s"
                [users.boss]
                password = "x"

                [databases.app]
                %s
                [databases.counted]
                %s
                [databases.kept]
                pool_mode = "session"
                %s
                """.formatted(database.user(), database.password(), target, target, target);
    }

    @AfterAll
    static void stop() {
        if (process != null) {
            process.close();
        }
    }

    private static PgWeirProcess weir() {
        return Objects.requireNonNull(process);
    }

    private static WireClient connect() throws IOException {
        return WireClient.connect(weir().port());
    }

    private static WireClient admin() throws IOException {
        return connect().login("boss", "pgbouncer", "");
    }

    private static WireClient client(TestDatabase database, String name) throws IOException {
        return connect().login(database.user(), name, database.password());
    }

    // ---- PAUSE ----

    @Test
    void pauseWaitsForTransactionsAndQueriesWaitForResume(TestDatabase database) throws IOException {
        try (WireClient busy = client(database, "app");
                WireClient other = client(database, "app");
                WireClient first = admin();
                WireClient second = admin()) {
            busy.query("BEGIN");
            first.send(query("PAUSE app"));
            awaitRow(second, "DATABASES", "name", "app", Map.of("paused", "1"));
            other.send(query("SELECT 'served'"));
            awaitRow(second, "POOLS", "database", "app", Map.of("cl_waiting", "1", "sv_active", "1"));
            assertThat(row(second, "CLIENTS", "state", "waiting")).isNotEmpty();
            assertThat(state(second)).containsEntry("paused_databases", "app");
            assertThat(state(second).get("pause_waits_for")).contains("app: 1 active");

            assertThat(busy.value("SELECT 'inside'")).isEqualTo("inside");
            busy.query("COMMIT");
            assertThat(types(first.readUntil('Z')).replace("N", "")).isEqualTo("CZ");
            assertThat(state(second)).containsEntry("pause_waits_for", "");
            assertThat(row(second, "SERVERS", "database", "app")).isEmpty();

            second.query("RESUME app");
            assertThat(other.readUntil('Z').get(1).values()).containsExactly("served");
            assertThat(error(second.query("RESUME app")).message()).isEqualTo("database app is not paused");
        }
    }

    @Test
    void resumeOfAnotherConsoleEndsAPauseThatWaits(TestDatabase database) throws IOException {
        try (WireClient holder = client(database, "kept");
                WireClient first = admin();
                WireClient second = admin()) {
            holder.query("SELECT 1");
            first.send(query("PAUSE"));
            WireMessage notice = first.readUntil('N').get(0);
            assertThat(notice.message())
                    .startsWith("PAUSE waits for server connections: kept: 1 active (held by client id ")
                    .contains("in session pooling a client holds its server until it disconnects");
            assertThat(error(second.query("PAUSE")).message()).isEqualTo("already suspended/paused");
            assertThat(state(second)).containsEntry("paused", "yes").containsEntry("active", "no");

            second.query("RESUME");

            WireMessage error = error(first.readUntil('Z'));
            assertThat(error.message()).startsWith("PAUSE was ended by RESUME");
            assertThat(state(second)).containsEntry("paused", "no").containsEntry("active", "yes");
            assertThat(holder.value("SELECT 'still here'")).isEqualTo("still here");
            assertThat(error(second.query("RESUME")).message()).isEqualTo("pooler is not paused/suspended");
        }
    }

    @Test
    void pauseInSessionModeIsGivenUpAfterItsTimeout(TestDatabase database) throws IOException {
        try (WireClient holder = client(database, "kept");
                WireClient admin = admin();
                WireClient next = client(database, "kept")) {
            holder.query("SELECT 1");
            WireMessage error = error(admin.query("PAUSE kept TIMEOUT 0.1"));
            assertThat(error.message()).startsWith("PAUSE was given up after 0.1 s, it waits for server connections");
            assertThat(state(admin)).containsEntry("paused_databases", "");
            assertThat(next.value("SELECT 'served'")).isEqualTo("served");
            holder.terminate();
            next.terminate();
            holder.awaitEnd();
            next.awaitEnd();
            assertThat(types(admin.query("PAUSE kept TIMEOUT 30")).replace("N", ""))
                    .isEqualTo("CZ");
            admin.query("RESUME kept");
        }
    }

    @Test
    void aPauseThatIsCancelledIsNone(TestDatabase database) throws IOException {
        try (WireClient holder = client(database, "kept");
                WireClient admin = admin()) {
            holder.query("SELECT 1");
            admin.send(query("PAUSE kept"));
            admin.readUntil('N');
            admin.cancel();
            assertThat(error(admin.readUntil('Z')).field('C')).isEqualTo("57014");
            assertThat(state(admin)).containsEntry("paused_databases", "");
        }
    }

    @Test
    void theFirstClientOfAPausedDatabaseWaitsForItsLogin(TestDatabase database) throws IOException {
        try (WireClient admin = admin();
                WireClient late = connect()) {
            admin.query("RECONNECT counted; PAUSE counted");
            late.send(startup("user", database.user(), "database", "counted"));
            awaitRow(admin, "CLIENTS", "database", "counted", Map.of());
            admin.query("RESUME counted");
            assertThat(late.authenticate(database.user(), database.password()))
                    .last()
                    .satisfies(message -> assertThat(message.type()).isEqualTo('Z'));
        }
    }

    // ---- KILL, DISABLE, RECONNECT, SUSPEND ----

    @Test
    void killDropsClientsAndNewcomersWaitForResume(TestDatabase database) throws IOException {
        try (WireClient idle = client(database, "app");
                WireClient busy = client(database, "app");
                WireClient admin = admin()) {
            idle.query("SELECT 1");
            busy.query("BEGIN");
            busy.send(query("SELECT pg_sleep(600)"));
            awaitRow(admin, "POOLS", "database", "app", Map.of("sv_active", "1"));

            assertThat(types(admin.query("KILL app"))).isEqualTo("CZ");

            for (WireClient killed : List.of(idle, busy)) {
                WireMessage error = error(killed.readUntil('E'));
                assertThat(error.field('S')).isEqualTo("FATAL");
                assertThat(error.message()).isEqualTo("admin forced disconnect");
                killed.awaitEnd();
            }
            try (WireClient newcomer = client(database, "app")) {
                newcomer.send(query("SELECT 'served'"));
                awaitRow(admin, "POOLS", "database", "app", Map.of("cl_waiting", "1", "sv_active", "0"));
                admin.query("RESUME app");
                assertThat(newcomer.readUntil('Z').get(1).values()).containsExactly("served");
            }
            assertThat(error(admin.query("KILL dne")).toString()).contains("08P01", "no such database: dne");
            assertThat(error(admin.query("PAUSE pgbouncer")).message()).isEqualTo("cannot pause admin db: pgbouncer");
        }
    }

    @Test
    void killClientDropsOneClientAndItsServer(TestDatabase database) throws IOException {
        try (WireClient victim = client(database, "app");
                WireClient other = client(database, "app");
                WireClient admin = admin()) {
            victim.query("BEGIN");
            String id = awaitRow(admin, "CLIENTS", "state", "active", Map.of("database", "app"))
                    .get("id");
            assertThat(types(admin.query("KILL_CLIENT " + id))).isEqualTo("CZ");
            assertThat(error(victim.readUntil('E')).message()).isEqualTo("admin forced disconnect");
            victim.awaitEnd();
            assertThat(other.value("SELECT 'untouched'")).isEqualTo("untouched");
            assertThat(error(admin.query("KILL_CLIENT 100000")).toString()).contains("08P01", "client not found");
            assertThat(error(admin.query("KILL_CLIENT abc")).toString())
                    .contains("08P01", "invalid client pointer supplied");
        }
    }

    @Test
    void killOfAllIsEndedByNameOrAltogether(TestDatabase database) throws IOException {
        try (WireClient one = client(database, "app");
                WireClient two = client(database, "kept");
                WireClient admin = admin()) {
            one.query("SELECT 1");
            two.query("SELECT 1");
            admin.query("KILL");
            one.awaitEnd();
            two.awaitEnd();
            assertThat(state(admin).get("paused_databases")).contains("app", "kept");
            assertThat(types(admin.query("RESUME app"))).isEqualTo("CZ");
            try (WireClient back = client(database, "app")) {
                assertThat(back.value("SELECT 'served'")).isEqualTo("served");
            }
            assertThat(types(admin.query("RESUME"))).isEqualTo("CZ");
            assertThat(state(admin)).containsEntry("paused_databases", "");
            assertThat(error(admin.query("RESUME")).message()).isEqualTo("pooler is not paused/suspended");
        }
    }

    @Test
    void disableRefusesLoginsAndEnableTakesThemAgain(TestDatabase database) throws IOException {
        try (WireClient inside = client(database, "app");
                WireClient admin = admin();
                WireClient refused = connect()) {
            admin.query("DISABLE app");
            assertThat(awaitRow(admin, "DATABASES", "name", "app", Map.of())).containsEntry("disabled", "1");
            assertThat(error(refused.tryLogin(database.user(), "app", database.password()))
                            .message())
                    .isEqualTo("database \"app\" is disabled");
            assertThat(inside.value("SELECT 'inside'")).isEqualTo("inside");
            admin.query("ENABLE app");
            client(database, "app").close();
            assertThat(error(admin.query("DISABLE")).message()).isEqualTo("a database is required");
            assertThat(error(admin.query("DISABLE pgbouncer")).message())
                    .isEqualTo("cannot disable admin db: pgbouncer");
        }
    }

    @Test
    void waitCloseWaitsForTheServersThatReconnectReplaces(TestDatabase database) throws IOException {
        try (WireClient busy = client(database, "app");
                WireClient admin = admin();
                WireClient waiting = admin()) {
            busy.query("BEGIN");
            String pid = busy.value("SELECT pg_backend_pid()");
            admin.query("RECONNECT app");
            assertThat(awaitRow(admin, "SERVERS", "state", "active", Map.of("database", "app")))
                    .containsEntry("close_needed", "1");
            waiting.send(query("WAIT_CLOSE app"));
            assertThat(types(admin.query("WAIT_CLOSE kept"))).isEqualTo("CZ");
            busy.query("COMMIT");
            assertThat(types(waiting.readUntil('Z'))).isEqualTo("CZ");
            assertThat(busy.value("SELECT pg_backend_pid()")).isNotEqualTo(pid);
        }
    }

    @Test
    void suspendHoldsClientsUpAndLosesNothing(TestDatabase database) throws IOException {
        try (WireClient client = client(database, "app");
                WireClient admin = admin()) {
            for (int i = 0; i < 5; i++) {
                assertThat(types(admin.query("SUSPEND"))).isEqualTo("CZ");
                assertThat(state(admin)).containsEntry("suspended", "yes").containsEntry("active", "no");
                client.send(query("SELECT 'served'"));
                assertThat(error(admin.query("PAUSE")).message()).isEqualTo("already suspended/paused");
                assertThat(awaitRow(admin, "CLIENTS", "database", "app", Map.of()))
                        .containsEntry("state", "idle");
                admin.query("RESUME");
                assertThat(client.readUntil('Z').get(1).values()).containsExactly("served");
            }
            admin.query("PAUSE app");
            assertThat(error(admin.query("SUSPEND")).message()).isEqualTo("cannot suspend with paused databases");
            admin.query("RESUME app");
        }
    }

    @Test
    void suspendStopsServersAndResumeGoesOnWithTheirAnswers(TestDatabase database) throws IOException {
        try (WireClient client = client(database, "app");
                WireClient admin = admin()) {
            client.query("BEGIN");
            String pid = Objects.requireNonNull(client.value("SELECT pg_backend_pid()"));
            client.send(query("SELECT pg_advisory_xact_lock(815)"), query("SELECT pg_sleep(0.2), 'served'"));
            assertThat(types(client.readUntil('Z'))).isEqualTo("TDCZ");

            assertThat(types(admin.query("SUSPEND"))).isEqualTo("CZ");
            // PostgreSQL has answered, and nobody has read it.
            Awaitility.await()
                    .atMost(PATIENCE)
                    .until(() -> "idle in transaction"
                            .equals(database.value("SELECT state FROM pg_stat_activity WHERE pid = " + pid)));
            assertThat(awaitRow(admin, "SERVERS", "remote_pid", pid, Map.of())).containsEntry("state", "active");
            client.patience(200);
            assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(client::read);

            admin.query("RESUME");
            client.patience((int) PATIENCE.toMillis());
            assertThat(client.readUntil('Z').get(1).values()).contains("served");
            client.query("COMMIT");
        }
    }

    @Test
    void suspendEndsWithTheLastConsole(TestDatabase database) throws IOException {
        try (WireClient client = client(database, "app")) {
            try (WireClient admin = admin()) {
                admin.query("SUSPEND");
                client.send(query("SELECT 'served'"));
                admin.terminate();
            }
            assertThat(client.readUntil('Z').get(1).values()).containsExactly("served");
            assertThat(weir().awaitLine("admin disappeared when suspended")).contains("doing RESUME");
        }
    }

    // ---- SET ----

    @Test
    void setTakesEffectAndIsJudgedByTheTableOfSettings() throws IOException {
        try (WireClient admin = admin()) {
            assertThat(types(admin.query("SET server_idle_timeout = 123"))).isEqualTo("CZ");
            assertThat(awaitRow(admin, "CONFIG", "key", "server_idle_timeout", Map.of()))
                    .containsEntry("value", "123");
            assertThat(error(admin.query("SET listen_port = 1234")).message())
                    .isEqualTo("SET failed: listen_port cannot be changed while PgWeir runs");
            assertThat(error(admin.query("SET pool_mode = sometimes")).message())
                    .startsWith("SET failed: pool_mode: ")
                    .contains("sometimes");
            WireMessage unknown = error(admin.query("SET pool_mod = session"));
            assertThat(unknown.message()).isEqualTo("SET failed: there is no setting pool_mod");
            assertThat(unknown.field('H')).contains("pool_mode");
        }
    }

    @Test
    void aLargerPoolServesThoseWhoWait(TestDatabase database) throws IOException {
        try (WireClient first = client(database, "counted");
                WireClient second = client(database, "counted");
                WireClient third = client(database, "counted");
                WireClient admin = admin()) {
            first.query("BEGIN");
            second.query("BEGIN");
            third.send(query("SELECT 'served'"));
            awaitRow(admin, "POOLS", "database", "counted", Map.of("cl_waiting", "1"));
            admin.query("SET default_pool_size = 3");
            assertThat(third.readUntil('Z').get(1).values()).containsExactly("served");
            admin.query("SET default_pool_size = 2");
        }
    }

    @Test
    void reloadTakesTheFileOrNothingOfIt(TestDatabase database) throws IOException {
        String good = config(database).replace("[users.boss]", "[users.someone]\n[users.boss]");
        try (WireClient admin = admin()) {
            weir().rewriteConfig(good.replace("default_pool_size = 2", "default_pool_size = \"many\""));
            WireMessage error = error(admin.query("RELOAD"));
            assertThat(error.sqlState()).isEqualTo("F0000");
            assertThat(error.message()).isEqualTo("RELOAD failed, see logs for additional details");
            assertThat(row(admin, "USERS", "name", "someone")).isEmpty();
            weir().rewriteConfig(good);
            assertThat(types(admin.query("RELOAD"))).isEqualTo("CZ");
            assertThat(row(admin, "USERS", "name", "someone")).isPresent();
        }
    }

    // ---- figures ----

    @Test
    void countsTransactionsQueriesAndLogins(TestDatabase database) throws IOException {
        try (WireClient admin = admin()) {
            Map<String, String> before = statsOf(admin, "kept");
            try (WireClient client = client(database, "kept")) {
                client.query("BEGIN");
                client.query("SELECT 1");
                client.query("COMMIT");
                client.query("SELECT 2");
            }
            Map<String, String> after = statsOf(admin, "kept");
            assertThat(difference(before, after, "total_query_count")).isEqualTo(4);
            assertThat(difference(before, after, "total_xact_count")).isEqualTo(2);
            assertThat(difference(before, after, "total_client_login_count")).isEqualTo(1);
            assertThat(difference(before, after, "total_received")).isPositive();
            assertThat(difference(before, after, "total_sent")).isPositive();
            assertThat(difference(before, after, "total_xact_time"))
                    .isGreaterThanOrEqualTo(difference(before, after, "total_query_time"));
            assertThat(statsOf(admin, "pgbouncer")).containsKey("total_query_count");
        }
    }

    private static Map<String, String> statsOf(WireClient admin, String database) throws IOException {
        return row(admin, "STATS", "database", database).orElse(Map.of());
    }

    private static long difference(Map<String, String> before, Map<String, String> after, String column) {
        return Long.parseLong(after.getOrDefault(column, "0")) - Long.parseLong(before.getOrDefault(column, "0"));
    }

    // ---- SHUTDOWN ----

    @Test
    void shutdownEndsTheProcess(TestDatabase database) throws IOException {
        try (PgWeirProcess own =
                        PgWeirProcess.builder().config(config(database)).start();
                WireClient admin = WireClient.connect(own.port()).login("boss", "pgbouncer", "");
                WireClient client = WireClient.connect(own.port()).login(database.user(), "app", database.password())) {
            assertThat(types(admin.query("SHUTDOWN WAIT_FOR_CLIENTS"))).isEqualTo("CZ");
            assertThat(error(admin.query("RESUME")).toString()).contains("08P01", "pooler is shutting down");
            assertThat(state(admin)).containsEntry("shutting_down", "yes");
            assertThat(client.value("SELECT 'still here'")).isEqualTo("still here");
            admin.send(query("SHUTDOWN"));
            admin.awaitEnd();
            assertThat(own.awaitExit()).isZero();
        }
    }

    // ---- reading the answers ----

    private static String types(List<WireMessage> messages) {
        StringBuilder types = new StringBuilder();
        messages.forEach(message -> types.append(message.type()));
        return types.toString();
    }

    private static WireMessage error(List<WireMessage> messages) {
        return messages.stream()
                .filter(message -> message.type() == 'E')
                .findAny()
                .orElseThrow(() -> new AssertionError("no error in " + messages));
    }

    private static Map<String, String> state(WireClient admin) throws IOException {
        Map<String, String> state = new TreeMap<>();
        admin.rows("SHOW STATE").forEach(row -> state.put(row.get(0), row.get(1)));
        return state;
    }

    /** The first row with that value in that column, by column. */
    private static Optional<Map<String, String>> row(WireClient admin, String what, String column, String value)
            throws IOException {
        return rows(admin, what).filter(row -> value.equals(row.get(column))).findFirst();
    }

    private static Stream<Map<String, String>> rows(WireClient admin, String what) throws IOException {
        List<WireMessage> messages = admin.query("SHOW " + what);
        List<String> names = messages.get(0).columns();
        return messages.stream().filter(message -> message.type() == 'D').map(message -> {
            Map<String, String> row = new TreeMap<>();
            for (int i = 0; i < names.size(); i++) {
                row.put(names.get(i), String.valueOf(message.values().get(i)));
            }
            return row;
        });
    }

    /** Asks until there is a row with that value in that column and all the others. */
    private static Map<String, String> awaitRow(
            WireClient admin, String what, String column, String value, Map<String, String> others) {
        return Awaitility.await()
                .atMost(PATIENCE)
                .until(
                        () -> rows(admin, what)
                                .filter(row -> value.equals(row.get(column)))
                                .filter(row -> row.entrySet().containsAll(others.entrySet()))
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }
}

package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.it.Answers.awaitRow;
import static dev.pgweir.proxy.it.Answers.error;
import static dev.pgweir.proxy.it.Answers.row;
import static dev.pgweir.proxy.it.Answers.state;
import static dev.pgweir.proxy.it.Answers.types;
import static dev.pgweir.proxy.testing.WireBytes.query;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The console's other commands, and what clients of the databases see of them. */
@ExtendWith(RealPostgres.class)
final class ConsoleCommandsIT {
    private static @Nullable Administered running;

    @BeforeAll
    static void start(TestDatabase database) {
        running = Administered.start(database);
    }

    @AfterAll
    static void stop() {
        if (running != null) {
            running.close();
        }
    }

    private static Administered weir() {
        return Objects.requireNonNull(running);
    }

    // ---- KILL, DISABLE, RECONNECT ----

    @Test
    void killDropsClientsAndNewcomersWaitForResume() throws IOException {
        try (WireClient idle = weir().client("app");
                WireClient busy = weir().client("app");
                WireClient admin = weir().admin()) {
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
            try (WireClient newcomer = weir().client("app")) {
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
    void killClientDropsOneClientAndItsServer() throws IOException {
        try (WireClient victim = weir().client("app");
                WireClient other = weir().client("app");
                WireClient admin = weir().admin()) {
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
    void killOfAllIsEndedByNameOrAltogether() throws IOException {
        try (WireClient one = weir().client("app");
                WireClient two = weir().client("kept");
                WireClient admin = weir().admin()) {
            one.query("SELECT 1");
            two.query("SELECT 1");
            admin.query("KILL");
            one.awaitEnd();
            two.awaitEnd();
            assertThat(state(admin).get("paused_databases")).contains("app", "kept");
            assertThat(types(admin.query("RESUME app"))).isEqualTo("CZ");
            try (WireClient back = weir().client("app")) {
                assertThat(back.value("SELECT 'served'")).isEqualTo("served");
            }
            assertThat(types(admin.query("RESUME"))).isEqualTo("CZ");
            assertThat(state(admin)).containsEntry("paused_databases", "");
            assertThat(error(admin.query("RESUME")).message()).isEqualTo("pooler is not paused/suspended");
        }
    }

    @Test
    void disableRefusesLoginsAndEnableTakesThemAgain(TestDatabase database) throws IOException {
        try (WireClient inside = weir().client("app");
                WireClient admin = weir().admin();
                WireClient refused = weir().connect()) {
            admin.query("DISABLE app");
            assertThat(awaitRow(admin, "DATABASES", "name", "app", Map.of())).containsEntry("disabled", "1");
            assertThat(error(refused.tryLogin(database.user(), "app", database.password()))
                            .message())
                    .isEqualTo("database \"app\" is disabled");
            assertThat(inside.value("SELECT 'inside'")).isEqualTo("inside");
            admin.query("ENABLE app");
            weir().client("app").close();
            assertThat(error(admin.query("DISABLE")).message()).isEqualTo("a database is required");
            assertThat(error(admin.query("DISABLE pgbouncer")).message())
                    .isEqualTo("cannot disable admin db: pgbouncer");
        }
    }

    @Test
    void waitCloseWaitsForTheServersThatReconnectReplaces() throws IOException {
        try (WireClient busy = weir().client("app");
                WireClient admin = weir().admin();
                WireClient waiting = weir().admin()) {
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

    // ---- SET ----

    @Test
    void setTakesEffectAndIsJudgedByTheTableOfSettings() throws IOException {
        try (WireClient admin = weir().admin()) {
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
    void aLargerPoolServesThoseWhoWait() throws IOException {
        try (WireClient first = weir().client("counted");
                WireClient second = weir().client("counted");
                WireClient third = weir().client("counted");
                WireClient admin = weir().admin()) {
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
    void reloadTakesTheFileOrNothingOfIt() throws IOException {
        String good = weir().config().replace("[users.boss]", "[users.someone]\n[users.boss]");
        try (WireClient admin = weir().admin()) {
            weir().process().rewriteConfig(good.replace("default_pool_size = 2", "default_pool_size = \"many\""));
            WireMessage error = error(admin.query("RELOAD"));
            assertThat(error.sqlState()).isEqualTo("F0000");
            assertThat(error.message()).isEqualTo("RELOAD failed, see logs for additional details");
            assertThat(row(admin, "USERS", "name", "someone")).isEmpty();
            weir().process().rewriteConfig(good);
            assertThat(types(admin.query("RELOAD"))).isEqualTo("CZ");
            assertThat(row(admin, "USERS", "name", "someone")).isPresent();
        }
    }

    // ---- figures ----

    @Test
    void countsTransactionsQueriesAndLogins(TestDatabase database) throws IOException {
        try (WireClient admin = weir().admin()) {
            Map<String, String> before = statsOf(admin, "kept");
            try (WireClient client = weir().client("kept")) {
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
        try (Administered own = Administered.start(database);
                WireClient admin = own.admin();
                WireClient client = own.client("app")) {
            assertThat(types(admin.query("SHUTDOWN WAIT_FOR_CLIENTS"))).isEqualTo("CZ");
            assertThat(error(admin.query("RESUME")).toString()).contains("08P01", "pooler is shutting down");
            assertThat(state(admin)).containsEntry("shutting_down", "yes");
            assertThat(client.value("SELECT 'still here'")).isEqualTo("still here");
            admin.send(query("SHUTDOWN"));
            admin.awaitEnd();
            assertThat(own.process().awaitExit()).isZero();
        }
    }
}

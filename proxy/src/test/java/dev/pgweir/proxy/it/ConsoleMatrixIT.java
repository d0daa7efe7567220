package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.it.Answers.types;
import static dev.pgweir.proxy.testing.WireBytes.message;
import static dev.pgweir.proxy.testing.WireBytes.query;
import static dev.pgweir.proxy.testing.WireBytes.startup;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.testing.PgWeirProcess;
import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Who may do what on the console: every command by an administrator, a stats user, an ordinary user, and somebody who has
 * not shown who he is. The refused ones come first, and must leave everything as it is.
 */
@ExtendWith(RealPostgres.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class ConsoleMatrixIT {
    /** By the name that SHOW HELP gives: what is said, in an order in which an administrator can do it all. */
    private static final Map<String, List<String>> ORDERS = orders();

    private static Map<String, List<String>> orders() {
        Map<String, List<String>> orders = new LinkedHashMap<>();
        orders.put("SHOW FDS", List.of("SHOW FDS"));
        orders.put("DISABLE", List.of("DISABLE app"));
        orders.put("ENABLE", List.of("ENABLE app"));
        orders.put("PAUSE", List.of("PAUSE app"));
        orders.put("RESUME", List.of("RESUME app"));
        orders.put("RECONNECT", List.of("RECONNECT", "RECONNECT app"));
        orders.put("WAIT_CLOSE", List.of("WAIT_CLOSE", "WAIT_CLOSE app"));
        orders.put("KILL_CLIENT", List.of("KILL_CLIENT 1"));
        orders.put("KILL", List.of("KILL app", "RESUME app"));
        orders.put("SUSPEND", List.of("SUSPEND", "RESUME"));
        orders.put("SET", List.of("SET server_idle_timeout = 77"));
        orders.put("RELOAD", List.of("RELOAD"));
        orders.put("SHUTDOWN", List.of("SHUTDOWN WAIT_FOR_CLIENTS", "SHUTDOWN"));
        return orders;
    }

    private static PgWeirProcess weir;
    private static TestDatabase database;
    private static WireClient admin;

    @BeforeAll
    static void start(TestDatabase real) throws IOException {
        database = real;
        weir = PgWeirProcess.builder()
                .config("""
                        [pgweir]
                        auth_type = "md5"
                        admin_users = "boss"
                        stats_users = "watcher"
                        # Whoever fails with every command in turn would wait longer and longer.
                        login_failure_delay = 0
                        [users.%1$s]
                        password = "%2$s"
                        [users.boss]
                        password = "b"
                        [users.watcher]
                        password = "w"
                        [databases.app]
                        host = "%3$s"
                        port = %4$d
                        dbname = "%5$s"
                        """.formatted(real.user(), real.password(), real.host(), real.port(), real.name()))
                .start();
        admin = connect().login("boss", "pgbouncer", "b");
    }

    @AfterAll
    static void stop() throws IOException {
        admin.close();
        weir.close();
    }

    private static WireClient connect() throws IOException {
        return WireClient.connect(weir.port());
    }

    private static Stream<String> orderTexts() {
        return ORDERS.values().stream().flatMap(List::stream);
    }

    /** Every SHOW that there is but the one for administrators. */
    private static List<String> shows() throws IOException {
        return help().filter(line -> line.startsWith("SHOW ") && !line.equals("SHOW FDS"))
                .toList();
    }

    private static Stream<String> help() throws IOException {
        String detail = Objects.requireNonNull(admin.query("SHOW HELP").get(0).field('D'));
        return detail.lines().map(String::strip).filter(line -> !line.isEmpty());
    }

    /** What any order that was carried out would have changed. */
    private static List<List<@Nullable String>> standing() throws IOException {
        List<List<@Nullable String>> all = new ArrayList<>(admin.rows("SHOW STATE"));
        all.addAll(admin.rows("SHOW CONFIG"));
        admin.rows("SHOW DATABASES").forEach(row -> all.add(List.of(row.get(0), row.get(15), row.get(16))));
        return all;
    }

    @Test
    @Order(1)
    void theMatrixHasEveryCommand() throws IOException {
        assertThat(help().filter(line -> !line.startsWith("SHOW ") || line.equals("SHOW FDS"))
                        .map(line -> line.startsWith("SHOW ") ? line : line.split(" ", -1)[0])
                        .distinct())
                .containsExactlyInAnyOrderElementsOf(ORDERS.keySet());
        assertThat(shows()).hasSizeGreaterThan(20);
    }

    @Test
    @Order(2)
    void whoHasNotShownAPasswordIsNotHeard() throws IOException {
        List<List<@Nullable String>> before = standing();
        List<String> commands = Stream.concat(shows().stream(), orderTexts()).toList();
        for (String command : commands) {
            try (WireClient early = connect();
                    WireClient instead = connect();
                    WireClient wrong = connect()) {
                byte[] hello = startup("user", "boss", "database", "pgbouncer");
                // Together with the startup packet, in place of the password, and behind a wrong one.
                early.send(hello, query(command));
                instead.send(hello);
                instead.readUntil('R');
                instead.send(query(command));
                wrong.send(hello);
                wrong.readUntil('R');
                wrong.send(message('p', "md5wrong\0"), query(command));
                for (WireClient client : List.of(early, instead, wrong)) {
                    assertThat(types(client.readUntil('E'))).as(command).isIn("E", "RE");
                    client.awaitEnd();
                }
            }
        }
        assertThat(standing()).isEqualTo(before);
    }

    @Test
    @Order(3)
    void anOrdinaryUserIsNotHeard() throws IOException {
        List<List<@Nullable String>> before = standing();
        for (String command : Stream.concat(shows().stream(), orderTexts()).toList()) {
            try (WireClient client = connect()) {
                client.send(startup("user", database.user(), "database", "pgbouncer"));
                List<WireMessage> answer = client.authenticate(database.user(), database.password());
                assertThat(answer.get(answer.size() - 1).sqlState()).isEqualTo("42501");
                try {
                    client.send(query(command));
                } catch (IOException closed) {
                    assertThat(closed).isNotNull();
                }
                client.awaitEnd();
            }
        }
        // And on his own database it is PostgreSQL that is asked.
        try (WireClient ordinary = connect()) {
            ordinary.login(database.user(), "app", database.password());
            assertThat(ordinary.query("SHUTDOWN"))
                    .anySatisfy(error -> assertThat(error.sqlState()).isEqualTo("42601"));
        }
        assertThat(standing()).isEqualTo(before);
    }

    @Test
    @Order(4)
    void aStatsUserSeesEverythingAndChangesNothing() throws IOException {
        List<List<@Nullable String>> before = standing();
        try (WireClient watcher = connect().login("watcher", "pgbouncer", "w")) {
            for (String command : shows()) {
                assertThat(types(watcher.query(command)))
                        .as(command)
                        .doesNotContain("E")
                        .endsWith("CZ");
            }
            for (String command : orderTexts().toList()) {
                List<WireMessage> answer = watcher.query(command);
                assertThat(types(answer)).as(command).isEqualTo("EZ");
                assertThat(answer.get(0).sqlState()).isEqualTo("42501");
                assertThat(answer.get(0).message()).startsWith("admin access needed");
            }
            assertThat(watcher.value("SHOW client_encoding")).isEqualTo("UTF-8");
            assertThat(types(watcher.query("SET extra_float_digits = 3"))).isEqualTo("NCZ");
        }
        assertThat(standing()).isEqualTo(before);
    }

    @Test
    @Order(5)
    void anAdministratorMayDoItAll() throws IOException {
        for (String command : shows()) {
            assertThat(types(admin.query(command)))
                    .as(command)
                    .doesNotContain("E")
                    .endsWith("CZ");
        }
        try (WireClient ordinary = connect()) {
            ordinary.login(database.user(), "app", database.password());
            String id = admin.rows("SHOW CLIENTS").stream()
                    .filter(row -> "app".equals(row.get(2)))
                    .findFirst()
                    .orElseThrow()
                    .get(20);
            for (String command :
                    orderTexts().filter(it -> !it.equals("SHUTDOWN")).toList()) {
                List<WireMessage> answer = admin.query(command.equals("KILL_CLIENT 1") ? "KILL_CLIENT " + id : command);
                assertThat(types(answer)).as(command).doesNotContain("E").endsWith("CZ");
            }
        }
        admin.send(query("SHUTDOWN"));
        admin.awaitEnd();
        assertThat(weir.awaitExit()).isZero();
    }
}

package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.testing.WireBytes.query;
import static dev.pgweir.proxy.testing.WireBytes.terminate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgweir.proxy.testing.PgWeirProcess;
import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Limits of clients and of servers, for all, by database and by user: who is let in, who waits, and what is shown. */
@ExtendWith(RealPostgres.class)
final class LimitsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String SECRET = "secret";

    private static PgWeirProcess weir;
    private static WireClient admin;
    private static String plain;
    private static String limited;

    private final List<WireClient> clients = new ArrayList<>();

    @BeforeAll
    static void start(TestDatabase database) throws IOException {
        plain = database.createRole("plain", SECRET);
        limited = database.createRole("limited", SECRET);
        StringBuilder config = new StringBuilder("""
                [pgweir]
                auth_type = "md5"
                pool_mode = "transaction"
                admin_users = "boss"
                default_pool_size = 2
                [users.boss]
                password = "secret"
                [users.%s]
                password = "secret"
                [users.%s]
                password = "secret"
                pool_size = 1
                reserve_pool_size = 1
                max_user_client_connections = 3
                max_user_connections = 2
                """.formatted(plain, limited));
        List.of(
                        "ordinary",
                        "few | max_db_client_connections = 2",
                        "sized | pool_size = 3",
                        "forced | user = '" + limited + "' | password = 'secret'",
                        "capped | pool_size = 9 | min_pool_size = 4 | max_db_connections = 3",
                        "reserved | pool_size = 1 | reserve_pool_size = 2")
                .forEach(line -> {
                    String[] parts = line.replace('\'', '"').split(" \\| ", -1);
                    config.append("[databases.%s]\nhost = \"%s\"\nport = %d\ndbname = \"%s\"\n"
                            .formatted(parts[0], database.host(), database.port(), database.name()));
                    for (int i = 1; i < parts.length; i++) {
                        config.append(parts[i]).append('\n');
                    }
                });
        weir = PgWeirProcess.builder().config(config.toString()).start();
        admin = WireClient.connect(weir.port()).login("boss", "pgbouncer", SECRET);
    }

    @AfterAll
    static void stop() throws IOException {
        admin.close();
        weir.close();
    }

    @AfterEach
    void closeClients() throws IOException {
        for (WireClient client : clients) {
            client.close();
        }
        await().atMost(PATIENCE).until(() -> shown("LISTS", "used_clients", "items") == 1);
    }

    private WireClient client(String user, String database) throws IOException {
        WireClient client = WireClient.connect(weir.port()).login(user, database, SECRET);
        clients.add(client);
        return client;
    }

    private static void leave(WireClient client) throws IOException {
        client.send(terminate());
        client.awaitEnd();
    }

    private static String refusal(String user, String database, String password) throws IOException {
        try (WireClient client = WireClient.connect(weir.port())) {
            List<WireMessage> answer = client.tryLogin(user, database, password);
            return answer.get(answer.size() - 1).message();
        }
    }

    private static Map<String, Integer> row(String table, String name) throws IOException {
        List<WireMessage> messages = admin.query("SHOW " + table);
        List<String> columns = messages.get(0).columns();
        Map<String, Integer> row = new TreeMap<>();
        for (WireMessage message : messages) {
            if (message.type() == 'D' && name.equals(message.values().get(0))) {
                for (int i = 0; i < columns.size(); i++) {
                    String value = String.valueOf(message.values().get(i));
                    if (value.matches("\\d+")) {
                        row.merge(columns.get(i), Integer.parseInt(value), Integer::sum);
                    }
                }
            }
        }
        return row;
    }

    private static int shown(String table, String name, String column) throws IOException {
        return row(table, name).getOrDefault(column, -1);
    }

    /** So many clients begin a transaction; returns when so many have a server and the others wait. */
    private List<WireClient> begin(int count, String user, String database, int served) throws IOException {
        List<WireClient> begun = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            begun.add(client(user, database).send(query("BEGIN")));
        }
        await(database)
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(row("POOLS", database))
                        .containsEntry("sv_active", served)
                        .containsEntry("cl_waiting", count - served));
        return begun;
    }

    // ---- clients ----

    @Test
    void clientsOfADatabaseAreLimitedAndCounted() throws IOException {
        assertThat(row("DATABASES", "few"))
                .containsEntry("max_client_connections", 2)
                .containsEntry("current_client_connections", 0);
        WireClient first = client(plain, "few");
        client(plain, "few");
        assertThat(shown("DATABASES", "few", "current_client_connections")).isEqualTo(2);
        assertThat(refusal(plain, "few", SECRET)).contains("max_db_client_connections");
        assertThat(shown("DATABASES", "few", "current_client_connections")).isEqualTo(2);

        leave(first);
        assertThat(shown("DATABASES", "few", "current_client_connections")).isEqualTo(1);
        client(plain, "few");
    }

    @Test
    void clientsOfAUserAreLimitedAndCountedOverAllDatabases() throws IOException {
        assertThat(row("USERS", limited)).containsEntry("max_user_client_connections", 3);
        client(limited, "ordinary");
        client(limited, "few");
        assertThat(refusal(limited, "sized", "wrong")).isEqualTo("password authentication failed");
        assertThat(shown("USERS", limited, "current_client_connections")).isEqualTo(2);
        WireClient third = client(limited, "sized");
        assertThat(refusal(limited, "ordinary", SECRET)).contains("max_user_client_connections");
        assertThat(client(plain, "ordinary").value("SELECT 1")).isEqualTo("1");

        leave(third);
        assertThat(shown("USERS", limited, "current_client_connections")).isEqualTo(2);
        assertThat(refusal("nobody", "ordinary", SECRET)).isEqualTo("password authentication failed");
        assertThat(row("USERS", "nobody")).isEmpty();
    }

    @Test
    void allClientsAreLimitedAndTheConsoleIsExempt() throws IOException {
        client(plain, "ordinary");
        client(plain, "ordinary");
        admin.query("SET max_client_conn = 2");
        try {
            assertThat(refusal(plain, "ordinary", SECRET)).contains("max_client_conn");
            try (WireClient another = WireClient.connect(weir.port()).login("boss", "pgbouncer", SECRET)) {
                assertThat(another.rows("SHOW LISTS")).isNotEmpty();
            }
        } finally {
            admin.query("SET max_client_conn = 100");
        }
        client(plain, "ordinary");
    }

    @Test
    void onlyLoginsThatSucceedAreCounted() throws IOException {
        client(plain, "ordinary");
        int before = shown("STATS_TOTALS", "ordinary", "client_login_count");
        refusal(plain, "ordinary", "wrong");
        refusal("nobody", "ordinary", SECRET);
        assertThat(shown("STATS_TOTALS", "ordinary", "client_login_count")).isEqualTo(before);
        client(plain, "ordinary");
        assertThat(shown("STATS_TOTALS", "ordinary", "client_login_count")).isEqualTo(before + 1);
    }

    // ---- servers ----

    @Test
    void poolsAreAsLargeAsUserDatabaseOrAllSay() throws IOException {
        begin(4, plain, "ordinary", 2);
        begin(5, plain, "sized", 3);
        // Its user's pool_size is for those who log in under that name.
        begin(3, plain, "forced", 2);
        admin.query("SET default_pool_size = 3");
        try {
            await().atMost(PATIENCE).until(() -> shown("POOLS", "ordinary", "sv_active") == 3);
        } finally {
            admin.query("SET default_pool_size = 2");
        }
    }

    @Test
    void userHasItsOwnPoolSizeAndReserve() throws IOException {
        admin.query("SET reserve_pool_timeout = 0");
        begin(2, limited, "sized", 1);
        admin.query("SET reserve_pool_timeout = 0.1");
        try {
            await().atMost(PATIENCE).until(() -> shown("POOLS", "sized", "sv_active") == 2);
            assertThat(weir.awaitLine("sized/" + limited)).isNotEmpty();
        } finally {
            admin.query("SET reserve_pool_timeout = 5");
        }
    }

    @Test
    void reserveServesThoseWhoHaveWaitedLong() throws IOException {
        admin.query("SET reserve_pool_timeout = 0.1");
        try {
            begin(5, plain, "reserved", 3);
            assertThat(weir.awaitLine("taking connection from reserve_pool"))
                    .contains(" WARNING ", "reserved/" + plain);
        } finally {
            admin.query("SET reserve_pool_timeout = 5");
        }
    }

    @Test
    void minPoolSizeStaysBelowTheCapOfTheDatabase() throws IOException {
        client(plain, "capped").query("SELECT 1");
        await().atMost(PATIENCE).until(() -> shown("POOLS", "capped", "sv_idle") == 3);
        assertThat(row("DATABASES", "capped"))
                .containsEntry("max_connections", 3)
                .containsEntry("current_connections", 3);
        begin(4, plain, "capped", 3);
    }

    @Test
    void serversOfAUserAreLimitedOverAllDatabasesAndUnusedOnesGiveWay() throws IOException {
        client(limited, "ordinary").query("SELECT 1");
        client(limited, "few").query("SELECT 1");
        WireClient third = client(limited, "sized");
        assertThat(third.value("SELECT 'served'")).isEqualTo("served");
        assertThat(row("USERS", limited))
                .containsEntry("max_user_connections", 2)
                .containsEntry("current_connections", 2);
        assertThat(weir.awaitLine("closing because: evicted")).contains("/" + limited + "@");
    }
}

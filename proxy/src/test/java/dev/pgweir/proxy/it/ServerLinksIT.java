package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.testing.WireBytes.query;
import static dev.pgweir.proxy.testing.WireBytes.startup;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgweir.proxy.testing.FaultProxy;
import dev.pgweir.proxy.testing.PostgresInstance;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Connections to PostgreSQL as PostgreSQL sees them: its log has every connection and statement. */
final class ServerLinksIT {
    private static final String USER = "app";

    @TempDir
    private static Path directory;

    private static PostgresInstance postgres;
    private static FaultProxy network;
    private static FromIni weir;

    @BeforeAll
    static void start() throws IOException {
        postgres = PostgresInstance.builder()
                .setting("log_statement", "all")
                .setting("log_connections", "on")
                .setting("log_line_prefix", "%a [%p] ")
                .start();
        postgres.createRole(USER, FromIni.SECRET);
        network = FaultProxy.to(postgres.host(), postgres.port());
        weir = FromIni.start(directory, List.of(USER, FromIni.SECRET), ini("round-robin"));
    }

    private static String[] ini(String balancing) {
        String port = " port=" + postgres.port() + " dbname=postgres ";
        return new String[] {
            "auth_type = trust",
            "pool_mode = transaction",
            "server_login_retry = 0.2",
            "[databases]",
            "checked = host=127.0.0.1" + port + "pool_size=1",
            "plain = host=127.0.0.1" + port,
            "twice = host=127.0.0.1,127.0.0.1" + port + "load_balance_hosts=" + balancing,
            "slow = host=127.0.0.1" + port + "pool_size=1",
            "slower = host=127.0.0.1" + port + "pool_size=1",
            "stocked = host=127.0.0.1" + port + "min_pool_size=2 user=" + USER,
            "behind = host=127.0.0.1 port=" + network.port() + " dbname=postgres pool_size=1",
            "down = host=127.0.0.1 port=" + PostgresInstance.freePort()
        };
    }

    @AfterAll
    static void stop() {
        weir.close();
        network.close();
        postgres.close();
    }

    @AfterEach
    void everythingAsItWas() throws IOException {
        weir.rewrite(ini("round-robin"));
        weir.orders("RELOAD");
    }

    private static WireClient login(String database) throws IOException {
        return weir.login(USER, database, "", "application_name", "client of " + database);
    }

    // ---- checks ----

    /** What the log has of one server connection, statement by statement. */
    private static List<String> statements(String pid) {
        return postgres.log().stream()
                .filter(line -> line.contains("[" + pid + "] ") && line.contains("statement: "))
                .map(line -> line.replaceFirst(".*statement: ", ""))
                .toList();
    }

    @ParameterizedTest
    @CsvSource({"'', ''", "'SELECT 2', 'SELECT 2'"})
    void serverIsCheckedOnceBeforeItIsUsedAgainWhereThereIsNoDelay(String setting, String asked) throws IOException {
        weir.orders("RECONNECT checked", "WAIT_CLOSE checked", "SET server_check_delay = 0");
        if (!setting.isEmpty()) {
            weir.orders("SET server_check_query = '" + setting + "'");
        }
        try (WireClient client = login("checked")) {
            String pid = String.valueOf(client.value("SELECT pg_backend_pid()"));
            client.value("SELECT 'again'");
            assertThat(client.value("SELECT 'end'")).isEqualTo("end");
            List<String> expected = List.of("SELECT pg_backend_pid()", asked, "SELECT 'again'", asked, "SELECT 'end'");
            await().atMost(FromIni.PATIENCE)
                    .untilAsserted(() -> assertThat(statements(pid)).containsSubsequence(expected));
            assertThat(statements(pid)).filteredOn(asked::equals).hasSizeBetween(2, 3);
        }
    }

    // ---- hosts ----

    @Test
    void hostThatIsNamedTwiceIsTwoHosts() throws IOException {
        weir.orders("RECONNECT twice", "WAIT_CLOSE twice");
        long before = weir.count("twice/" + USER + "@127.0.0.1:" + postgres.port() + " new connection to server (from");
        try (WireClient one = login("twice");
                WireClient two = login("twice")) {
            one.query("BEGIN");
            assertThat(two.value("SELECT 'served'")).isEqualTo("served");
        }
        weir.awaitCount(
                "twice/" + USER + "@127.0.0.1:" + postgres.port() + " new connection to server (from", before + 2);
    }

    @Test
    void reloadChangesHowHostsAreChosenAndTheConsoleShowsIt() throws IOException {
        assertThat(weir.row("DATABASES", "twice")).containsEntry("load_balance_hosts", "round-robin");
        weir.rewrite(ini("disable"));
        weir.orders("RELOAD");
        assertThat(weir.row("DATABASES", "twice")).containsEntry("load_balance_hosts", "disable");
        try (WireClient client = login("twice")) {
            assertThat(client.value("SELECT 'served'")).isEqualTo("served");
            assertThat(weir.row("POOLS", "twice")).containsEntry("load_balance_hosts", "disable");
        }
    }

    // ---- servers in store ----

    @Test
    void serversInStoreComeBackAndTheirPoolIsNotForgotten() throws IOException {
        weir.orders("SET server_idle_timeout = 0.1", "SET pool_idle_timeout = 0.1");
        try (WireClient other = login("plain")) {
            weir.awaitRow("POOLS", "stocked", Map.of("sv_idle", "2"));
            Set<String> before = backends();
            assertThat(before).hasSize(2);
            weir.orders("RECONNECT stocked");
            await().atMost(FromIni.PATIENCE)
                    .untilAsserted(() -> assertThat(backends()).hasSize(2).doesNotContainAnyElementsOf(before));
            other.query("SELECT 1");
            other.terminate();
            weir.process().awaitLine("cleaning up idle pool for user " + USER + " on db plain");
            weir.awaitRow("POOLS", "stocked", Map.of("sv_idle", "2"));
            assertThat(weir.count("cleaning up idle pool for user " + USER + " on db stocked"))
                    .isZero();
        } finally {
            weir.orders("SET server_idle_timeout = 600", "SET pool_idle_timeout = 0");
        }
    }

    private static Set<String> backends() throws IOException {
        Set<String> pids = new TreeSet<>();
        for (Map<String, String> server : weir.show("SERVERS")) {
            if ("stocked".equals(server.get("database")) && "idle".equals(server.get("state"))) {
                pids.add(server.getOrDefault("remote_pid", ""));
            }
        }
        return pids;
    }

    // ---- servers that do not answer ----

    @Test
    void loginThatPostgresDelaysIsGivenUpAfterTheConnectTimeout() throws IOException, SQLException {
        weir.orders("SET server_connect_timeout = 0.3");
        try (Connection control = postgres.connect("postgres");
                Statement statement = control.createStatement();
                WireClient client = weir.connect()) {
            delayLogins(statement, 30);
            client.send(startup("user", USER, "database", "slow"));
            weir.process().awaitLine("closing because: connect timeout");
            delayLogins(statement, 0);
            client.authenticate(USER, "");
            assertThat(client.value("SELECT 'served'")).isEqualTo("served");
        } finally {
            weir.orders("SET server_connect_timeout = 15");
        }
    }

    @Test
    void loginThatPostgresDelaysCountsAgainstTheQueryTimeout() throws IOException, SQLException {
        weir.orders("SET server_connect_timeout = 1", "SET query_timeout = 0.3");
        try (Connection control = postgres.connect("postgres");
                Statement statement = control.createStatement();
                WireClient client = weir.connect()) {
            delayLogins(statement, 30);
            client.send(startup("user", USER, "database", "slower"));
            assertThat(FromIni.told(client.readUntil('E'))).isEqualTo("FATAL 08P01 query_timeout");
            weir.process().awaitLine("closing because: query_timeout (age=");
            weir.process().awaitLine("closing because: connect timeout");
            delayLogins(statement, 0);
        } finally {
            weir.orders("SET server_connect_timeout = 15", "SET query_timeout = 0");
        }
    }

    private static void delayLogins(Statement statement, int seconds) throws SQLException {
        statement.execute("ALTER SYSTEM SET pre_auth_delay = " + seconds);
        statement.execute("SELECT pg_reload_conf()");
        await().atMost(FromIni.PATIENCE).until(() -> {
            try (var rows = statement.executeQuery("SHOW pre_auth_delay")) {
                rows.next();
                return rows.getString(1).equals(seconds == 0 ? "0" : seconds + "s");
            }
        });
    }

    /** Whatever the server has not taken by then is lost with the connection, as after packets that nobody confirms. */
    @Test
    void serverThatTakesNothingIsGivenUpAfterTheTcpUserTimeout() throws IOException {
        weir.orders("SET tcp_user_timeout = 500", "RECONNECT behind");
        try (WireClient client = login("behind");
                WireClient next = login("behind")) {
            client.value("SELECT 'warm'");
            network.toServer().hold();
            client.send(query("SELECT length('" + "x".repeat(30_000_000) + "')"));
            List<WireMessage> answer = client.readUntil('Z');
            assertThat(answer.get(0).message()).startsWith("the server closed the connection");
            assertThat(weir.process().awaitLine("closing because: server conn crashed?"))
                    .contains("behind/" + USER);
            network.heal();
            assertThat(next.value("SELECT 'served'")).isEqualTo("served");
        } finally {
            weir.orders("SET tcp_user_timeout = 0");
        }
    }

    /** Whether it has been told that it is let in, or waits for that. */
    @ParameterizedTest
    @CsvSource({"trust", "scram-sha-256"})
    void clientOfAServerThatIsNotThereWaitsAndIsToldOfTheTimeoutAlone(String method) throws IOException {
        weir.orders("SET auth_type = '" + method + "'", "SET query_wait_notify = 0.1", "SET query_wait_timeout = 0.5");
        try (WireClient client = weir.connect()) {
            List<WireMessage> answer = client.tryLogin(USER, "down", FromIni.SECRET);
            assertThat(FromIni.told(answer)).isEqualTo("FATAL 08P01 query_wait_timeout");
            assertThat(answer).extracting(WireMessage::type).doesNotContain('Z', 'K');
            client.awaitEnd();
        }
        weir.process().awaitLine("closing because: connect failed");
    }
}

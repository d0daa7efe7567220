package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.testing.WireBytes.copyDone;
import static dev.pgweir.proxy.testing.WireBytes.query;
import static dev.pgweir.proxy.testing.WireBytes.startup;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgweir.proxy.testing.PgWeirProcess;
import dev.pgweir.proxy.testing.PostgresInstance;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Replication connections, physical and logical, in transaction mode. */
final class ReplicationIT {

    private static PostgresInstance postgres;
    private static PgWeirProcess weir;

    @BeforeAll
    static void start() throws SQLException {
        postgres = PostgresInstance.builder()
                .setting("wal_level", "logical")
                .setting("max_wal_senders", "8")
                .hba("host replication refused 127.0.0.1/32 reject")
                .start();
        postgres.execute(
                "CREATE DATABASE pub",
                "CREATE DATABASE sub",
                "CREATE ROLE repl LOGIN REPLICATION SUPERUSER PASSWORD 'secret'",
                "CREATE ROLE refused LOGIN REPLICATION PASSWORD 'secret'",
                "CREATE ROLE ordinary LOGIN PASSWORD 'secret'");
        weir = PgWeirProcess.builder()
                .config("""
                        [databases."*"]
                        host = "%s"
                        port = %d
                        pool_size = 2
                        [users.repl]
                        password = "secret"
                        [users.refused]
                        password = "secret"
                        [users.ordinary]
                        password = "secret"
                        [pgweir]
                        auth_type = "trust"
                        pool_mode = "transaction"
                        admin_users = ["repl"]
                        """.formatted(postgres.host(), postgres.port()))
                .start();
    }

    @AfterAll
    static void stop() {
        weir.close();
        postgres.close();
    }

    private static WireClient login(String database, String replication) throws IOException {
        return WireClient.connect(weir.port())
                .login("repl", database, "", "replication", replication, "application_name", "replica");
    }

    private static @Nullable String inDatabase(String database, String sql) {
        try (Connection connection = postgres.connect(database);
                Statement statement = connection.createStatement()) {
            if (!statement.execute(sql)) {
                return null;
            }
            ResultSet rows = statement.getResultSet();
            rows.next();
            return rows.getString(1);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    private static void awaitWalSenders(int count) {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> Integer.toString(count)
                        .equals(inDatabase(
                                "postgres",
                                "SELECT count(*) FROM pg_stat_activity" + " WHERE backend_type = 'walsender'")));
    }

    @Test
    void physicalConnectionIdentifiesStreamsAndRefusesSql() throws IOException {
        try (WireClient client = login("postgres", "true")) {
            List<@Nullable String> system = client.rows("IDENTIFY_SYSTEM").get(0);
            assertThat(system.get(0))
                    .isEqualTo(inDatabase("postgres", "SELECT system_identifier FROM pg_control_system()"));
            assertThat(client.query("SELECT 1")).extracting(WireMessage::type).contains('E');
            assertThat(client.value("SHOW application_name")).isEqualTo("replica");

            client.send(query("START_REPLICATION PHYSICAL " + system.get(2)));
            assertThat(client.read().type()).isEqualTo('W');
            inDatabase("pub", "CREATE TABLE written AS SELECT generate_series(1, 1000)");
            WireMessage data = client.readUntil('d').get(0);
            while (data.body()[0] != 'w') {
                data = client.readUntil('d').get(0);
            }
            assertThat(data.body().length).isGreaterThan(25);

            client.send(copyDone());
            client.readUntil('c');
            assertThat(client.readUntil('Z')).extracting(WireMessage::type).contains('C');
            client.terminate();
        }
        awaitWalSenders(0);
        assertThat(weir.awaitLine("replication=yes")).contains("login attempt: db=postgres user=repl");
    }

    @Test
    void logicalConnectionIsOneServerThatEndsWithItsClient() throws IOException {
        try (WireClient client = login("pub", "database");
                WireClient ordinary = WireClient.connect(weir.port()).login("repl", "pub", "")) {
            assertThat(client.rows("IDENTIFY_SYSTEM").get(0).get(3)).isEqualTo("pub");
            String pid = client.value("SELECT pg_backend_pid()");
            client.query("SET search_path = mine");
            assertThat(kinds("SHOW CLIENTS")).contains("pub logical", "pub none");
            assertThat(kinds("SHOW SERVERS")).contains("pub logical");
            assertThat(client.value("SELECT pg_backend_pid()")).isEqualTo(pid);
            assertThat(ordinary.value("SELECT pg_backend_pid()")).isNotEqualTo(pid);
            assertThat(client.value("SHOW search_path")).isEqualTo("mine");
            client.reset();
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> "0"
                            .equals(inDatabase(
                                    "postgres", "SELECT count(*) FROM pg_stat_activity WHERE pid = " + pid)));
        }
    }

    private static List<String> kinds(String show) throws IOException {
        try (WireClient console = WireClient.connect(weir.port()).login("repl", "pgbouncer", "")) {
            return console.rows(show).stream()
                    .map(row -> row.get(2) + " " + row.get(3))
                    .toList();
        }
    }

    @Test
    void idleServerIsEvictedForAReplicationConnection() throws IOException {
        try (WireClient one = WireClient.connect(weir.port()).login("repl", "template1", "");
                WireClient two = WireClient.connect(weir.port()).login("repl", "template1", "")) {
            one.query("BEGIN");
            two.query("BEGIN");
            two.query("COMMIT");
            try (WireClient client = login("template1", "database")) {
                assertThat(client.value("SELECT 1")).isEqualTo("1");
                assertThat(weir.awaitLine("closing because: evicted")).contains("template1");
                one.query("COMMIT");
                assertThat(two.value("SELECT 'with the server that is left'")).isNotEmpty();
            }
        }
    }

    private static void sleep(WireClient client) throws IOException {
        client.send(query("SELECT pg_sleep(600)"));
        await().atMost(Duration.ofSeconds(30))
                .until(() -> "1"
                        .equals(inDatabase(
                                "postgres", "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")));
    }

    @Test
    void cancelReachesTheQueryOfAReplicationConnection() throws IOException {
        try (WireClient client = login("postgres", "database")) {
            sleep(client);
            client.cancel();
            assertThat(client.readUntil('Z'))
                    .filteredOn(message -> message.type() == 'E')
                    .singleElement()
                    .extracting(WireMessage::sqlState)
                    .isEqualTo("57014");
        }
    }

    // ---- what the console does with them ----

    private static WireClient console() throws IOException {
        return WireClient.connect(weir.port()).login("repl", "pgbouncer", "");
    }

    /** Follows PostgreSQL's log without end. */
    private static WireClient streaming() throws IOException {
        WireClient client = login("pub", "true");
        String place = client.rows("IDENTIFY_SYSTEM").get(0).get(2);
        client.send(query("START_REPLICATION PHYSICAL " + place));
        assertThat(client.read().type()).isEqualTo('W');
        return client;
    }

    private static void assertEnds(WireClient client, String reason) throws IOException {
        assertThat(client.readUntil('E')).last().satisfies(error -> {
            assertThat(error.field('S')).isEqualTo("FATAL");
            assertThat(error.message()).isEqualTo(reason);
        });
        client.awaitEnd();
        awaitWalSenders(0);
    }

    @Test
    void reconnectEndsAStreamThatNobodyWouldEnd() throws IOException {
        try (WireClient stream = streaming();
                WireClient idle = login("pub", "database");
                WireClient console = console()) {
            console.query("RECONNECT pub");
            assertThat(console.query("WAIT_CLOSE pub"))
                    .extracting(WireMessage::type)
                    .containsExactly('C', 'Z');
            assertEnds(stream, "database configuration changed");
            assertEnds(idle, "database configuration changed");
        }
    }

    @Test
    void killEndsAStream() throws IOException {
        try (WireClient stream = streaming();
                WireClient console = console()) {
            console.query("KILL pub");
            assertEnds(stream, "admin forced disconnect");
            console.query("RESUME pub");
        }
    }

    @Test
    void killClientEndsAQueryOfAReplicationConnection() throws IOException {
        try (WireClient client = login("pub", "database");
                WireClient console = console()) {
            sleep(client);
            String id = console.rows("SHOW CLIENTS").stream()
                    .filter(row -> "logical".equals(row.get(3)))
                    .findFirst()
                    .orElseThrow()
                    .get(20);
            console.query("KILL_CLIENT " + id);
            assertThat(client.readUntil('E'))
                    .last()
                    .satisfies(error -> assertThat(error.message()).isEqualTo("admin forced disconnect"));
            client.awaitEnd();
        } finally {
            // Its connection is closed at once, which PostgreSQL does not notice while the query runs.
            inDatabase(
                    "pub",
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
        }
        awaitWalSenders(0);
    }

    @Test
    void disableLeavesThemAndLetsNoneIn() throws IOException {
        try (WireClient client = login("pub", "database");
                WireClient console = console()) {
            console.query("DISABLE pub");
            assertThat(client.value("SELECT 'still here'")).isEqualTo("still here");
            assertThat(refusal("repl")).isEqualTo("database \"pub\" is disabled");
            console.query("ENABLE pub");
        }
    }

    @Test
    void pauseWaitsForThemAndSaysSo() throws IOException {
        try (WireClient client = login("pub", "database");
                WireClient console = console();
                WireClient late = WireClient.connect(weir.port())) {
            console.send(query("PAUSE pub"));
            assertThat(console.readUntil('N').get(0).message())
                    .contains("a replication connection holds its server until it disconnects");
            late.send(startup("user", "repl", "database", "pub", "replication", "database"));
            assertThat(client.value("SELECT 'still here'")).isEqualTo("still here");
            client.terminate();
            assertThat(console.readUntil('Z'))
                    .last()
                    .satisfies(ready -> assertThat(ready.type()).isEqualTo('Z'));
            console.query("RESUME pub");
            assertThat(late.readUntil('Z')).isNotEmpty();
        }
    }

    @Test
    void suspendHoldsAStreamUp() throws IOException {
        try (WireClient client = login("pub", "database");
                WireClient console = console()) {
            assertThat(console.query("SUSPEND")).extracting(WireMessage::type).containsExactly('C', 'Z');
            client.send(query("SELECT 'served'"));
            assertThat(console.rows("SHOW STATE")).contains(List.of("suspended", "yes"));
            console.query("RESUME");
            assertThat(client.readUntil('Z').get(1).values()).containsExactly("served");
        }
    }

    @Test
    void queryTimeoutHoldsFromTheLastMessageOn() throws IOException {
        try (WireClient idle = login("pub", "database");
                WireClient busy = login("pub", "database");
                WireClient console = console()) {
            sleep(busy);
            console.query("SET query_timeout = 0.3");
            try {
                assertThat(busy.readUntil('E'))
                        .last()
                        .satisfies(error -> assertThat(error.message()).startsWith("query timeout"));
                busy.awaitEnd();
                assertThat(idle.value("SELECT 'still here'")).isEqualTo("still here");
            } finally {
                console.query("SET query_timeout = 0");
            }
        }
    }

    @Test
    void refusalIsPassedOnAndConcernsNobodyElse() throws IOException {
        assertThat(refusal("refused")).contains("login failed", "pg_hba.conf rejects replication connection");
        assertThat(refusal("ordinary")).contains("login failed", "ermission denied to start WAL sender");
        assertThat(weir.awaitLine("server login failed: FATAL")).contains("WARNING");
        try (WireClient client = WireClient.connect(weir.port()).login("ordinary", "pub", "")) {
            assertThat(client.value("SELECT 'fine'")).isEqualTo("fine");
        }
    }

    private static String refusal(String user) throws IOException {
        try (WireClient client = WireClient.connect(weir.port())) {
            List<WireMessage> answer = client.tryLogin(user, "pub", "", "replication", "true");
            return answer.get(answer.size() - 1).message();
        }
    }

    @Test
    void subscriptionReplicatesRowsThroughPgWeir() {
        inDatabase("pub", "CREATE TABLE item (id int PRIMARY KEY)");
        inDatabase("pub", "CREATE PUBLICATION items FOR TABLE item");
        inDatabase("pub", "INSERT INTO item SELECT generate_series(1, 100)");
        inDatabase("pub", "SELECT pg_create_logical_replication_slot('items', 'pgoutput')");
        inDatabase("sub", "CREATE TABLE item (id int PRIMARY KEY)");
        inDatabase(
                "sub",
                "CREATE SUBSCRIPTION items CONNECTION 'host=127.0.0.1 port=" + weir.port()
                        + " user=repl password=secret dbname=pub' PUBLICATION items"
                        + " WITH (create_slot = false, slot_name = 'items')");
        inDatabase("pub", "INSERT INTO item VALUES (101)");
        await().atMost(Duration.ofSeconds(60))
                .until(() -> "101".equals(inDatabase("sub", "SELECT count(*) FROM item")));
        inDatabase("sub", "ALTER SUBSCRIPTION items DISABLE");
        inDatabase("sub", "ALTER SUBSCRIPTION items SET (slot_name = NONE)");
        inDatabase("sub", "DROP SUBSCRIPTION items");
        awaitWalSenders(0);
    }
}

package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.it.FromIni.SECRET;
import static dev.pgweir.proxy.testing.WireBytes.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Where a pgbouncer.ini sets something at several places: for all, for a database, for a user. The user wins, then the
 * database; each time the other places say the contrary.
 */
@ExtendWith(RealPostgres.class)
final class LimitLevelsIT {
    /** Far beyond the patience of a test. */
    private static final String LONG = "60";

    private static final String SHORT = "0.3";

    private static final List<String> TIMEOUTS =
            List.of("query_timeout", "transaction_timeout", "idle_transaction_timeout", "client_idle_timeout");

    @TempDir
    private static Path directory;

    private static FromIni weir;
    private static String role;

    private final List<WireClient> clients = new ArrayList<>();

    @BeforeAll
    static void start(TestDatabase database) throws IOException {
        String server = " = host=" + database.host() + " port=" + database.port() + " dbname=" + database.name()
                + " user=" + database.user() + " password=" + database.password() + " ";
        String open = " = host=" + database.host() + " port=" + database.port() + " dbname=" + database.name() + " ";
        role = database.createRole("sized", SECRET);
        weir = FromIni.start(
                directory,
                userlist(),
                "auth_type = trust",
                "pool_mode = transaction",
                "default_pool_size = 2",
                "[databases]",
                "app" + server,
                "apps" + server + "pool_size=9",
                "db_brief" + server + "query_wait_timeout=" + SHORT + " pool_size=1",
                "db_long" + server + "query_wait_timeout=" + LONG + " pool_size=1",
                "db_open" + server + "pool_size=1",
                "db_session" + server + "pool_mode=session",
                "sizes" + open,
                "sizes_three" + open + "pool_size=3",
                "lives" + server + "server_lifetime=0.1",
                "[users]",
                "brief = query_wait_timeout=" + SHORT,
                "query_timeout = query_timeout=" + SHORT,
                "transaction_timeout = transaction_timeout=" + SHORT,
                "idle_transaction_timeout = idle_transaction_timeout=" + SHORT,
                "client_idle_timeout = client_idle_timeout=" + SHORT,
                "long = query_timeout=" + LONG + " transaction_timeout=" + LONG + " idle_transaction_timeout=" + LONG
                        + " client_idle_timeout=" + LONG + " query_wait_timeout=" + LONG,
                "moody = pool_mode=statement",
                role + " = pool_size=4");
    }

    /** Users that have nothing but one timeout of their own are called after it. */
    private static List<String> userlist() {
        List<String> users = new ArrayList<>();
        for (String user : List.of("all", "brief", "long", "moody", role)) {
            users.addAll(List.of(user, SECRET));
        }
        for (String user : TIMEOUTS) {
            users.addAll(List.of(user, SECRET));
        }
        return users;
    }

    @AfterAll
    static void stop() {
        weir.close();
    }

    @AfterEach
    void asAtTheStart() throws IOException {
        for (WireClient client : clients) {
            client.close();
        }
        weir.orders("RELOAD");
        await().atMost(FromIni.PATIENCE)
                .untilAsserted(() -> assertThat(weir.show("CLIENTS")).hasSize(1));
    }

    private WireClient client(String user, String database) throws IOException {
        WireClient client = weir.login(user, database, "");
        clients.add(client);
        return client;
    }

    private static String end(WireClient client) throws IOException {
        String told = FromIni.told(client.readUntil('E'));
        client.awaitEnd();
        return told;
    }

    /** What a client has to do for a timeout to end it, and the text that it is told then. */
    private static String provoke(String setting, WireClient client) throws IOException {
        switch (setting) {
            case "query_timeout" -> client.send(query("SELECT pg_sleep(600)"));
            case "transaction_timeout" -> client.send(query("BEGIN; SELECT pg_sleep(600)"));
            case "idle_transaction_timeout" -> client.query("BEGIN");
            default -> client.query("SELECT 1");
        }
        return setting.startsWith("client") ? setting : setting.replace('_', ' ');
    }

    @Test
    void timeoutOfAllEndsAClient() throws IOException {
        WireClient other = client("long", "app");
        other.query("BEGIN");
        for (String setting : TIMEOUTS) {
            WireClient client = client("all", "app");
            weir.orders("SET " + setting + " = " + SHORT);
            isEnded(client, provoke(setting, client));
            weir.orders("SET " + setting + " = 0");
        }
        assertThat(other.value("SELECT 'has its own'")).isEqualTo("has its own");
    }

    @Test
    void timeoutOfTheUserEndsAClient() throws IOException {
        WireClient other = client("all", "apps");
        for (String setting : TIMEOUTS) {
            weir.orders("SET " + setting + " = " + LONG);
        }
        other.query("BEGIN");
        List<WireClient> ended = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        for (String setting : TIMEOUTS) {
            WireClient client = client(setting, "apps");
            ended.add(client);
            texts.add(provoke(setting, client));
        }
        for (int i = 0; i < ended.size(); i++) {
            isEnded(ended.get(i), texts.get(i));
        }
        assertThat(other.value("SELECT 'has its own'")).isEqualTo("has its own");
    }

    private static void isEnded(WireClient client, String text) throws IOException {
        assertThat(end(client)).startsWith("FATAL 08P01 " + text);
        assertThat(weir.process().awaitLine("closing because: " + text)).contains("app");
    }

    @Test
    void waitForAServerIsBoundedByTheUserThenTheDatabaseThenForAll() throws IOException {
        weir.orders("SET query_wait_timeout = " + LONG);
        List<WireClient> holders = new ArrayList<>();
        List<WireClient> late = new ArrayList<>();
        List<WireClient> patient = new ArrayList<>();
        for (String database : List.of("db_open", "db_brief", "db_long")) {
            WireClient holder = client("long", database);
            holder.query("BEGIN");
            holders.add(holder);
            late.add(client("brief", database).send(query("SELECT 1")));
            // Whose user may wait for long does so, whatever the database says.
            patient.add(client("long", database).send(query("SELECT 'served'")));
        }
        late.add(client("all", "db_brief").send(query("SELECT 1")));
        patient.add(client("all", "db_long").send(query("SELECT 'served'")));
        patient.add(client("all", "db_open").send(query("SELECT 'served'")));
        for (WireClient client : late) {
            assertThat(end(client)).isEqualTo("FATAL 08P01 query_wait_timeout");
        }
        weir.process().awaitLine("closing because: query_wait_timeout");
        for (WireClient holder : holders) {
            holder.query("COMMIT");
        }
        for (WireClient client : patient) {
            assertThat(client.readUntil('Z'))
                    .filteredOn(message -> message.type() == 'D')
                    .singleElement()
                    .satisfies(row -> assertThat(row.values()).containsExactly("served"));
        }
        holders.get(0).query("BEGIN");
        weir.orders("SET query_wait_timeout = " + SHORT);
        assertThat(end(client("all", "db_open").send(query("SELECT 1")))).isEqualTo("FATAL 08P01 query_wait_timeout");
    }

    @Test
    void sizeOfAPoolIsTheUsersThenTheDatabasesThenThatOfAll() throws IOException {
        assertSize("all", "app", 2);
        assertSize(role, "sizes", 4);
        assertSize(role, "sizes_three", 4);
        weir.orders("SET default_pool_size = 3");
        weir.awaitRow("POOLS", "app", Map.of("sv_active", "3"));
    }

    private void assertSize(String user, String database, int size) throws IOException {
        for (int i = 0; i < 5; i++) {
            client(user, database).send(query("BEGIN"));
        }
        weir.awaitRow("POOLS", database, Map.of("sv_active", "" + size, "cl_waiting", "" + (5 - size)));
    }

    @Test
    void modeOfAPoolIsTheUsersThenTheDatabasesThenThatOfAll() throws IOException {
        WireClient session = client("all", "db_session");
        session.query("SELECT 1");
        assertThat(weir.row("POOLS", "db_session")).containsEntry("sv_active", "1");
        for (String database : List.of("app", "db_session")) {
            assertThat(FromIni.told(
                            client("moody", database).send(query("BEGIN")).readUntil('E')))
                    .contains("statement");
        }
        client("all", "app").query("SELECT 1");
        weir.awaitRow("POOLS", "app", Map.of("sv_active", "0"));
    }

    @Test
    void lifeOfAServerIsTheDatabasesThenThatOfAll() throws IOException {
        WireClient brief = client("all", "lives");
        WireClient other = client("all", "app");
        String pid = String.valueOf(brief.value("SELECT pg_backend_pid()"));
        String otherPid = other.value("SELECT pg_backend_pid()");
        await().atMost(FromIni.PATIENCE).until(() -> !pid.equals(brief.value("SELECT pg_backend_pid()")));
        assertThat(other.value("SELECT pg_backend_pid()")).isEqualTo(otherPid);
        weir.orders("SET server_lifetime = 0.1");
        await().atMost(FromIni.PATIENCE)
                .until(() -> !String.valueOf(otherPid).equals(other.value("SELECT pg_backend_pid()")));
    }

    @Test
    void clientsAreCountedOnceTheyAreLetIn() throws IOException {
        WireMessage last;
        weir.orders("SET max_client_conn = 2");
        client("all", "app");
        try (WireClient console = weir.console();
                WireClient second = weir.login("all", "app", "");
                WireClient third = weir.connect()) {
            List<WireMessage> answer = third.tryLogin("all", "app", "");
            last = answer.get(answer.size() - 1);
            assertThat(console.rows("SHOW VERSION")).hasSize(1);
            assertThat(second.value("SELECT 1")).isEqualTo("1");
        }
        assertThat(last.message()).contains("max_client_conn");
    }
}

package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.it.FromIni.SECRET;
import static dev.pgweir.proxy.testing.WireBytes.cancelRequest;
import static dev.pgweir.proxy.testing.WireBytes.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgweir.proxy.testing.FaultProxy;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What happens at the limits of a pgbouncer.ini: limits of servers that are full while nobody is idle, limits of clients
 * for all databases and users, reserves, cancel requests beyond a pool that is full.
 */
@ExtendWith(RealPostgres.class)
final class FullCapsIT {
    @TempDir
    private static Path directory;

    private static TestDatabase postgres;
    private static FaultProxy network;
    private static FromIni weir;
    private static String one;
    private static String two;

    private final List<WireClient> clients = new ArrayList<>();

    @BeforeAll
    static void start(TestDatabase database) throws IOException {
        postgres = database;
        network = FaultProxy.to(database.host(), database.port());
        one = database.createRole("one", SECRET);
        two = database.createRole("two", SECRET);
        String server = " host=" + database.host() + " port=" + database.port() + " dbname=" + database.name();
        weir = FromIni.start(
                directory,
                List.of(one, SECRET, two, SECRET, database.user(), database.password(), "guest", SECRET),
                "auth_type = md5",
                "pool_mode = transaction",
                "default_pool_size = 5",
                "reserve_pool_timeout = 0.1",
                "max_db_client_connections = 8",
                "stats_users = " + one,
                "[users]",
                two + " = max_user_connections=2 max_user_client_connections=7",
                "[databases]",
                "both =" + server + " max_db_connections=2",
                "other =" + server,
                "own =" + server + " max_db_client_connections=1",
                "few =" + server + " min_pool_size=5 max_db_connections=3 user=" + one,
                "old =" + server + " pool_size=1 reserve_pool=2",
                "sized =" + server,
                "slow = host=" + network.host() + " port=" + network.port() + " dbname=" + database.name()
                        + " pool_size=3");
    }

    @AfterAll
    static void stop() {
        weir.close();
        network.close();
    }

    @AfterEach
    void closeClients() throws IOException {
        for (WireClient client : clients) {
            client.close();
        }
        await().atMost(FromIni.PATIENCE)
                .untilAsserted(() -> assertThat(weir.show("CLIENTS")).hasSize(1));
    }

    private WireClient client(String user, String database) throws IOException {
        WireClient client = weir.login(user, database, SECRET);
        clients.add(client);
        return client;
    }

    private List<WireClient> clients(int count, String user, String database) throws IOException {
        List<WireClient> made = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            made.add(client(user, database));
        }
        return made;
    }

    // ---- servers ----

    /** Both caps are full, each by others, and whoever waits is served as soon as both have room. */
    @Test
    void clientThatTwoFullCapsKeepOutIsServedOnceBothHaveRoom() throws IOException {
        WireClient waiting = client(two, "both");
        waiting.query("SELECT 'warm'");
        List<WireClient> ofDatabase = clients(2, one, "both");
        List<WireClient> ofUser = clients(2, two, "other");
        for (WireClient client : List.of(ofDatabase.get(0), ofDatabase.get(1), ofUser.get(0), ofUser.get(1))) {
            client.query("BEGIN");
        }
        waiting.send(query("SELECT 'served'"));
        weir.awaitRow("DATABASES", "both", Map.of("current_connections", "2", "max_connections", "2"));
        weir.awaitRow("USERS", two, Map.of("current_connections", "2", "max_user_connections", "2"));

        ofDatabase.get(0).query("COMMIT");
        // Its place may be taken from it, which serves nobody yet.
        assertThat(ofDatabase.get(0).value("SELECT 'goes on'")).isEqualTo("goes on");
        ofUser.get(0).query("COMMIT");

        assertThat(waiting.readUntil('Z').get(1).values()).containsExactly("served");
        for (WireClient client : List.of(ofDatabase.get(1), ofUser.get(1))) {
            assertThat(client.value("SELECT 'undisturbed'")).isEqualTo("undisturbed");
            client.query("COMMIT");
        }
        assertThat(ofDatabase.get(0).value("SELECT 'served'")).isEqualTo("served");
        assertThat(ofUser.get(0).value("SELECT 'served'")).isEqualTo("served");
        assertThat(weir.row("DATABASES", "both")).containsEntry("current_connections", "2");
    }

    @Test
    void minPoolSizeOpensNoMoreThanTheDatabaseMayHave() throws IOException {
        client(one, "few").query("SELECT 1");
        weir.awaitRow("DATABASES", "few", Map.of("current_connections", "3"));
        weir.awaitCount(
                "few/" + one + "@" + postgres.host() + ":" + postgres.port() + " new connection to server (from", 3);
    }

    @Test
    void reserveOfAllPoolsIsTakenByThoseWhoHaveWaited() throws IOException {
        weir.orders("SET reserve_pool_size = 3");
        try {
            for (WireClient client : clients(8, one, "sized")) {
                client.send(query("BEGIN"));
            }
            weir.awaitRow("POOLS", "sized", Map.of("sv_active", "8", "cl_waiting", "0"));
            assertThat(weir.process().lines())
                    .filteredOn(line -> line.contains("sized/") && line.contains("taking connection from reserve_pool"))
                    .hasSize(3);
        } finally {
            weir.orders("SET reserve_pool_size = 0");
        }
    }

    @Test
    void reserveOfADatabaseHasAnOlderNameToo() throws IOException {
        assertThat(weir.row("DATABASES", "old")).containsEntry("reserve_pool_size", "2");
        for (WireClient client : clients(4, one, "old")) {
            client.send(query("BEGIN"));
        }
        weir.awaitRow("POOLS", "old", Map.of("sv_active", "3", "cl_waiting", "1"));
    }

    /** As many cancel requests as the pool has servers, each by a connection of its own. */
    @Test
    void cancelRequestsGoBeyondAPoolThatIsFull() throws IOException {
        List<WireClient> running = clients(3, one, "slow");
        for (WireClient client : running) {
            client.send(query("SELECT pg_sleep(600)"));
        }
        weir.awaitRow("POOLS", "slow", Map.of("sv_active", "3"));
        network.toServer().hold();
        List<WireClient> cancelling = new ArrayList<>();
        for (WireClient client : running) {
            cancelling.add(weir.connect().send(cancelRequest(client.pid(), client.secret())));
        }
        clients.addAll(cancelling);
        weir.awaitRow("POOLS", "slow", Map.of("sv_active", "3", "sv_active_cancel", "3", "cl_active_cancel_req", "3"));
        network.heal();
        for (WireClient client : running) {
            assertThat(client.readUntil('Z'))
                    .filteredOn(message -> message.type() == 'E')
                    .extracting(WireMessage::sqlState)
                    .containsExactly("57014");
        }
        weir.awaitRow("POOLS", "slow", Map.of("sv_active_cancel", "0", "cl_active_cancel_req", "0"));
    }

    // ---- clients ----

    @Test
    void limitOfAllDatabasesHoldsWhereADatabaseHasNoneOfItsOwn() throws IOException {
        assertThat(weir.row("DATABASES", "other"))
                .containsEntry("max_client_connections", "8")
                .containsEntry("current_client_connections", "0");
        assertThat(weir.row("DATABASES", "own")).containsEntry("max_client_connections", "1");
        List<WireClient> all = clients(8, one, "other");
        assertThat(weir.refusal(two, "other", SECRET))
                .startsWith("FATAL 08P01 ")
                .contains("max_db_client_connections");
        assertThat(weir.row("DATABASES", "other")).containsEntry("current_client_connections", "8");
        client(one, "own");
        assertThat(weir.refusal(one, "own", SECRET)).contains("max_db_client_connections");
        // The console is no database of theirs.
        for (int i = 0; i < 9; i++) {
            clients.add(weir.console());
        }
        all.get(0).terminate();
        await().atMost(FromIni.PATIENCE)
                .untilAsserted(() ->
                        assertThat(weir.row("DATABASES", "other")).containsEntry("current_client_connections", "7"));
        client(two, "other");
    }

    @ParameterizedTest
    @CsvSource({"one, 2", "two, 7"})
    void limitOfAllUsersHoldsWhereAUserHasNoneOfItsOwn(String name, int limit) throws IOException {
        String user = name.equals("one") ? one : two;
        weir.orders("SET max_user_client_connections = 2");
        try {
            assertThat(weir.row("USERS", user))
                    .containsEntry("max_user_client_connections", "" + limit)
                    .containsEntry("current_client_connections", "0");
            clients(limit, user, "other");
            assertThat(weir.refusal(user, "other", SECRET))
                    .startsWith("FATAL 08P01 ")
                    .contains("max_user_client_connections");
            assertThat(weir.refusal(user, "sized", "wrong")).isEqualTo("FATAL 08P01 password authentication failed");
            assertThat(weir.row("USERS", user)).containsEntry("current_client_connections", "" + limit);
            for (int i = 0; i < 3; i++) {
                clients.add(weir.console());
                clients.add(weir.login(one, "pgbouncer", SECRET));
            }
        } finally {
            weir.orders("SET max_user_client_connections = 0");
        }
    }
}

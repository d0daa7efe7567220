package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.testing.WireBytes.cancelRequest;
import static dev.pgweir.proxy.testing.WireBytes.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgweir.proxy.testing.PgWeirProcess;
import dev.pgweir.proxy.testing.PostgresInstance;
import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.UnixBridge;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two processes on one port, of which the kernel takes either for a connection. Each has a Unix socket too, by which the
 * other one reaches it, and by which a test reaches the one it means.
 */
@ExtendWith(RealPostgres.class)
final class PeeringIT {

    /** Enough that both processes get some of them: all in one has a probability of 1 in 2^11. */
    private static final int CLIENTS = 12;

    @TempDir
    private static Path directory;

    private static final List<PgWeirProcess> WEIRS = new ArrayList<>();
    private static final List<UnixBridge> BRIDGES = new ArrayList<>();

    @BeforeAll
    static void start(TestDatabase database) throws IOException {
        int port = PostgresInstance.freePort();
        for (int id = 1; id <= 2; id++) {
            Path own = Files.createDirectory(directory.resolve("peer" + id));
            PgWeirProcess weir = PgWeirProcess.builder()
                    .port(port)
                    .config("""
                            [databases.app]
                            host = "%1$s"
                            port = %2$d
                            dbname = "%3$s"
                            [users.%4$s]
                            password = "%5$s"
                            [peers.1]
                            host = "%6$s/peer1"
                            port = ${port}
                            [peers.2]
                            host = "%6$s/peer2"
                            port = ${port}
                            pool_size = 1
                            # Of a peer that is none, each thinks that the other one is it.
                            [peers.300]
                            host = "%6$s/peer%7$d"
                            port = ${port}
                            [pgweir]
                            auth_type = "trust"
                            pool_mode = "transaction"
                            so_reuseport = true
                            peer_id = %8$d
                            unix_socket_dir = "%9$s"
                            """.formatted(
                                    database.host(),
                                    database.port(),
                                    database.name(),
                                    database.user(),
                                    database.password(),
                                    directory,
                                    3 - id,
                                    id,
                                    own))
                    .start();
            WEIRS.add(weir);
            // The port answers as soon as the first one listens.
            weir.awaitLine("process up");
            BRIDGES.add(UnixBridge.to(own.resolve(".s.PGSQL." + port)));
        }
    }

    @AfterAll
    static void stop() {
        BRIDGES.forEach(UnixBridge::close);
        WEIRS.forEach(PgWeirProcess::close);
        BRIDGES.clear();
        WEIRS.clear();
    }

    private static void awaitSleepers(TestDatabase database, int count) {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> Integer.toString(count)
                        .equals(database.value("SELECT count(*) FROM pg_stat_activity"
                                + " WHERE wait_event = 'PgSleep' AND datname = current_database()")));
    }

    private static void assertCancelled(WireClient client) throws IOException {
        assertThat(client.readUntil('Z'))
                .filteredOn(message -> message.type() == 'E')
                .singleElement()
                .extracting(WireMessage::sqlState)
                .isEqualTo("57014");
    }

    @Test
    void cancelsReachTheirProcessWhereverTheyLand(TestDatabase database) throws IOException {
        List<WireClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(WireClient.connect(WEIRS.get(0).port()).login(database.user(), "app", ""));
                clients.get(i).send(query("SELECT pg_sleep(600)"));
            }
            awaitSleepers(database, CLIENTS);
            assertThat(clients).extracting(PeeringIT::peerOf).contains(1, 2);
            // A connection of its own for each, for which the kernel chooses again.
            for (WireClient client : clients) {
                client.cancel();
                assertCancelled(client);
            }
        } finally {
            for (WireClient client : clients) {
                client.close();
            }
        }
    }

    /** As PgBouncer has it in the second and third byte of the key. */
    private static int peerOf(WireClient client) {
        return ((client.pid() >> 16) & 0xff) | (((client.pid() >> 8) & 0xff) << 8);
    }

    @Test
    void requestAtTheWrongProcessIsPassedOnByUnixSocket(TestDatabase database) throws IOException {
        for (int own = 0; own < 2; own++) {
            UnixBridge wrong = BRIDGES.get(1 - own);
            try (WireClient client = WireClient.connect(BRIDGES.get(own).port()).login(database.user(), "app", "")) {
                assertThat(peerOf(client)).isEqualTo(own + 1);
                client.send(query("SELECT pg_sleep(600)"));
                awaitSleepers(database, 1);
                byte[] guessed = client.secret();
                guessed[0] ^= 1;
                try (WireClient canceller = WireClient.connect(wrong.port())) {
                    canceller.send(cancelRequest(client.pid(), guessed)).awaitEnd();
                }
                awaitSleepers(database, 1);
                try (WireClient canceller = WireClient.connect(wrong.port())) {
                    canceller.send(cancelRequest(client.pid(), client.secret())).awaitEnd();
                }
                assertCancelled(client);
            }
        }
    }

    @Test
    void requestThatNobodyOwnsIsPassedOnThreeTimesAtMost() throws IOException {
        int peer300 = ((300 & 0xff) << 16) | ((300 >> 8) << 8);
        try (WireClient canceller = WireClient.connect(BRIDGES.get(0).port())) {
            canceller.send(cancelRequest(peer300, new byte[] {1, 2, 3, 3})).awaitEnd();
        }
        // From the first to the second, back, and to the second again.
        assertThat(WEIRS.get(1).awaitLine("a cancel request for peer 300 was passed on too often"))
                .contains("WARNING");
        assertThat(WEIRS.get(1).lines())
                .filteredOn(line -> line.contains("was passed on too often"))
                .hasSize(1);
    }

    @Test
    void consoleShowsThePeers() throws IOException {
        String port = Integer.toString(WEIRS.get(0).port());
        try (WireClient console = WireClient.connect(BRIDGES.get(0).port()).login("pgbouncer", "pgbouncer", "")) {
            assertThat(console.rows("SHOW PEERS"))
                    .containsExactly(
                            List.of("1", directory + "/peer1", port, "20"),
                            List.of("2", directory + "/peer2", port, "1"),
                            List.of("300", directory + "/peer2", port, "20"));
            assertThat(console.rows("SHOW PEER_POOLS")).hasSize(3);
        }
    }

    @Test
    void requestForAPeerThatIsNotListedIsDropped() throws IOException {
        try (WireClient canceller = WireClient.connect(BRIDGES.get(0).port())) {
            canceller.send(cancelRequest(77 << 16, new byte[] {1, 2, 3, 3})).awaitEnd();
        }
        assertThat(WEIRS.get(0).awaitLine("cancel request with an unknown key")).contains("LOG");
    }
}

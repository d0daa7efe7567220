package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.testing.WireBytes.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgweir.proxy.testing.PgWeirProcess;
import dev.pgweir.proxy.testing.PostgresInstance;
import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three processes from one pgbouncer.ini but for their own numbers, on one port: whichever takes a cancel request passes
 * it on to the one whose client it is, before and after each has read its file anew, and while one of them ends.
 */
@ExtendWith(RealPostgres.class)
final class ThreePeersIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Enough that more than one process gets some: all in one of two has a probability of 1 in 2^14. */
    private static final int CLIENTS = 15;

    private static final int PROCESSES = 3;

    @Test
    void cancelsReachTheirProcessBeforeAndAfterReloadsAndWhileOneEnds(TestDatabase database, @TempDir Path directory)
            throws IOException {
        int port = PostgresInstance.freePort();
        List<PgWeirProcess> all = new ArrayList<>();
        try {
            for (int id = 1; id <= PROCESSES; id++) {
                Files.createDirectory(directory.resolve("peer" + id));
                Path ini = write(directory, id, port, database, 2);
                all.add(PgWeirProcess.builder()
                        .port(port)
                        .argument(ini.toString())
                        .start());
                all.get(id - 1).awaitLine("process up");
            }
            everyCancelReachesItsQuery(port, database, PROCESSES);

            // Its own entry is among them now.
            for (int id = 1; id <= PROCESSES; id++) {
                write(directory, id, port, database, 3);
                all.get(id - 1).signal("HUP");
                all.get(id - 1).awaitLine("configuration reloaded");
            }
            everyCancelReachesItsQuery(port, database, PROCESSES);

            PgWeirProcess leaving = all.remove(0);
            leaving.signal("TERM");
            leaving.awaitExit();
            leaving.close();
            everyCancelReachesItsQuery(port, database, PROCESSES - 1);
        } finally {
            all.forEach(PgWeirProcess::close);
        }
    }

    private static Path write(Path directory, int id, int port, TestDatabase database, int others) throws IOException {
        StringBuilder peers = new StringBuilder();
        for (int i = 1; i <= PROCESSES; i++) {
            if (i != id || others == PROCESSES) {
                peers.append("%d = host=%s/peer%d port=%d\n".formatted(i, directory, i, port));
            }
        }
        Path users = Files.writeString(
                directory.resolve("users"), "\"" + database.user() + "\" \"" + database.password() + "\"\n");
        return Files.writeString(directory.resolve(id + ".ini"), """
                [databases]
                app = host=%s port=%d dbname=%s
                [peers]
                %s
                [pgbouncer]
                listen_addr = 127.0.0.1
                auth_type = trust
                auth_file = %s
                pool_mode = transaction
                so_reuseport = 1
                peer_id = %d
                unix_socket_dir = %s/peer%d
                """.formatted(
                        database.host(), database.port(), database.name(), peers, users, id, directory, id));
    }

    private static void everyCancelReachesItsQuery(int port, TestDatabase database, int processes) throws IOException {
        List<WireClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(WireClient.connect(port).login(database.user(), "app", ""));
                clients.get(i).send(query("SELECT pg_sleep(600)"));
            }
            assertThat(clients.stream().map(ThreePeersIT::peerOf).collect(Collectors.toSet()))
                    .hasSizeBetween(2, processes);
            awaitSleepers(database, CLIENTS);
            for (WireClient client : clients) {
                client.cancel();
                assertThat(client.readUntil('Z'))
                        .filteredOn(message -> message.type() == 'E')
                        .extracting(WireMessage::sqlState)
                        .containsExactly("57014");
            }
        } finally {
            for (WireClient client : clients) {
                client.terminate();
            }
        }
    }

    private static void awaitSleepers(TestDatabase database, int count) {
        await().atMost(PATIENCE)
                .until(() -> Integer.toString(count)
                        .equals(database.value("SELECT count(*) FROM pg_stat_activity"
                                + " WHERE wait_event = 'PgSleep' AND datname = current_database()")));
    }

    /** As PgBouncer has it in the second and third byte of the key. */
    private static int peerOf(WireClient client) {
        return ((client.pid() >> 16) & 0xff) | (((client.pid() >> 8) & 0xff) << 8);
    }
}

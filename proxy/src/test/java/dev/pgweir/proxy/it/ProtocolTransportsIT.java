package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.testing.WireBytes.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgweir.proxy.testing.PgWeirProcess;
import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.uring.IoUring;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The basics on every transport of this machine, with one event loop and with two. */
@ExtendWith(RealPostgres.class)
final class ProtocolTransportsIT {

    static Stream<Arguments> loops() {
        List<Arguments> loops = new ArrayList<>();
        List<String> transports = new ArrayList<>(List.of("nio"));
        if (Epoll.isAvailable()) {
            transports.add("epoll");
        }
        if (IoUring.isAvailable()) {
            transports.add("io_uring");
        }
        for (String transport : transports) {
            loops.add(Arguments.of(transport, 1));
            loops.add(Arguments.of(transport, 2));
        }
        return loops.stream();
    }

    @ParameterizedTest
    @MethodSource("loops")
    void servesItsClients(String transport, int workers, TestDatabase database) throws IOException {
        PgWeirProcess.Builder builder = PgWeirProcess.builder()
                .environment("PGWEIR_TRANSPORT", transport)
                .environment("PGWEIR_WORKER_THREADS", Integer.toString(workers));
        List<WireClient> clients = new ArrayList<>();
        try (Fronted weir = Fronted.start(database, builder)) {
            for (int i = 0; i < 4; i++) {
                clients.add(weir.login("application_name", "client " + i));
            }
            clientsShareTheServer(clients);
            aClientThatLeavesTheQueueTakesNoServer(weir, clients);
            aCancelStopsTheQuery(clients);
            aLargeResultComesWhole(clients);
            clientsThatEndTheirSideAndReadNothingKeepNoServer(weir, database, clients);
            clients.get(0).reset();
            assertThat(clients.get(1).value("SELECT 'free'")).isEqualTo("free");
        } finally {
            for (WireClient client : clients) {
                client.close();
            }
        }
    }

    private static void clientsShareTheServer(List<WireClient> clients) throws IOException {
        for (int round = 0; round < 5; round++) {
            for (WireClient client : clients) {
                client.send(query("BEGIN"), query("SHOW application_name"), query("COMMIT"));
            }
            for (int i = 0; i < clients.size(); i++) {
                clients.get(i).readUntil('Z');
                assertThat(clients.get(i).readUntil('Z').get(1).values()).containsExactly("client " + i);
                clients.get(i).readUntil('Z');
            }
        }
    }

    private static void aClientThatLeavesTheQueueTakesNoServer(Fronted weir, List<WireClient> clients)
            throws IOException {
        clients.get(0).query("BEGIN");
        WireClient leaver = weir.login();
        leaver.send(query("SELECT 'too late'"));
        leaver.reset();
        clients.get(0).query("COMMIT");
        assertThat(clients.get(1).value("SELECT 'free'")).isEqualTo("free");
    }

    private static void aCancelStopsTheQuery(List<WireClient> clients) throws IOException {
        WireClient client = clients.get(2);
        // The row is larger than PostgreSQL's buffer, so its beginning comes while the query is at work.
        client.send(query("SELECT repeat('x', 100000); SELECT pg_sleep(600)"));
        client.readUntil('T');
        client.cancel();
        assertThat(client.readUntil('Z')).extracting(WireMessage::type).contains('E');
    }

    private static void clientsThatEndTheirSideAndReadNothingKeepNoServer(
            Fronted weir, TestDatabase database, List<WireClient> clients) throws IOException {
        for (int i = 0; i < 8; i++) {
            WireClient stalled = weir.login();
            clients.add(stalled);
            // More than all buffers on the way can take.
            stalled.send(query("SELECT repeat('z', 1000) FROM generate_series(1, 100000)"));
            await().until(
                            () -> database.value(
                                    "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'ClientWrite'"
                                            + " AND datname = current_database()"),
                            "1"::equals);
            stalled.shutdownOutput();
            assertThat(clients.get(1).value("SELECT 'free'")).isEqualTo("free");
        }
    }

    private static void aLargeResultComesWhole(List<WireClient> clients) throws IOException {
        assertThat(clients.get(3).rows("SELECT repeat('y', 1000) FROM generate_series(1, 20000)"))
                .hasSize(20_000)
                .allSatisfy(row -> assertThat(row.get(0)).hasSize(1000));
    }
}

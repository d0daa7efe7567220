package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.testing.WireBytes.cancelRequest;
import static dev.pgweir.proxy.testing.WireBytes.message;
import static dev.pgweir.proxy.testing.WireBytes.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgweir.proxy.testing.PgWeirProcess;
import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A cancel request reaches the query it is meant for and no other, with all clients on one server connection. */
@ExtendWith(RealPostgres.class)
class CancelIT {

    /** How many cancels race against the end of their query. */
    private static final int RACES = 60;

    private static Fronted weir;

    @BeforeAll
    static void start(TestDatabase database) {
        weir = Fronted.start(database);
    }

    @AfterAll
    static void stop() {
        weir.close();
    }

    @Test
    void cancelsTheRunningQuery(TestDatabase database) throws Exception {
        try (WireClient client = weir.login();
                WireClient next = weir.login()) {
            client.send(query("SELECT pg_sleep(600)"));
            awaitSleeper(database);
            client.cancel();
            assertThat(client.readUntil('Z'))
                    .filteredOn(message -> message.type() == 'E')
                    .singleElement()
                    .extracting(WireMessage::sqlState)
                    .isEqualTo("57014");
            assertThat(next.value("SELECT 'free'")).isEqualTo("free");
            assertThat(client.value("SELECT 'still here'")).isEqualTo("still here");
        }
    }

    @Test
    void requestGoesOnWhenItsSocketIsClosedRightAfterIt(TestDatabase database) throws Exception {
        try (WireClient client = weir.login()) {
            client.send(query("SELECT pg_sleep(600)"));
            awaitSleeper(database);
            try (WireClient canceller = weir.connect()) {
                canceller.send(cancelRequest(client.pid(), client.secret()));
            }
            assertThat(client.readUntil('Z')).extracting(WireMessage::type).contains('E');
        }
    }

    @Test
    void lateCancelNeverHitsTheNextClientsQueryNorTheSettingsBeforeAnyQuery() throws IOException {
        // The names differ, so that the server gets other settings whenever it changes hands.
        try (WireClient victim = weir.login("application_name", "victim");
                WireClient client = weir.login("application_name", "client")) {
            for (int i = 0; i < RACES; i++) {
                client.send(query("SELECT 1"));
                victim.send(query("SELECT count(*) FROM generate_series(1, 3000)"));
                try (WireClient canceller = weir.connect()) {
                    canceller.send(cancelRequest(client.pid(), client.secret()));
                }
                List<WireMessage> own = client.readUntil('Z');
                assertThat(own.get(0).type())
                        .as("the cancelled one answers or is cancelled")
                        .isIn('T', 'E');
                assertThat(victim.readUntil('Z'))
                        .as("round %d", i)
                        .extracting(WireMessage::type)
                        .containsExactly('T', 'D', 'C', 'Z');
            }
        }
    }

    @Test
    void queryThatWaitsForAServerIsCancelledThere() throws IOException {
        try (WireClient holder = weir.login();
                WireClient waiting = weir.login()) {
            holder.query("BEGIN");
            waiting.send(query("SELECT 'never'"));
            WireMessage answer = cancelUntilAnswered(waiting);
            assertThat(answer.sqlState()).isEqualTo("57014");
            assertThat(waiting.read().type()).isEqualTo('Z');
            holder.query("COMMIT");
            assertThat(waiting.value("SELECT 'now'")).isEqualTo("now");
        }
    }

    @Test
    void wrongKeysAreIgnored(TestDatabase database) throws Exception {
        try (WireClient client = weir.login();
                WireClient stranger = weir.connect();
                WireClient other = weir.connect()) {
            client.send(query("SELECT pg_sleep(600)"));
            awaitSleeper(database);
            byte[] wrong = client.secret();
            wrong[wrong.length - 1] ^= 1;
            stranger.send(cancelRequest(client.pid(), wrong)).awaitEnd();
            other.send(cancelRequest(client.pid() + 1, client.secret())).awaitEnd();
            assertThat(sleepers(database)).isEqualTo(1);
            client.cancel();
            assertThat(client.readUntil('Z')).extracting(WireMessage::type).contains('E');
        }
    }

    @Test
    void cancelOfAnIdleClientDoesNothing() throws IOException {
        try (WireClient client = weir.login()) {
            client.cancel();
            assertThat(client.value("SELECT 1")).isEqualTo("1");
            client.query("BEGIN");
            client.cancel();
            assertThat(client.value("SELECT 2")).isEqualTo("2");
        }
    }

    @Test
    void queryOfAClientThatVanishesIsCancelled(TestDatabase database) throws Exception {
        WireClient client = weir.login();
        client.send(query("SELECT pg_sleep(600)"));
        awaitSleeper(database);
        client.reset();
        try (WireClient next = weir.login()) {
            assertThat(next.value("SELECT 'free'")).isEqualTo("free");
        }
    }

    @Test
    void cancelWaitsWhileTheServerIsGivenTheClientsSettings() throws Exception {
        CountDownLatch cancelled = new CountDownLatch(1);
        try (Settling settling = Settling.start(cancelled);
                WireClient client = settling.login("application_name", "mine")) {
            settling.cancelMeanwhile(client);
            await().atMost(Duration.ofSeconds(30)).until(() -> settling.server.cancels() == 1);
            cancelled.countDown();
            assertThat(client.readUntil('Z')).extracting(WireMessage::toString).containsExactly("C [SELECT 2]", "Z I");
        }
    }

    @Test
    void requestThatWaitsForItsSettingsIsCancelledWithoutTheServer() throws Exception {
        CountDownLatch done = new CountDownLatch(0);
        try (Settling settling = Settling.start(done);
                WireClient client = settling.login("search_path", "mine")) {
            settling.cancelMeanwhile(client);
            List<WireMessage> answer = client.readUntil('Z');
            assertThat(answer).extracting(WireMessage::type).containsExactly('E', 'Z');
            assertThat(answer.get(0).sqlState()).isEqualTo("57014");
            client.send(query("SELECT 2"));
            assertThat(client.readUntil('Z')).extracting(WireMessage::toString).containsExactly("C [SELECT 2]", "Z I");
            assertThat(settling.server.cancels()).isZero();
        }
    }

    /** PgWeir with one event loop before a server that takes its time over the settings of a client. */
    private static final class Settling implements AutoCloseable {
        private final CountDownLatch asked = new CountDownLatch(1);
        private final CountDownLatch granted = new CountDownLatch(1);
        private final ScriptedServer server;
        private final PgWeirProcess weir;

        /** @param answer when the first query after the settings is answered */
        private Settling(CountDownLatch answer) {
            server = ScriptedServer.start(peer -> {
                peer.welcome();
                peer.await('Q');
                asked.countDown();
                awaitLatch(granted);
                peer.send(message('C', "SELECT 1"), ScriptedServer.ready());
                peer.await('Q');
                awaitLatch(answer);
                peer.send(message('C', "SELECT 2"), ScriptedServer.ready());
                peer.awaitEnd();
            });
            weir = PgWeirProcess.builder()
                    .environment("PGWEIR_WORKER_THREADS", "1")
                    .config("""
                        [databases.app]
                        host = "127.0.0.1"
                        port = %d
                        [users.app]
                        password = "secret"
                        [pgweir]
                        auth_type = "trust"
                        pool_mode = "transaction"
                        """.formatted(server.port()))
                    .start();
        }

        static Settling start(CountDownLatch answer) {
            return new Settling(answer);
        }

        WireClient login(String... parameters) throws IOException {
            return WireClient.connect(weir.port()).login("app", "app", "", parameters);
        }

        void cancelMeanwhile(WireClient client) throws IOException {
            client.send(query("SELECT 2"));
            awaitLatch(asked);
            try (WireClient canceller = WireClient.connect(weir.port())) {
                canceller.send(cancelRequest(client.pid(), client.secret()));
                for (int i = 0; i < 20; i++) {
                    // The one event loop has seen the request after a few more logins.
                    login().terminate();
                }
            }
            assertThat(server.cancels()).isZero();
            granted.countDown();
        }

        @Override
        public void close() {
            weir.close();
            server.close();
        }
    }

    private static void awaitLatch(CountDownLatch latch) throws IOException {
        try {
            if (!latch.await(30, TimeUnit.SECONDS)) {
                throw new EOFException("the test has not come that far");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
    }

    /** The query may not be in the queue yet when the first request comes, which does nothing then. */
    private static WireMessage cancelUntilAnswered(WireClient client) throws IOException {
        client.patience(500);
        java.net.SocketTimeoutException late = null;
        for (int i = 0; i < 60; i++) {
            client.cancel();
            try {
                WireMessage message = client.read();
                client.patience(20_000);
                return message;
            } catch (java.net.SocketTimeoutException e) {
                late = e;
            }
        }
        throw new IllegalStateException("not cancelled", late);
    }

    private static void awaitSleeper(TestDatabase database) {
        await().atMost(Duration.ofSeconds(30)).until(() -> sleepers(database) == 1);
    }

    private static int sleepers(TestDatabase database) throws SQLException {
        try (Connection connection = database.connectAsSuperuser();
                Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
                                + " AND datname = current_database()")) {
            rows.next();
            return rows.getInt(1);
        }
    }
}

package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.testing.WireBytes.query;
import static dev.pgweir.proxy.testing.WireBytes.startup;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.testing.FaultProxy;
import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The network between PgWeir and PostgreSQL cuts, refuses, stalls or swallows: the client whose query it was is told, or
 * loses its connection; everybody else waits, or notices nothing.
 */
@ExtendWith(RealPostgres.class)
final class NetworkFaultIT {

    private static final String LOST = "the server closed the connection while PgWeir was using it for this client";

    private FaultProxy network;

    @BeforeAll
    static void table(TestDatabase database) {
        database.execute("CREATE TABLE kept (n text)");
    }

    @BeforeEach
    void connect(TestDatabase database) {
        network = FaultProxy.to(database.host(), database.port());
    }

    @AfterEach
    void disconnect() {
        network.close();
    }

    private Fronted weir(TestDatabase database, String... settings) {
        return Fronted.startBehind(network.port(), database, settings);
    }

    /** With the client told, or without: it depends on whether the cut is between messages. */
    @Test
    void answerThatIsCutAtAnyByteIsNeverTakenForAWholeOne(TestDatabase database) throws IOException {
        try (Fronted weir = weir(database)) {
            int told = 0;
            int ended = 0;
            long length = lengthOfAnswer(weir);
            for (long cut = 1; cut < length; cut++) {
                try (WireClient client = weir.login();
                        WireClient next = weir.login()) {
                    next.value("SELECT 'warm'");
                    network.toClient().cutAfter(cut);
                    client.send(query("SELECT 'one', 'two'"));
                    if (isTold(client)) {
                        assertThat(client.value("SELECT 'still here'")).isEqualTo("still here");
                        told++;
                    } else {
                        ended++;
                    }
                    assertThat(next.value("SELECT 'free'")).isEqualTo("free");
                }
            }
            // T, D, C and Z begin and end between them.
            assertThat(told).isGreaterThanOrEqualTo(3);
            assertThat(ended).isPositive();
            assertNoFault(weir);
        }
    }

    private long lengthOfAnswer(Fronted weir) throws IOException {
        try (WireClient client = weir.login()) {
            client.value("SELECT 'warm'");
            long before = network.toClient().bytes();
            client.query("SELECT 'one', 'two'");
            return network.toClient().bytes() - before;
        }
    }

    /** Whether an error and ReadyForQuery followed what had come; false if the connection ended. */
    private static boolean isTold(WireClient client) throws IOException {
        try {
            List<WireMessage> answer = client.readUntil('Z');
            assertThat(answer)
                    .filteredOn(message -> message.type() == 'E')
                    .singleElement()
                    .satisfies(error -> assertThat(error.message()).startsWith(LOST));
            return true;
        } catch (EOFException e) {
            return false;
        }
    }

    @Test
    void largeResultThatIsCutFreesThePlaceForWhoeverWaits(TestDatabase database) throws IOException {
        try (Fronted weir = weir(database);
                WireClient client = weir.login();
                WireClient waiting = weir.login()) {
            client.value("SELECT 'warm'");
            network.toClient().cutAfter(3_000_000);
            client.send(query("SELECT repeat('x', 100000) FROM generate_series(1, 100)"));
            assertThat(client.read().type()).isEqualTo('T');
            waiting.send(query("SELECT 'served'"));
            isTold(client);
            assertThat(waiting.readUntil('Z').get(1).values()).containsExactly("served");
            assertNoFault(weir);
        }
    }

    @Test
    void requestThatIsCutIsNotDone(TestDatabase database) throws IOException {
        try (Fronted weir = weir(database);
                WireClient client = weir.login()) {
            client.value("SELECT 'warm'");
            network.toServer().cutAfter(500_000);
            client.send(query("INSERT INTO kept VALUES ('" + "x".repeat(1_000_000) + "')"));
            assertThat(isTold(client)).isTrue();
            assertThat(client.value("SELECT count(*) FROM kept")).isEqualTo("0");
            assertNoFault(weir);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void idleConnectionThatEndsIsNoticedByNobody(boolean abruptly, TestDatabase database) throws IOException {
        try (Fronted weir = weir(database);
                WireClient client = weir.login()) {
            for (int i = 1; i <= 3; i++) {
                assertThat(client.value("SELECT " + i)).isEqualTo(String.valueOf(i));
                if (abruptly) {
                    network.resetAll();
                } else {
                    network.closeAll();
                }
                int closed = i;
                await(() -> weir.process().lines().stream()
                                .filter(line -> line.contains("closing because: server conn crashed?"))
                                .count()
                        == closed);
            }
            assertThat(client.value("SELECT 'still here'")).isEqualTo("still here");
        }
    }

    @Test
    void clientsWaitWhileNobodyListens(TestDatabase database) throws IOException {
        network.refuse();
        try (Fronted weir = weir(database, "server_login_retry = 1");
                WireClient client = weir.connect()) {
            client.send(startup("user", database.user(), "database", Fronted.NAME));
            weir.process().awaitLine("closing because: connect failed");
            network.heal();
            client.authenticate(database.user(), "");
            assertThat(client.value("SELECT 'served'")).isEqualTo("served");
        }
    }

    @Test
    void loginThatGetsNoAnswerIsGivenUpAndTriedAgain(TestDatabase database) throws IOException {
        network.toClient().swallow();
        try (Fronted weir = weir(database, "server_connect_timeout = 1", "server_login_retry = 1");
                WireClient client = weir.connect()) {
            client.send(startup("user", database.user(), "database", Fronted.NAME));
            weir.process().awaitLine("closing because: connect timeout");
            network.heal();
            client.authenticate(database.user(), "");
            assertThat(client.value("SELECT 'served'")).isEqualTo("served");
            assertThat(network.acceptedConnections()).isGreaterThan(1);
        }
    }

    @Test
    void queryWaitTimeoutBoundsTheWaitForAServerThatDoesNotAnswer(TestDatabase database) throws IOException {
        network.toClient().swallow();
        try (Fronted weir = weir(database, "query_wait_timeout = 1");
                WireClient client = weir.connect()) {
            List<WireMessage> login = client.tryLogin(database.user(), Fronted.NAME, "");
            assertThat(login.get(login.size() - 1).message()).isEqualTo("query_wait_timeout");
            client.awaitEnd();
        }
    }

    /** The connection looks alive, and the network has forgotten it. */
    @Test
    void checkFindsTheDeadConnectionBeforeAClientDoes(TestDatabase database) throws IOException {
        try (Fronted weir = weir(
                        database, "server_check_delay = 0", "server_connect_timeout = 1", "server_login_retry = 1");
                WireClient client = weir.login()) {
            client.value("SELECT 'warm'");
            network.toClient().swallow();
            client.send(query("SELECT 'served'"));
            weir.process().awaitLine("closing because: test query failed");
            network.heal();
            assertThat(client.readUntil('Z').get(1).values()).containsExactly("served");
        }
    }

    @Test
    void cancelThatWasGivenUpDoesNotComeLateToSomebodyElse(TestDatabase database) throws IOException {
        try (Fronted weir = weir(database, "cancel_wait_timeout = 1");
                WireClient client = weir.login();
                WireClient next = weir.login()) {
            client.send(query("SELECT pg_sleep(2)"));
            await(() -> !"0"
                    .equals(database.value("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
                            + " AND datname = current_database()")));
            network.toServer().hold();
            client.cancel();
            client.readUntil('Z');
            assertThat(weir.process().awaitLine("closing because: cancel_wait_timeout"))
                    .contains(" LOG C-0x")
                    .contains(": app/(nouser)@");
            next.send(query("SELECT pg_sleep(1)"));
            network.heal();
            assertThat(next.readUntil('Z')).extracting(WireMessage::type).containsExactly('T', 'D', 'C', 'Z');
        }
    }

    private static void assertNoFault(Fronted weir) {
        assertThat(weir.process().lines())
                .filteredOn(line -> line.contains("a fault of PgWeir") || line.contains("Exception"))
                .isEmpty();
    }

    private static void await(Callable<Boolean> condition) {
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(condition);
    }

    @Test
    void queryTimeoutFreesThePlaceOfAConnectionThatIsDead(TestDatabase database) throws IOException {
        try (Fronted weir =
                        weir(database, "query_timeout = 1", "cancel_wait_timeout = 1", "server_connect_timeout = 2");
                WireClient client = weir.login()) {
            client.value("SELECT 'warm'");
            network.toClient().swallow();
            client.send(query("SELECT 'lost'"));
            List<WireMessage> answer = client.readUntil('E');
            assertThat(answer.get(answer.size() - 1).message()).startsWith("query timeout");
            network.heal();
            // Whoever waits for that place is under the limit as well.
            Awaitility.await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> {
                try (WireClient next = weir.login()) {
                    return "served".equals(next.value("SELECT 'served'"));
                }
            });
        }
    }
}

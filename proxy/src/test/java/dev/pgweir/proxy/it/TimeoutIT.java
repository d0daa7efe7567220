package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.testing.WireBytes.query;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Each limit of time ends the client it is for, says which it was, and leaves the server to the others. */
@ExtendWith(RealPostgres.class)
final class TimeoutIT {

    @Test
    void queryTimeoutEndsTheQuery(TestDatabase database) throws IOException {
        try (Fronted weir = Fronted.start(database, "query_timeout = 1");
                WireClient client = weir.login()) {
            client.send(query("SELECT pg_sleep(600)"));
            assertEnds(client, "query_timeout");
            assertServes(weir);
        }
    }

    @Test
    void queryTimeoutEndsAQueryThatGetsNoServer(TestDatabase database) throws IOException {
        try (Fronted weir = Fronted.start(database, "query_timeout = 1");
                WireClient holder = weir.login();
                WireClient client = weir.login()) {
            holder.query("BEGIN");
            client.send(query("SELECT 1"));
            assertEnds(client, "query_timeout is 1000 ms, all spent in waiting for a server connection");
            assertThat(holder.value("SELECT 'in peace'")).isEqualTo("in peace");
        }
    }

    @Test
    void idleTransactionTimeoutEndsTheTransaction(TestDatabase database) throws IOException {
        try (Fronted weir = Fronted.start(database, "idle_transaction_timeout = 1");
                WireClient client = weir.login()) {
            client.query("BEGIN");
            assertEnds(client, "idle transaction timeout");
            assertServes(weir);
        }
    }

    @Test
    void transactionTimeoutEndsATransactionThatIsBusy(TestDatabase database) throws IOException {
        try (Fronted weir = Fronted.start(database, "transaction_timeout = 1");
                WireClient client = weir.login()) {
            client.query("BEGIN");
            client.send(query("SELECT pg_sleep(600)"));
            assertEnds(client, "transaction timeout");
            assertServes(weir);
        }
    }

    @Test
    void clientIdleTimeoutEndsAClientThatAsksForNothing(TestDatabase database) throws IOException {
        try (Fronted weir = Fronted.start(database, "client_idle_timeout = 1");
                WireClient client = weir.login();
                WireClient fresh = weir.login()) {
            client.query("SELECT 1");
            assertEnds(client, "client_idle_timeout");
            assertEnds(fresh, "client_idle_timeout");
            assertServes(weir);
        }
    }

    @Test
    void clientLoginTimeoutEndsALoginThatGetsNowhere(TestDatabase database) throws IOException {
        try (Fronted weir = Fronted.start(database, "client_login_timeout = 1");
                WireClient silent = weir.connect();
                WireClient half = weir.connect()) {
            half.send(new byte[] {0, 0});
            assertEnds(silent, "client_login_timeout");
            assertEnds(half, "client_login_timeout");
            assertServes(weir);
        }
    }

    @Test
    void queryWaitTimeoutEndsAClientThatGotNoServerAfterANotice(TestDatabase database) throws IOException {
        try (Fronted weir = Fronted.start(database, "query_wait_timeout = 2", "query_wait_notify = 1");
                WireClient holder = weir.login();
                WireClient client = weir.login()) {
            holder.query("BEGIN");
            client.send(query("SELECT 1"));
            WireMessage notice = client.read();
            assertThat(notice.type()).isEqualTo('N');
            assertThat(notice.message())
                    .isEqualTo("No server connection available in postgres backend, client being queued");
            assertEnds(client, "query_wait_timeout");
            holder.query("COMMIT");
            assertServes(weir);
        }
    }

    private static void assertEnds(WireClient client, String text) throws IOException {
        List<WireMessage> messages = client.readUntil('E');
        WireMessage error = messages.get(messages.size() - 1);
        assertThat(error.field('S')).isEqualTo("FATAL");
        assertThat(error.message()).contains(text);
        client.awaitEnd();
    }

    private static void assertServes(Fronted weir) throws IOException {
        try (WireClient next = weir.login()) {
            assertThat(next.value("SELECT 'free'")).isEqualTo("free");
        }
    }
}

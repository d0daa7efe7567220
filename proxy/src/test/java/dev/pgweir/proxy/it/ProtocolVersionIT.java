package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.testing.WireBytes.cancelRequest;
import static dev.pgweir.proxy.testing.WireBytes.query;
import static dev.pgweir.proxy.testing.WireBytes.startup;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Clients of protocol 3.0, 3.2 and versions nobody knows in front of a server that is asked for 3.2, whether it knows it or
 * not: each side is agreed on by itself, and cancel requests work across.
 */
abstract class ProtocolVersionIT {
    private static final int V3_2 = 3 << 16 | 2;

    private static Fronted weir;

    @BeforeAll
    static void start(TestDatabase database) {
        weir = Fronted.start(database, "server_max_protocol_version = \"3.2\"", "default_pool_size = 2");
    }

    @AfterAll
    static void stop() {
        weir.close();
    }

    @Test
    void clientOfProtocol32HasALongKeyThatCancelsItsQueryAndNoWrongOneDoes(TestDatabase database) throws IOException {
        try (WireClient client = weir.connect()) {
            List<WireMessage> login = login(client, database, V3_2);
            assertThat(login).extracting(WireMessage::type).doesNotContain('v');
            assertThat(client.secret()).hasSize(32);
            assertCancels(client, database);
        }
    }

    @Test
    void clientOfProtocol30HasAShortKey(TestDatabase database) throws IOException {
        try (WireClient client = weir.connect()) {
            assertThat(login(client, database, 3 << 16))
                    .extracting(WireMessage::type)
                    .doesNotContain('v');
            assertThat(client.secret()).hasSize(4);
            assertCancels(client, database);
        }
    }

    @Test
    void newerVersionsAndOptionsAreNegotiatedOnce(TestDatabase database) throws IOException {
        try (WireClient client = weir.connect()) {
            List<WireMessage> login = login(client, database, 3 << 16 | 9999, "_pq_.one", "1", "_pq_.two", "");
            assertThat(login)
                    .filteredOn(message -> message.type() == 'v')
                    .singleElement()
                    .satisfies(answer -> {
                        assertThat(answer.int32(0)).isEqualTo(V3_2);
                        assertThat(answer.int32(4)).isEqualTo(2);
                        assertThat(answer.texts(8)).containsExactly("_pq_.one", "_pq_.two");
                    });
            assertThat(login.get(0).type()).isEqualTo('v');
            assertThat(client.secret()).hasSize(32);
            assertThat(client.value("SELECT 1")).isEqualTo("1");
        }
        try (WireClient client = weir.connect()) {
            List<WireMessage> login = login(client, database, 3 << 16, "_pq_.one", "1");
            assertThat(login.get(0).int32(0)).as("not newer than asked for").isEqualTo(3 << 16);
            assertThat(client.secret()).hasSize(4);
        }
    }

    private static List<WireMessage> login(WireClient client, TestDatabase database, int version, String... more)
            throws IOException {
        String[] all = new String[4 + more.length];
        System.arraycopy(new String[] {"user", database.user(), "database", Fronted.NAME}, 0, all, 0, 4);
        System.arraycopy(more, 0, all, 4, more.length);
        client.send(startup(version, all));
        List<WireMessage> messages = client.authenticate(database.user(), database.password());
        assertThat(messages.get(messages.size() - 1).type()).isEqualTo('Z');
        return messages;
    }

    private static void assertCancels(WireClient client, TestDatabase database) throws IOException {
        client.send(query("SELECT pg_sleep(600)"));
        await().atMost(Duration.ofSeconds(30))
                .until(() -> "1"
                        .equals(database.value("SELECT count(*) FROM pg_stat_activity"
                                + " WHERE wait_event = 'PgSleep' AND datname = current_database()")));
        byte[] wrong = client.secret();
        wrong[wrong.length - 1] ^= (byte) 0x80;
        try (WireClient stranger = weir.connect()) {
            stranger.send(cancelRequest(client.pid(), wrong)).awaitEnd();
        }
        client.cancel();
        assertThat(client.readUntil('Z'))
                .filteredOn(message -> message.type() == 'E')
                .singleElement()
                .extracting(WireMessage::sqlState)
                .isEqualTo("57014");
    }
}

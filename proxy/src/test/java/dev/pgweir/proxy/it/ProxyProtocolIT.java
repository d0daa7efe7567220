package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.testing.WireBytes.bytes;
import static dev.pgweir.proxy.testing.WireBytes.sslRequest;
import static dev.pgweir.proxy.testing.WireBytes.startup;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.UnixBridge;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Load balancers at 127.0.0.2 and at the Unix socket, and clients that come directly from 127.0.0.1. */
@ExtendWith(RealPostgres.class)
final class ProxyProtocolIT {
    private static final String BALANCER = "127.0.0.2";
    private static final byte[] SIGNATURE = {'\r', '\n', '\r', '\n', 0, '\r', '\n', 'Q', 'U', 'I', 'T', '\n'};

    /** Version and command, and the kind of addresses. */
    private static final byte PROXY = 0x21;

    private static final byte LOCAL = 0x20;
    private static final byte TCP4 = 0x11;
    private static final byte TCP6 = 0x21;
    private static final byte UNIX = 0x31;

    @TempDir
    private static Path directory;

    private static Fronted weir;
    private static TestDatabase database;

    @BeforeAll
    static void start(TestDatabase shared) {
        database = shared;
        weir = Fronted.start(
                shared,
                "auth_type = \"scram-sha-256\"",
                "proxy_protocol_from = [\"" + BALANCER + "\", \"unix\"]",
                "admin_users = \"" + shared.user() + "\"",
                "unix_socket_dir = \"" + directory + "\"",
                "client_login_timeout = 3");
    }

    @AfterAll
    static void stop() {
        weir.close();
    }

    @AfterEach
    void othersAreServed() throws IOException {
        try (WireClient direct = weir.login()) {
            assertThat(direct.value("SELECT 1")).isEqualTo("1");
        }
        assertThat(weir.process().lines()).noneMatch(line -> line.contains("a fault of PgWeir"));
    }

    @Test
    void textHeaderGivesTheClientItsAddress() throws IOException {
        try (WireClient client = fromBalancer(v1("PROXY TCP4 203.0.113.7 192.0.2.1 4711 5432"))) {
            assertThat(address(client)).containsExactly("203.0.113.7", "4711");
            weir.process().awaitLine("@203.0.113.7:4711 login attempt");
        }
        try (WireClient client = fromBalancer(v1("PROXY TCP6 2001:db8::7 2001:db8::1 4712 5432"))) {
            assertThat(address(client)).containsExactly("2001:db8:0:0:0:0:0:7", "4712");
        }
    }

    @Test
    void binaryHeaderGivesTheClientItsAddressHoweverItIsCut() throws IOException {
        byte[] details = bytes((byte) 2, (short) 11, "db.example".getBytes(StandardCharsets.US_ASCII), (byte) 'x');
        byte[] header = v2(
                PROXY, TCP4, bytes(new byte[] {(byte) 203, 0, 113, 8, 10, 0, 0, 1}, (short) 4713, (short) 1), details);
        try (WireClient client = fromBalancer(header)) {
            assertThat(address(client)).containsExactly("203.0.113.8", "4713");
        }
        byte[] v6 = new byte[32];
        v6[0] = 0x20;
        v6[15] = 9;
        try (WireClient client = WireClient.connectFrom(BALANCER, weir.port())) {
            for (byte each : v2(PROXY, TCP6, bytes(v6, (short) 4714, (short) 1))) {
                client.send(new byte[] {each});
            }
            client.login(database.user(), Fronted.NAME, database.password());
            assertThat(address(client)).containsExactly("2000:0:0:0:0:0:0:9", "4714");
        }
    }

    @Test
    void balancerThatSpeaksForItselfOrDoesNotKnowKeepsItsOwnAddress() throws IOException {
        for (byte[] header : List.of(
                v1("PROXY UNKNOWN"),
                v1("PROXY UNKNOWN 203.0.113.7 192.0.2.1 1 2"),
                v2(LOCAL, (byte) 0),
                v2(LOCAL, TCP4, bytes(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}, (short) 1, (short) 1)),
                v2(PROXY, UNIX, new byte[216]))) {
            try (WireClient client = fromBalancer(header)) {
                assertThat(address(client).get(0)).isEqualTo(BALANCER);
            }
        }
    }

    @Test
    void headerIsDueFromTheBalancer() throws IOException {
        try (WireClient client = WireClient.connectFrom(BALANCER, weir.port())) {
            client.send(startup("user", database.user(), "database", Fronted.NAME));
            assertThat(client.read().message()).contains("proxy_protocol_from");
            client.awaitEnd();
        }
        try (WireClient client = WireClient.connectFrom(BALANCER, weir.port())) {
            client.send("PROXY TC".getBytes(StandardCharsets.US_ASCII));
            assertThat(client.read().message()).contains("client_login_timeout");
            client.awaitEnd();
        }
    }

    @Test
    void malformedHeadersEndTheConnection() throws IOException {
        List<byte[]> headers = new ArrayList<>();
        for (String text : List.of(
                "PROXY",
                "PROXY TCP4",
                "PROXY TCP4 a b 1 2",
                "PROXY TCP4 203.0.113.7 192.0.2.1 99999 1",
                "PROXY TCP4 203.0.113.7 192.0.2.1 -1 1",
                "PROXY TCP4 203.0.113.7 192.0.2.1 1 1 1",
                "PROXY TCP6 203.0.113.7 192.0.2.1 1 1",
                "PROXY TCP4 \u0000\u001b[2J 192.0.2.1 1 1",
                "PROXY TCP9 " + "x".repeat(500),
                "POST / HTTP/1.1")) {
            headers.add(v1(text));
        }
        headers.add(v2((byte) 0x11, TCP4));
        headers.add(v2((byte) 0x2f, TCP4));
        headers.add(v2(PROXY, (byte) 0xff, new byte[12]));
        headers.add(v2(PROXY, TCP4, new byte[3]));
        headers.add(v2(PROXY, TCP4, new byte[12], new byte[] {2, (byte) 0xff, (byte) 0xff}));
        headers.add(v2(PROXY, TCP4, new byte[12], new byte[] {2, 0}));
        headers.add(bytes(SIGNATURE, PROXY, TCP4, (short) -1, new byte[4000]));
        headers.add(bytes(SIGNATURE, PROXY, TCP4, (short) 12));
        for (byte[] header : headers) {
            try (WireClient client = WireClient.connectFrom(BALANCER, weir.port())) {
                client.send(header);
                client.shutdownOutput();
                client.awaitEnd();
            }
        }
    }

    @Test
    void nobodyElseMaySendOne() throws IOException {
        for (byte[] header : List.of(v1("PROXY TCP4 203.0.113.7 192.0.2.1 1 2"), v2(LOCAL, (byte) 0))) {
            try (WireClient client = weir.connect()) {
                client.send(header);
                assertThat(client.read().message()).contains("may not send one");
                client.awaitEnd();
            }
            try (WireClient client = WireClient.connectFrom(BALANCER, weir.port())) {
                client.send(v1("PROXY TCP4 127.0.0.1 192.0.2.1 1 2"), header);
                assertThat(client.read().type()).isEqualTo('E');
                client.awaitEnd();
            }
        }
    }

    @Test
    void whatFollowsARequestForEncryptionBehindAHeaderIsNotTaken() throws IOException {
        try (WireClient client = WireClient.connectFrom(BALANCER, weir.port())) {
            client.send(v1("PROXY TCP4 203.0.113.7 192.0.2.1 1 2"), sslRequest(), startup("user", database.user()));
            assertThat(client.read().message()).contains("unencrypted bytes");
            client.awaitEnd();
        }
    }

    /** PgWeir's own user may administer it by the Unix socket without a password; a client of a balancer there may not. */
    @Test
    void clientsOfABalancerAtTheUnixSocketHaveNoneOfItsRights() throws IOException {
        try (UnixBridge balancer = UnixBridge.to(directory.resolve(".s.PGSQL." + weir.port()))) {
            for (byte[] header : List.of(v1("PROXY TCP4 203.0.113.7 192.0.2.1 4715 2"), v1("PROXY UNKNOWN"))) {
                try (WireClient client = WireClient.connect(balancer.port())) {
                    client.send(header, startup("user", "pgbouncer", "database", "pgbouncer"));
                    List<WireMessage> login = client.authenticate("pgbouncer", "");
                    assertThat(login.get(login.size() - 1).type()).isEqualTo('E');
                }
                try (WireClient client = WireClient.connect(balancer.port())) {
                    client.send(header).login(database.user(), Fronted.NAME, database.password());
                    assertThat(address(client).get(0)).isIn("203.0.113.7", "unix");
                }
            }
        }
    }

    private static WireClient fromBalancer(byte[] header) throws IOException {
        WireClient client = WireClient.connectFrom(BALANCER, weir.port());
        // In one segment, as HAProxy does.
        client.send(header, startup("user", database.user(), "database", Fronted.NAME, "application_name", "behind"));
        List<WireMessage> login = client.authenticate(database.user(), database.password());
        assertThat(login.get(login.size() - 1).type()).isEqualTo('Z');
        return client;
    }

    /** Address and port of the one client of the database, as the console shows them. */
    private static List<@Nullable String> address(WireClient client) throws IOException {
        assertThat(client.value("SELECT 1")).isEqualTo("1");
        try (WireClient console = weir.connect().login(database.user(), "pgbouncer", database.password())) {
            return console.rows("SHOW CLIENTS").stream()
                    .filter(row -> Fronted.NAME.equals(row.get(2)))
                    .reduce((first, last) -> last)
                    .orElseThrow()
                    .subList(5, 7);
        }
    }

    private static byte[] v1(String text) {
        return (text + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] v2(byte command, byte family, byte[]... parts) {
        byte[] rest = bytes((Object[]) parts);
        return bytes(SIGNATURE, command, family, (short) rest.length, rest);
    }
}

package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.testing.WireBytes.cancelRequest;
import static dev.pgweir.proxy.testing.WireBytes.message;
import static dev.pgweir.proxy.testing.WireBytes.query;
import static dev.pgweir.proxy.testing.WireBytes.sslRequest;
import static dev.pgweir.proxy.testing.WireBytes.startup;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.tls.TestAuthority;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Those who send a byte now and then are gone when {@code client_login_timeout} is over, wherever they have got to. */
@ExtendWith(RealPostgres.class)
final class SlowStrangersIT {
    /** Between two bytes, while nothing comes from the other side. */
    private static final int GAP_MILLIS = 100;

    /** More than all bytes that are sent by drops would take; the limit is much shorter. */
    private static final int MOST_BYTES = 500;

    private static final TestAuthority AUTHORITY = new TestAuthority("authority");

    @TempDir
    private static @Nullable Path directory;

    private static @Nullable Fronted weir;

    @BeforeAll
    static void start(TestDatabase database) {
        Path files = Objects.requireNonNull(directory);
        AUTHORITY.issue("weir", "localhost").write(files, "server");
        weir = Fronted.start(
                database,
                "auth_type = \"scram-sha-256\"",
                "client_tls_sslmode = \"prefer\"",
                "client_tls_key_file = \"" + files.resolve("server.key") + "\"",
                "client_tls_cert_file = \"" + files.resolve("server.crt") + "\"",
                "client_login_timeout = 4",
                "admin_users = [\"" + database.user() + "\"]",
                "cancel_wait_timeout = 0",
                "max_server_connections = 1",
                "cancel_reserve_connections = 0");
    }

    @AfterAll
    static void stop() {
        if (weir != null) {
            weir.close();
        }
    }

    /** All at once, for each takes as long as the limit is. */
    @Test
    void slowStrangersAreGoneWhereverTheyHaveGotTo(TestDatabase database) throws Exception {
        List<Together.Part> all = List.of(
                number -> aStartupPacketByDrops(),
                number -> aPasswordByDrops(database),
                number -> aHandshakeByDrops(),
                number -> aHandshakeWithoutAQuestionByDrops(),
                number -> aHandshakeThatNobodyContinues(),
                number -> aPacketByDropsBehindAHandshake(),
                number -> aCancelRequestByDropsBehindAHandshake());

        Together.run(all.size(), number -> all.get(number).run(number));
    }

    private static void aStartupPacketByDrops() throws IOException {
        try (Socket socket = connect()) {
            assertThat(drop(socket, startup("user", "x".repeat(MOST_BYTES), "database", Fronted.NAME)))
                    .contains("client_login_timeout");
        }
    }

    private static void aPasswordByDrops(TestDatabase database) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(startup("user", database.user(), "database", Fronted.NAME));
            DataInputStream in = new DataInputStream(socket.getInputStream());
            assertThat((char) in.readByte()).isEqualTo('R');
            in.skipNBytes(in.readInt() - Integer.BYTES);

            assertThat(drop(socket, message('p', "SCRAM-SHA-256", MOST_BYTES, new byte[MOST_BYTES])))
                    .contains("client_login_timeout");
        }
    }

    private static void aHandshakeByDrops() throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(sslRequest());
            assertThat((char) socket.getInputStream().read()).isEqualTo('S');

            drop(socket, clientHello());
            weir().process().awaitLine("closing because: client_login_timeout");
        }
    }

    private static void aHandshakeWithoutAQuestionByDrops() throws IOException {
        try (Socket socket = connect()) {
            drop(socket, clientHello());
        }
    }

    private static void aHandshakeThatNobodyContinues() throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(sslRequest());
            assertThat((char) socket.getInputStream().read()).isEqualTo('S');
            socket.getOutputStream().write(clientHello());

            socket.getInputStream().readAllBytes();
        }
    }

    private static void aPacketByDropsBehindAHandshake() throws IOException {
        try (SSLSocket socket = secured()) {
            assertThat(drop(socket, startup("user", "x".repeat(MOST_BYTES)))).contains("client_login_timeout");
        }
    }

    private static void aCancelRequestByDropsBehindAHandshake() throws IOException {
        try (SSLSocket socket = secured()) {
            // Of the sixteen bytes only some, then none.
            socket.getOutputStream().write(cancelRequest(1, new byte[4]), 0, 15);

            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .contains("client_login_timeout");
        }
    }

    @Test
    void aCancelRequestThatFindsNoPlaceAndMayWaitForEverKeepsNoConnection(TestDatabase database) throws IOException {
        try (WireClient client = weir().login()) {
            client.send(query("SELECT pg_sleep(600)"));
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> "1"
                            .equals(database.value("SELECT count(*) FROM pg_stat_activity WHERE state = 'active'"
                                    + " AND query = 'SELECT pg_sleep(600)'")));
            try (SSLSocket socket = secured()) {
                socket.getOutputStream().write(cancelRequest(client.pid(), client.secret()));
                try (WireClient console = weir().connect().login(database.user(), "pgbouncer", database.password())) {
                    // cl_waiting_cancel_req
                    await().atMost(Duration.ofSeconds(30))
                            .until(() -> console.rows("SHOW POOLS").stream()
                                    .anyMatch(row -> Fronted.NAME.equals(row.get(0)) && "1".equals(row.get(5))));
                }

                assertThat(socket.getInputStream().read()).isEqualTo(-1);
            }
            database.value("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE state = 'active'"
                    + " AND query = 'SELECT pg_sleep(600)'");
            client.readUntil('Z');
        }
    }

    /** Sends byte by byte until the other side closes; what it said before that. */
    private static String drop(Socket socket, byte[] bytes) throws IOException {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        socket.setSoTimeout(GAP_MILLIS);
        for (int i = 0; i < Math.min(bytes.length - 1, MOST_BYTES); i++) {
            try {
                socket.getOutputStream().write(bytes[i]);
                socket.getOutputStream().flush();
                int answer = socket.getInputStream().read();
                if (answer < 0) {
                    return said.toString(StandardCharsets.UTF_8);
                }
                said.write(answer);
                socket.setSoTimeout(0);
                said.writeBytes(socket.getInputStream().readAllBytes());
                return said.toString(StandardCharsets.UTF_8);
            } catch (SocketTimeoutException e) {
                // Nothing yet.
            } catch (SSLException | SocketException e) {
                return said.toString(StandardCharsets.UTF_8);
            }
        }
        throw new AssertionError("after " + MOST_BYTES + " bytes it still listens");
    }

    /** The first message of a handshake, whole. */
    private static byte[] clientHello() throws SSLException {
        SSLEngine engine = AUTHORITY.clientContext(null).createSSLEngine("localhost", 5432);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"postgresql"});
        engine.setSSLParameters(parameters);
        ByteBuffer out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), out);
        return Arrays.copyOf(out.array(), out.position());
    }

    private static SSLSocket secured() throws IOException {
        return Secured.ask(weir().port(), AUTHORITY.clientContext(null));
    }

    private static Socket connect() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), weir().port());
    }

    private static Fronted weir() {
        return Objects.requireNonNull(weir);
    }
}

package dev.pgweir.proxy.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests as they come, right ones and others. */
final class HttpEndpointTest {
    private static final int PATIENCE_MILLIS = 30_000;

    private final HttpEndpoint endpoint;

    HttpEndpointTest() throws IOException {
        endpoint = HttpEndpoint.open(
                "127.0.0.1", 0, Map.of("/page", accept -> Reply.text(200, "accepts " + accept), "/broken", accept -> {
                    throw new IllegalStateException("a page that fails");
                }));
    }

    @AfterEach
    void close() {
        endpoint.close();
    }

    @Test
    void servesPagesByTheirPath() throws IOException {
        assertThat(ask("GET /page HTTP/1.1\r\nHost: x\r\nAccept: text/plain\r\n"))
                .startsWith("HTTP/1.1 200 OK\r\n")
                .contains("content-type: text/plain")
                .endsWith("\r\n\r\naccepts text/plain\n");
        assertThat(ask("GET /page?x=1 HTTP/1.1\r\nHost: x\r\n")).startsWith("HTTP/1.1 200 ");
        assertThat(ask("HEAD /page HTTP/1.1\r\nHost: x\r\n"))
                .startsWith("HTTP/1.1 200 ")
                .contains("content-length: 9\r\n")
                .endsWith("\r\n\r\n");
    }

    @Test
    void saysWhatThereIsToWhoeverAsksForSomethingElse() throws IOException {
        assertThat(ask("GET / HTTP/1.1\r\nHost: x\r\n"))
                .startsWith("HTTP/1.1 404 ")
                .endsWith("there are /broken, /page\n");
        assertThat(ask("GET /../page HTTP/1.1\r\nHost: x\r\n")).startsWith("HTTP/1.1 404 ");
        assertThat(ask("DELETE /page HTTP/1.1\r\nHost: x\r\n"))
                .startsWith("HTTP/1.1 405 ")
                .contains("allow: GET, HEAD\r\n");
    }

    @Test
    void aPageThatFailsIsAnErrorOfItsOwn() throws IOException {
        assertThat(ask("GET /broken HTTP/1.1\r\nHost: x\r\n"))
                .startsWith("HTTP/1.1 500 ")
                .doesNotContain("a page that fails");
        assertThat(ask("GET /page HTTP/1.1\r\nHost: x\r\n")).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void refusesWhatIsTooLongOrNoHttp() throws IOException {
        assertThat(ask("GET /" + "x".repeat(2000) + " HTTP/1.1\r\nHost: x\r\n")).startsWith("HTTP/1.1 400 ");
        assertThat(ask("GET /page HTTP/1.1\r\nX: " + "x".repeat(9000) + "\r\n")).startsWith("HTTP/1.1 400 ");
        assertThat(ask("POST /page HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n"))
                .startsWith("HTTP/1.1 413 ");
        assertThat(ask("\0\0\0\10\4\322\26\57")).startsWith("HTTP/1.1 400 ");
    }

    @Test
    void whoOnlyHoldsConnectionsKeepsNobodyOut() throws IOException {
        List<Socket> idle = new ArrayList<>();
        try {
            for (int i = 0; i < HttpEndpoint.MAX_CONNECTIONS; i++) {
                idle.add(connect());
            }
            assertThat(ask("GET /page HTTP/1.1\r\nHost: x\r\n")).startsWith("HTTP/1.1 200 ");
            assertThat(idle.get(0).getInputStream().read())
                    .as("the one that was silent for longest")
                    .isEqualTo(-1);
        } finally {
            for (Socket socket : idle) {
                socket.close();
            }
        }
    }

    @Test
    void whoAsksOnWithoutTakingTheAnswersIsCutOff() throws IOException {
        int requests = 2000;
        AtomicInteger served = new AtomicInteger();
        Reply large = new Reply(200, "text/plain", new byte[1 << 20]);
        try (HttpEndpoint other = HttpEndpoint.open("127.0.0.1", 0, Map.of("/large", accept -> {
                    served.incrementAndGet();
                    return large;
                }));
                Socket socket = new Socket(
                        InetAddress.getLoopbackAddress(), other.address().getPort())) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            byte[] request = "GET /large HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(ISO_8859_1);
            try {
                for (int i = 0; i < requests; i++) {
                    socket.getOutputStream().write(request);
                }
                await().atMost(Duration.ofMillis(PATIENCE_MILLIS)).until(() -> {
                    socket.getOutputStream().write(request);
                    return false;
                });
            } catch (IOException | ConditionTimeoutException cutOff) {
                assertThat(cutOff).isInstanceOf(IOException.class);
            }
        }
        assertThat(served.get()).isLessThan(100);
    }

    @Test
    void anAddressThatIsTakenIsAnErrorThatNamesIt() {
        int port = endpoint.address().getPort();
        assertThatThrownBy(() -> HttpEndpoint.open("127.0.0.1", port, Map.of()))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("cannot listen on 127.0.0.1:" + port + ": ");
        assertThatThrownBy(() -> HttpEndpoint.open("no.such.name.invalid", 0, Map.of()))
                .hasMessageContaining("no address is known");
    }

    private Socket connect() throws IOException {
        Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), endpoint.address().getPort());
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    /** All that comes back until the connection is closed. */
    private String ask(String head) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write((head + "Connection: close\r\n\r\n").getBytes(ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
        }
    }
}

package dev.pgweir.proxy.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class FaultProxyTest {

    private static final int LONG = 10_000;

    /** For proofs that nothing arrives. */
    private static final int SHORT = 50;

    private final ServerSocket echo;
    private final FaultProxy proxy;

    FaultProxyTest() throws IOException {
        echo = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        proxy = FaultProxy.to("127.0.0.1", echo.getLocalPort());
    }

    @BeforeEach
    void echoes() {
        FaultyLink.daemon("echo server", () -> {
            try {
                while (true) {
                    Socket socket = echo.accept();
                    FaultyLink.daemon("echo", () -> echo(socket));
                }
            } catch (IOException e) {
                // The test is over.
                return;
            }
        });
    }

    @AfterEach
    void close() throws IOException {
        proxy.close();
        echo.close();
    }

    @Test
    void passesBytesBothWaysAndCountsConnections() throws IOException {
        try (Socket socket = connect()) {
            assertThat(roundTrip(socket, "hello")).isEqualTo("hello");
            assertThat(proxy.openConnections()).isEqualTo(1);
            assertThat(proxy.toServer().bytes()).isEqualTo(5);
        }
        Awaitility.await().until(() -> proxy.openConnections() == 0);
        assertThat(proxy.acceptedConnections()).isEqualTo(1);
    }

    @Test
    void passesTheEndOfOneHalfOn() throws IOException {
        try (Socket socket = connect()) {
            assertThat(roundTrip(socket, "last")).isEqualTo("last");
            socket.shutdownOutput();
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void holdsBytesUntilHealed() throws IOException {
        try (Socket socket = connect()) {
            proxy.toClient().hold();
            write(socket, "late");
            socket.setSoTimeout(SHORT);
            assertThatThrownBy(() -> read(socket, 4)).isInstanceOf(SocketTimeoutException.class);

            socket.setSoTimeout(LONG);
            proxy.heal();
            assertThat(read(socket, 4)).isEqualTo("late");
        }
    }

    @Test
    void swallowsBytesForGood() throws IOException {
        try (Socket socket = connect()) {
            assertThat(roundTrip(socket, "first")).isEqualTo("first");
            proxy.toServer().swallow();
            write(socket, "lost");
            socket.setSoTimeout(SHORT);
            assertThatThrownBy(() -> read(socket, 4)).isInstanceOf(SocketTimeoutException.class);

            socket.setSoTimeout(LONG);
            proxy.heal();
            assertThat(roundTrip(socket, "next")).isEqualTo("next");
        }
    }

    @Test
    void delaysEachPiece() throws IOException {
        try (Socket socket = connect()) {
            proxy.toServer().delay(Duration.ofHours(1));
            write(socket, "slow");
            socket.setSoTimeout(SHORT);
            assertThatThrownBy(() -> read(socket, 4)).isInstanceOf(SocketTimeoutException.class);

            socket.setSoTimeout(LONG);
            proxy.toServer().delay(Duration.ofMillis(1));
            assertThat(read(socket, 4)).isEqualTo("slow");
        }
    }

    @Test
    void cutsInTheMiddleOfTheBytes() throws IOException {
        try (Socket socket = connect()) {
            proxy.toClient().cutAfter(3);
            write(socket, "abcdef");
            assertThat(read(socket, 3)).isEqualTo("abc");
            assertThatThrownBy(() -> read(socket, 1)).isInstanceOf(SocketException.class);
        }
        try (Socket socket = connect()) {
            assertThat(roundTrip(socket, "whole")).isEqualTo("whole");
        }
    }

    @Test
    void resetsAndClosesConnections() throws IOException {
        try (Socket socket = connect()) {
            assertThat(roundTrip(socket, "a")).isEqualTo("a");
            proxy.resetAll();
            assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketException.class);
        }
        try (Socket socket = connect()) {
            assertThat(roundTrip(socket, "b")).isEqualTo("b");
            proxy.closeAll();
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void refusesNewConnectionsAndKeepsTheOldOnes() throws IOException {
        try (Socket socket = connect()) {
            assertThat(roundTrip(socket, "a")).isEqualTo("a");
            proxy.refuse();
            assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
            assertThat(roundTrip(socket, "b")).isEqualTo("b");
        }
        proxy.heal();
        try (Socket socket = connect()) {
            assertThat(roundTrip(socket, "c")).isEqualTo("c");
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(proxy.host(), proxy.port());
        socket.setSoTimeout(LONG);
        return socket;
    }

    private static String roundTrip(Socket socket, String text) throws IOException {
        write(socket, text);
        return read(socket, text.length());
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String read(Socket socket, int length) throws IOException {
        return new String(socket.getInputStream().readNBytes(length), StandardCharsets.US_ASCII);
    }

    private static void echo(Socket socket) {
        try (socket) {
            socket.getInputStream().transferTo(socket.getOutputStream());
        } catch (IOException e) {
            // The peer reset it, as tests do here.
            return;
        }
    }
}

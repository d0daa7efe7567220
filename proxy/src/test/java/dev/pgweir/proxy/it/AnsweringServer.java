package dev.pgweir.proxy.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** A server that answers whatever comes first by the same bytes, all in one segment, and then waits for the end. */
final class AnsweringServer implements AutoCloseable {
    private final ServerSocket listener;

    private AnsweringServer(ServerSocket listener) {
        this.listener = listener;
    }

    static AnsweringServer start(byte[] answer) {
        try {
            ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            Thread thread = new Thread(() -> serve(listener, answer), "answering server");
            thread.setDaemon(true);
            thread.start();
            return new AnsweringServer(listener);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void serve(ServerSocket listener, byte[] answer) {
        while (!listener.isClosed()) {
            try (Socket socket = listener.accept()) {
                socket.getInputStream().readNBytes(8);
                socket.getOutputStream().write(answer);
                while (socket.getInputStream().read() >= 0) {
                    // Until PgWeir has had enough.
                }
            } catch (IOException e) {
                // Closed by the one side or the other.
            }
        }
    }

    int port() {
        return listener.getLocalPort();
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

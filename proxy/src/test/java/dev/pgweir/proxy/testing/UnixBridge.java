package dev.pgweir.proxy.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A port of the loopback whose connections lead to a Unix socket, so that every test client that knows TCP alone can use
 * it. The Unix socket sees this process as its client.
 */
public final class UnixBridge implements AutoCloseable {

    private final ServerSocket listener;
    private final UnixDomainSocketAddress target;
    private final List<AutoCloseable> open = new CopyOnWriteArrayList<>();

    private UnixBridge(ServerSocket listener, Path socket) {
        this.listener = listener;
        this.target = UnixDomainSocketAddress.of(socket);
    }

    public static UnixBridge to(Path socket) {
        try {
            UnixBridge bridge = new UnixBridge(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), socket);
            start(bridge::accept);
            return bridge;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return listener.getLocalPort();
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "unix-bridge");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                open.add(client);
                SocketChannel server = SocketChannel.open(StandardProtocolFamily.UNIX);
                open.add(server);
                server.connect(target);
                start(() -> toServer(client, server));
                start(() -> toClient(server, client));
            } catch (IOException e) {
                // The test is over, or the Unix socket is not there, which the client sees as the end.
                closeClients();
            }
        }
    }

    private static void toServer(Socket client, SocketChannel server) {
        byte[] buffer = new byte[8192];
        try {
            for (int n = client.getInputStream().read(buffer);
                    n >= 0;
                    n = client.getInputStream().read(buffer)) {
                ByteBuffer data = ByteBuffer.wrap(buffer, 0, n);
                while (data.hasRemaining()) {
                    server.write(data);
                }
            }
            server.shutdownOutput();
        } catch (IOException e) {
            closeQuietly(server);
        }
    }

    private static void toClient(SocketChannel server, Socket client) {
        ByteBuffer buffer = ByteBuffer.allocate(8192);
        try (server) {
            while (server.read(buffer.clear()) >= 0) {
                client.getOutputStream().write(buffer.array(), 0, buffer.position());
            }
        } catch (IOException e) {
            // Whichever side ended it, the other one is told below.
            closeQuietly(server);
        }
        closeQuietly(client);
    }

    private static void closeQuietly(AutoCloseable one) {
        try {
            one.close();
        } catch (Exception e) {
            // Nothing is left to be done about it.
            return;
        }
    }

    private void closeClients() {
        open.forEach(UnixBridge::closeQuietly);
        open.clear();
    }

    @Override
    public void close() {
        closeQuietly(listener);
        closeClients();
    }
}

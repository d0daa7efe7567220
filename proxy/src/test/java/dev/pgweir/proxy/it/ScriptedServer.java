package dev.pgweir.proxy.it;

import dev.pgweir.proxy.testing.WireBytes;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A server that says what a test tells it to, whatever it is asked: each connection is one run of its script, on a
 * thread of its own. Cancel requests are counted and closed without a word.
 */
final class ScriptedServer implements AutoCloseable {

    /** What is said on one connection, after its first packet was read; it is closed when this returns. */
    @FunctionalInterface
    interface Script {
        void run(Peer peer) throws IOException;
    }

    /** The connection of one run. */
    static final class Peer {
        private final DataInputStream in;
        private final OutputStream out;

        private Peer(Socket socket) throws IOException {
            in = new DataInputStream(socket.getInputStream());
            out = socket.getOutputStream();
        }

        private int firstPacket() throws IOException {
            int length = in.readInt();
            int code = in.readInt();
            in.skipNBytes(length - 8);
            return code;
        }

        void send(byte[]... pieces) throws IOException {
            out.write(WireBytes.bytes((Object[]) pieces));
        }

        /** AuthenticationOk up to ReadyForQuery. */
        void welcome() throws IOException {
            send(
                    WireBytes.message('R', 0),
                    WireBytes.message('S', "application_name", ""),
                    WireBytes.message('S', "client_encoding", "UTF8"),
                    WireBytes.message('S', "server_version", "17.0"),
                    WireBytes.message('K', 4711, 4712),
                    ready());
        }

        /** Reads messages up to one of this type. */
        void await(char type) throws IOException {
            while (true) {
                char got = (char) in.readUnsignedByte();
                in.skipNBytes(in.readInt() - 4);
                if (got == type) {
                    return;
                }
            }
        }

        /** The body of the next message, which has to be of this type. */
        byte[] receive(char type) throws IOException {
            char got = (char) in.readUnsignedByte();
            byte[] body = in.readNBytes(in.readInt() - 4);
            if (got != type) {
                throw new IOException("not " + type + " but " + got);
            }
            return body;
        }

        /** Reads until the other side closes. */
        void awaitEnd() throws IOException {
            in.transferTo(OutputStream.nullOutputStream());
        }
    }

    private static final int CANCEL_REQUEST = 80877102;
    private static final int SSL_REQUEST = 80877103;

    private final ServerSocket listener;
    private final Script script;
    private final AtomicInteger runs = new AtomicInteger();
    private final AtomicInteger cancels = new AtomicInteger();

    private ScriptedServer(ServerSocket listener, Script script) {
        this.listener = listener;
        this.script = script;
    }

    static ScriptedServer start(Script script) {
        try {
            ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            ScriptedServer server = new ScriptedServer(listener, script);
            daemon(server::acceptAll);
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] ready() {
        return WireBytes.message('Z', (byte) 'I');
    }

    int port() {
        return listener.getLocalPort();
    }

    /** How many connections have begun. */
    int runs() {
        return runs.get();
    }

    /** How many cancel requests have come. */
    int cancels() {
        return cancels.get();
    }

    private void acceptAll() {
        while (true) {
            try {
                Socket socket = listener.accept();
                daemon(() -> run(socket));
            } catch (SocketException e) {
                // It is closed.
                return;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void run(Socket socket) {
        try (socket) {
            Peer peer = new Peer(socket);
            int code = peer.firstPacket();
            if (code == SSL_REQUEST) {
                // As a PostgreSQL without TLS does.
                peer.send(new byte[] {'N'});
                code = peer.firstPacket();
            }
            if (code == CANCEL_REQUEST) {
                cancels.incrementAndGet();
            } else {
                runs.incrementAndGet();
                script.run(peer);
            }
        } catch (EOFException | SocketException e) {
            // PgWeir has had enough of it, which is what most of these tests want.
            return;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "scripted server");
        thread.setDaemon(true);
        thread.start();
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

package dev.pgweir.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * A PostgreSQL that does nothing: lets everybody in, answers any Query at once with one row, and a Query
 * {@code bulk N} with N megabytes of rows. What is left is the price of the pooler in front of it.
 *
 * <p>One thread. Prints its port and runs until it is ended.
 */
public final class StubServer {
    private static final int MEGABYTE = 1_000_000;
    private static final int ROW_BYTES = 1_000;
    private static final int READ_BYTES = 64 * 1024;

    private static final byte[] WELCOME = new Messages()
            .authenticationOk()
            .parameter("server_version", "15.0")
            .parameter("server_encoding", "UTF8")
            .parameter("client_encoding", "UTF8")
            .parameter("DateStyle", "ISO, MDY")
            .parameter("IntervalStyle", "postgres")
            .parameter("TimeZone", "UTC")
            .parameter("integer_datetimes", "on")
            .parameter("standard_conforming_strings", "on")
            .parameter("is_superuser", "off")
            .parameter("session_authorization", "bench")
            .parameter("application_name", "")
            .keyData(1, 1)
            .ready()
            .bytes();
    private static final byte[] ANSWER = new Messages()
            .rowDescription("abalance")
            .dataRow("0")
            .complete("SELECT 1")
            .ready()
            .bytes();
    private static final byte[] BULK_END = new Messages().complete("SELECT 1").ready().bytes();

    private final ByteBuffer reads = ByteBuffer.allocateDirect(READ_BYTES);
    private final ByteBuffer answer = direct(ANSWER);
    private final ByteBuffer megabyte;
    private final Selector selector = Selector.open();

    private StubServer() throws IOException {
        Messages rows = new Messages();
        String value = "x".repeat(ROW_BYTES - 11);
        for (int i = 0; i < MEGABYTE / ROW_BYTES; i++) {
            rows.dataRow(value);
        }
        megabyte = direct(rows.bytes());
    }

    public static void main(String[] arguments) throws IOException {
        new StubServer().run();
    }

    private void run() throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open();
        listener.bind(new InetSocketAddress("127.0.0.1", 0), 1024);
        listener.configureBlocking(false);
        listener.register(selector, SelectionKey.OP_ACCEPT);
        System.out.println(listener.socket().getLocalPort());
        while (true) {
            selector.select(key -> {
                try {
                    if (key.isAcceptable()) {
                        accept(listener);
                    } else {
                        ((Session) key.attachment()).onReady(key);
                    }
                } catch (IOException e) {
                    close(key);
                }
            });
        }
    }

    private void accept(ServerSocketChannel listener) throws IOException {
        SocketChannel channel = listener.accept();
        if (channel != null) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, new Session(channel));
        }
    }

    private static void close(SelectionKey key) {
        try {
            key.channel().close();
        } catch (IOException e) {
            // It is gone either way.
        }
    }

    private static ByteBuffer direct(byte[] bytes) {
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }

    /** One connection. A client waits for each answer, so a read holds one request, or none whole only at the login. */
    private final class Session {
        private final SocketChannel channel;
        private boolean loggedIn;
        private int megabytesLeft;
        private ByteBuffer rest = ByteBuffer.allocate(0);

        Session(SocketChannel channel) {
            this.channel = channel;
        }

        void onReady(SelectionKey key) throws IOException {
            if (key.isWritable()) {
                writeBulk(key);
                return;
            }
            reads.clear();
            if (channel.read(reads) < 0) {
                channel.close();
                return;
            }
            reads.flip();
            while (reads.remaining() >= 5) {
                onMessage(key);
            }
        }

        private void onMessage(SelectionKey key) throws IOException {
            int start = reads.position();
            if (!loggedIn) {
                reads.position(start + reads.getInt(start));
                if (reads.getInt(start + 4) == 196_608) {
                    loggedIn = true;
                    channel.write(ByteBuffer.wrap(WELCOME));
                } else {
                    channel.write(ByteBuffer.wrap(new byte[] {'N'}));
                }
                return;
            }
            byte type = reads.get(start);
            reads.position(Math.min(reads.limit(), start + 1 + reads.getInt(start + 1)));
            switch (type) {
                case 'Q' -> onQuery(key, start + 5);
                case 'S' -> channel.write(answer.duplicate());
                case 'X' -> channel.close();
                default -> {}
            }
        }

        private void onQuery(SelectionKey key, int text) throws IOException {
            if (reads.get(text) != 'b') {
                channel.write(answer.duplicate());
                return;
            }
            int megabytes = 0;
            for (int i = text + "bulk ".length(); reads.get(i) != 0; i++) {
                megabytes = megabytes * 10 + reads.get(i) - '0';
            }
            megabytesLeft = megabytes;
            rest = ByteBuffer.wrap(new Messages().rowDescription("line").bytes());
            key.interestOps(SelectionKey.OP_WRITE);
            writeBulk(key);
        }

        private void writeBulk(SelectionKey key) throws IOException {
            while (true) {
                channel.write(rest);
                if (rest.hasRemaining()) {
                    return;
                }
                if (megabytesLeft == 0) {
                    key.interestOps(SelectionKey.OP_READ);
                    megabytesLeft = -1;
                    rest = ByteBuffer.wrap(BULK_END);
                } else if (megabytesLeft < 0) {
                    return;
                } else {
                    megabytesLeft--;
                    rest = megabyte.duplicate();
                }
            }
        }
    }
}

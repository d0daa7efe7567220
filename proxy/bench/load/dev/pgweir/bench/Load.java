package dev.pgweir.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Clients in one thread, each of which asks, waits for the answer and asks again: {@code query} on the connection it
 * has, {@code connect} on a new one each time, with a login by SCRAM.
 *
 * <p>Arguments: query or connect, port, user, database, clients, seconds; the password is in PGPASSWORD. Prints
 * {@code begin} once all clients have had an answer and half a second has passed. At the end of the time it prints how
 * many answers there were since, in how many microseconds, and their median, 99th percentile and maximum.
 */
public final class Load {
    private static final String SQL = "SELECT abalance FROM pgbench_accounts WHERE aid = 4711;";
    private static final byte[] QUERY = new Messages().query(SQL).bytes();
    private static final byte[] TERMINATE = new Messages().terminate().bytes();
    private static final long SETTLE_NANOS = 500_000_000;
    private static final int READ_BYTES = 64 * 1024;

    private final boolean reconnects;
    private final InetSocketAddress address;
    private final byte[] startup;
    private final ScramClient scram;
    private final Selector selector = Selector.open();
    private final ByteBuffer reads = ByteBuffer.allocateDirect(READ_BYTES);

    private long[] latencies = new long[1 << 16];
    private int answers;
    private boolean measuring;
    private int clientsServed;
    private IOException failure;

    private Load(boolean reconnects, int port, String user, String database, String password) throws IOException {
        this.reconnects = reconnects;
        this.address = new InetSocketAddress("127.0.0.1", port);
        this.startup = new Messages().startup(user, database).bytes();
        this.scram = new ScramClient(password);
    }

    public static void main(String[] arguments) throws IOException {
        boolean reconnects = arguments[0].equals("connect");
        int port = Integer.parseInt(arguments[1]);
        String password = System.getenv("PGPASSWORD");
        Load load = new Load(reconnects, port, arguments[2], arguments[3], password);
        load.run(Integer.parseInt(arguments[4]), (long) (Double.parseDouble(arguments[5]) * 1e9));
    }

    private void run(int clients, long nanos) throws IOException {
        for (int i = 0; i < clients; i++) {
            new Client().connect();
        }
        while (clientsServed < clients) {
            step();
        }
        for (long end = System.nanoTime() + SETTLE_NANOS; System.nanoTime() < end; ) {
            step();
        }
        System.out.println("begin");
        answers = 0;
        measuring = true;
        long begin = System.nanoTime();
        while (System.nanoTime() < begin + nanos) {
            step();
        }
        long micros = (System.nanoTime() - begin) / 1_000;
        Arrays.sort(latencies, 0, answers);
        System.out.printf(
                "%d %d %d %d %d%n", answers, micros, at(answers / 2), at((int) (answers * 0.99)), at(answers - 1));
    }

    private long at(int index) {
        return index < 0 || index >= answers ? 0 : latencies[index] / 1_000;
    }

    private void step() throws IOException {
        selector.select(
                key -> {
                    try {
                        ((Client) key.attachment()).onReady(key);
                    } catch (IOException e) {
                        failure = e;
                    }
                },
                100);
        if (failure != null) {
            throw failure;
        }
    }

    private void answered(long begun) {
        if (measuring) {
            if (answers == latencies.length) {
                latencies = Arrays.copyOf(latencies, 2 * answers);
            }
            latencies[answers++] = System.nanoTime() - begun;
        }
    }

    private final class Client {
        private SocketChannel channel;
        private ByteBuffer kept = ByteBuffer.allocate(1024).limit(0);
        private String nonce = "";
        private boolean loggedIn;
        private boolean served;
        private long begun;

        void connect() throws IOException {
            begun = System.nanoTime();
            loggedIn = false;
            kept.limit(0);
            channel = SocketChannel.open();
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.connect(address);
            channel.register(selector, SelectionKey.OP_CONNECT, this);
        }

        void onReady(SelectionKey key) throws IOException {
            if (key.isConnectable()) {
                channel.finishConnect();
                key.interestOps(SelectionKey.OP_READ);
                send(startup);
                return;
            }
            reads.clear();
            // What was cut off at the end of the last read comes first.
            reads.put(kept);
            if (channel.read(reads) < 0) {
                throw new IOException("the pooler closed a connection");
            }
            reads.flip();
            while (reads.remaining() >= 5 && reads.remaining() > reads.getInt(reads.position() + 1)) {
                byte type = reads.get();
                int end = reads.position() + reads.getInt(reads.position());
                reads.position(reads.position() + 4);
                onMessage(type, end);
                reads.position(end);
            }
            kept = kept.clear();
            if (reads.remaining() > kept.capacity()) {
                kept = ByteBuffer.allocate(reads.remaining());
            }
            kept.put(reads).flip();
        }

        private void onMessage(byte type, int end) throws IOException {
            switch (type) {
                case 'R' -> onAuthentication(reads.getInt(), end);
                case 'E' -> throw new IOException(text(end));
                case 'Z' -> onReadyForQuery();
                default -> {}
            }
        }

        private void onAuthentication(int code, int end) throws IOException {
            if (code == 10) {
                nonce = scram.nonce();
                send(new Messages().saslInitial(ScramClient.first(nonce)).bytes());
            } else if (code == 11) {
                send(new Messages().saslResponse(scram.last(nonce, text(end))).bytes());
            } else if (code != 0 && code != 12) {
                throw new IOException("authentication request " + code);
            }
        }

        private void onReadyForQuery() throws IOException {
            if (!loggedIn) {
                loggedIn = true;
                if (!reconnects) {
                    begun = System.nanoTime();
                }
                send(QUERY);
                return;
            }
            answered(begun);
            if (!served) {
                served = true;
                clientsServed++;
            }
            if (reconnects) {
                send(TERMINATE);
                channel.close();
                connect();
            } else {
                begun = System.nanoTime();
                send(QUERY);
            }
        }

        private String text(int end) {
            byte[] bytes = new byte[end - reads.position()];
            reads.get(bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        }

        /** Requests are far smaller than a socket's buffer, so they go out whole. */
        private void send(byte[] bytes) throws IOException {
            if (channel.write(ByteBuffer.wrap(bytes)) != bytes.length) {
                throw new IOException("a request did not fit into the socket's buffer");
            }
        }
    }
}

package dev.pgweir.bench;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * A storm of logins by TLS and SCRAM, while others ask: each asker sends a query every {@value #PERIOD_MILLIS} ms as planned
 * in advance, first alone and then while the storm lasts. Every login has a handshake of its own, as those of new
 * processes have.
 *
 * <p>Arguments: {@code ask} or {@code storm}, port, user, database, how many at once; for a storm, how many logins. The
 * password is in PGPASSWORD. A storm prints how many logins failed and how many there were, the microseconds it took, and
 * the median and the 99th percentile of a login. Askers are told by lines of standard input when what is asked from now on
 * counts as {@code before}, as {@code during}, and that it is over; then they print how many failed, the 99th percentile
 * before and during, and the longest of each. They are processes of their own, so that a storm's side can be given less of
 * the processors than those whom it disturbs.
 */
public final class Storm {
    private static final int PERIOD_MILLIS = 20;
    private static final byte[] QUERY = new Messages()
            .query("SELECT abalance FROM pgbench_accounts WHERE aid = 4711;")
            .bytes();
    private static final byte[] TERMINATE = new Messages().terminate().bytes();
    private static final byte[] SSL_REQUEST =
            ByteBuffer.allocate(8).putInt(8).putInt(80_877_103).array();
    private static final int PATIENCE_MILLIS = 60_000;

    private final int port;
    private final byte[] startup;
    private final String password;
    private final AtomicInteger failures = new AtomicInteger();
    private final ConcurrentLinkedQueue<Long> logins = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Long> before = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Long> during = new ConcurrentLinkedQueue<>();

    /** Where the askers note how long it took; null: nowhere. */
    private volatile ConcurrentLinkedQueue<Long> times;

    private volatile boolean over;

    private Storm(int port, String user, String database, String password) {
        this.port = port;
        this.startup = new Messages().startup(user, database).bytes();
        this.password = password;
    }

    public static void main(String[] arguments) throws Exception {
        Storm storm =
                new Storm(Integer.parseInt(arguments[1]), arguments[2], arguments[3], System.getenv("PGPASSWORD"));
        int atOnce = Integer.parseInt(arguments[4]);
        if (arguments[0].equals("ask")) {
            storm.askers(atOnce);
        } else {
            storm.logIn(Integer.parseInt(arguments[5]), atOnce);
        }
    }

    private void askers(int count) throws Exception {
        List<Thread> asking = threads(count, this::ask);
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String order = orders.readLine(); order != null; order = orders.readLine()) {
            times = order.equals("before") ? before : order.equals("during") ? during : null;
        }
        over = true;
        for (Thread thread : asking) {
            thread.join();
        }
        System.out.printf(
                "%d %d %d %d %d%n", failures.get(), at(before, 0.99), at(during, 0.99), at(before, 1), at(during, 1));
    }

    private void logIn(int count, int atOnce) throws Exception {
        // So that the programs on both sides are compiled.
        storm(count / 4, atOnce);
        logins.clear();
        System.out.println("begin");
        long begin = System.nanoTime();
        storm(count, atOnce);
        long micros = (System.nanoTime() - begin) / 1_000;
        System.out.printf("%d %d %d %d %d%n", failures.get(), logins.size(), micros, at(logins, 0.5), at(logins, 0.99));
    }

    private static long at(ConcurrentLinkedQueue<Long> nanos, double share) {
        long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
        return sorted.length == 0 ? 0 : sorted[Math.min(sorted.length - 1, (int) (sorted.length * share))] / 1_000;
    }

    private static List<Thread> threads(int count, Runnable work) {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Thread thread = new Thread(work);
            thread.start();
            threads.add(thread);
        }
        return threads;
    }

    private void storm(int count, int atOnce) throws InterruptedException {
        AtomicInteger left = new AtomicInteger(count);
        List<Thread> stormers = threads(atOnce, () -> {
            ScramClient scram = new ScramClient(password);
            while (left.getAndDecrement() > 0) {
                long begin = System.nanoTime();
                try (Connection connection = new Connection(scram, true)) {
                    logins.add(System.nanoTime() - begin);
                    connection.send(TERMINATE);
                } catch (IOException | GeneralSecurityException e) {
                    System.err.println(e);
                    failures.incrementAndGet();
                }
            }
        });
        for (Thread thread : stormers) {
            thread.join();
        }
    }

    /** Asks in turns that are planned in advance, so that a wait counts for all the turns that fall into it. */
    private void ask() {
        try (Connection connection = new Connection(new ScramClient(password), false)) {
            long planned = System.nanoTime();
            while (!over) {
                long wait = planned - System.nanoTime();
                if (wait > 0) {
                    LockSupport.parkNanos(wait);
                    continue;
                }
                connection.send(QUERY);
                connection.awaitReady();
                ConcurrentLinkedQueue<Long> to = times;
                if (to != null) {
                    to.add(System.nanoTime() - planned);
                }
                planned += PERIOD_MILLIS * 1_000_000L;
            }
            connection.send(TERMINATE);
        } catch (IOException | GeneralSecurityException e) {
            System.err.println(e);
            failures.incrementAndGet();
        }
    }

    /** A login, complete when this is made. */
    private final class Connection implements AutoCloseable {
        private final Socket socket;
        private final DataInputStream in;
        private final OutputStream out;

        Connection(ScramClient scram, boolean tls) throws IOException, GeneralSecurityException {
            Socket plain = new Socket(InetAddress.getLoopbackAddress(), port);
            try {
                plain.setSoTimeout(PATIENCE_MILLIS);
                plain.setTcpNoDelay(true);
                socket = tls ? encrypted(plain) : plain;
                in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
                out = socket.getOutputStream();
                send(startup);
                logIn(scram);
            } catch (IOException | GeneralSecurityException e) {
                plain.close();
                throw e;
            }
        }

        private SSLSocket encrypted(Socket plain) throws IOException, GeneralSecurityException {
            plain.getOutputStream().write(SSL_REQUEST);
            if (plain.getInputStream().read() != 'S') {
                throw new IOException("no TLS");
            }
            // A new one each time, or the session would be resumed.
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new Trusting()}, null);
            SSLSocket encrypted = (SSLSocket) context.getSocketFactory().createSocket(plain, "localhost", port, true);
            encrypted.startHandshake();
            return encrypted;
        }

        private void logIn(ScramClient scram) throws IOException {
            String nonce = scram.nonce();
            while (true) {
                int type = in.readUnsignedByte();
                byte[] body = in.readNBytes(in.readInt() - Integer.BYTES);
                if (type == 'Z') {
                    return;
                }
                if (type == 'E') {
                    throw new IOException(new String(body, StandardCharsets.UTF_8));
                }
                int code = type == 'R' ? ByteBuffer.wrap(body).getInt() : 0;
                if (code == 10) {
                    send(new Messages().saslInitial(ScramClient.first(nonce)).bytes());
                } else if (code == 11) {
                    String challenge = new String(body, 4, body.length - 4, StandardCharsets.US_ASCII);
                    send(new Messages()
                            .saslResponse(scram.last(nonce, challenge))
                            .bytes());
                }
            }
        }

        void awaitReady() throws IOException {
            int type = 0;
            while (type != 'Z') {
                type = in.readUnsignedByte();
                byte[] body = in.readNBytes(in.readInt() - Integer.BYTES);
                if (type == 'E') {
                    throw new IOException(new String(body, StandardCharsets.UTF_8));
                }
            }
        }

        void send(byte[] bytes) throws IOException {
            out.write(bytes);
            out.flush();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    /** The certificate is the benchmark's own. */
    private static final class Trusting implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}

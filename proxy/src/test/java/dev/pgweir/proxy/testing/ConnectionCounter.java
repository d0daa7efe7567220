package dev.pgweir.proxy.testing;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Looks every 10 ms, unless told otherwise, at how many client connections PostgreSQL itself counts (pg_stat_activity) and keeps the greatest
 * numbers. Its own connection and those named {@link PostgresInstance#CONTROL} are left out. PostgreSQL shows a
 * connection from the end of its login on. Safe for use by several threads.
 */
public final class ConnectionCounter implements AutoCloseable {

    private static final Duration PERIOD = Duration.ofMillis(10);

    private static final String SAMPLE = """
            SELECT datname, usename, count(*) FROM pg_stat_activity
            WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND application_name <> ?
            GROUP BY datname, usename""";

    private record Key(@Nullable String database, @Nullable String user) {}

    private final Connection connection;
    private final Duration period;
    private final Thread thread;
    private final Map<Key, Integer> greatest = new HashMap<>();
    private int current;
    private long samples;
    private @Nullable SQLException failure;
    private volatile boolean stopping;

    private ConnectionCounter(Connection connection, Duration period) {
        this.connection = connection;
        this.period = period;
        this.thread = new Thread(this::run, "connection counter");
        thread.setDaemon(true);
    }

    /** Begins to count; at least one sample has been taken when it returns. */
    public static ConnectionCounter start(String jdbcUrl, String user, String password) {
        return start(jdbcUrl, user, password, PERIOD);
    }

    /** The same at another pace. */
    public static ConnectionCounter start(String jdbcUrl, String user, String password, Duration period) {
        try {
            ConnectionCounter counter = new ConnectionCounter(
                    PostgresInstance.connect(jdbcUrl, user, password, PostgresInstance.CONTROL), period);
            counter.thread.start();
            counter.awaitSamples(1);
            return counter;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The greatest number of connections seen at one moment. */
    public int max() {
        return max(new Key(null, null));
    }

    /** The greatest number of one database. */
    public int max(String database) {
        return max(new Key(database, null));
    }

    /** The greatest number of one user over all databases. */
    public int maxOfUser(String user) {
        return max(new Key(null, user));
    }

    /** The greatest number of one user in one database. */
    public int max(String database, String user) {
        return max(new Key(database, user));
    }

    /** The number at the last look. */
    public synchronized int current() {
        check();
        return current;
    }

    /** How often it has looked. */
    public synchronized long samples() {
        check();
        return samples;
    }

    /** Waits until it has looked that many times more, so that what is the case now has been seen. */
    public synchronized void awaitSamples(int more) {
        long target = samples + more;
        try {
            while (samples < target && failure == null && !stopping) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        check();
    }

    /** Forgets what it has seen. */
    public synchronized void reset() {
        greatest.clear();
    }

    /** Stops counting; the numbers stay readable. */
    @Override
    public void close() {
        stopping = true;
        synchronized (this) {
            notifyAll();
        }
        try {
            thread.join();
            connection.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private synchronized int max(Key key) {
        check();
        return greatest.getOrDefault(key, 0);
    }

    /** A counter that has stopped looking must not pass for one that saw nothing. */
    private void check() {
        if (failure != null) {
            throw new IllegalStateException("connections could not be counted", failure);
        }
    }

    private void run() {
        try (PreparedStatement statement = connection.prepareStatement(SAMPLE)) {
            statement.setString(1, PostgresInstance.CONTROL);
            while (!stopping) {
                sample(statement);
                pause();
            }
        } catch (SQLException e) {
            fail(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends early if the counter is closed. */
    private synchronized void pause() throws InterruptedException {
        long start = System.nanoTime();
        for (long left = period.toNanos();
                left > 0 && !stopping;
                left = period.toNanos() - (System.nanoTime() - start)) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    private void sample(PreparedStatement statement) throws SQLException {
        Map<Key, Integer> now = new HashMap<>();
        int total = 0;
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                String database = rows.getString(1);
                String user = rows.getString(2);
                int count = rows.getInt(3);
                total += count;
                now.merge(new Key(database, user), count, Integer::sum);
                now.merge(new Key(database, null), count, Integer::sum);
                now.merge(new Key(null, user), count, Integer::sum);
            }
        }
        now.put(new Key(null, null), total);
        synchronized (this) {
            now.forEach((key, count) -> greatest.merge(key, count, Math::max));
            current = total;
            samples++;
            notifyAll();
        }
    }

    private synchronized void fail(SQLException e) {
        if (!stopping) {
            failure = e;
        }
        notifyAll();
    }
}

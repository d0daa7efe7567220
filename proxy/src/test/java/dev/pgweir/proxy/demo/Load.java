package dev.pgweir.proxy.demo;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;

/**
 * The clients: a thread and a connection each, which run transactions with short pauses until they are told to stop.
 * Safe for use by several threads.
 */
final class Load {

    /** Between two transactions a client pauses from 0 to twice this, as an application that does something itself. */
    private static final int MEAN_PAUSE_MILLIS = 50;

    /** Before a client that saw an error connects again. */
    private static final int AFTER_ERROR_MILLIS = 500;

    private final ServerUrl url;
    private final Bank bank;
    private final List<Thread> threads = new ArrayList<>();
    private final CountDownLatch stop = new CountDownLatch(1);
    private final AtomicInteger connected = new AtomicInteger();
    private final AtomicInteger errors = new AtomicInteger();
    private final Recorder latencies = new Recorder(3);
    private volatile @Nullable String firstError;

    Load(ServerUrl url, Bank bank, int clients) {
        this.url = url;
        this.bank = bank;
        for (int i = 0; i < clients; i++) {
            int seed = i;
            Thread thread = new Thread(() -> run(new SplittableRandom(seed)), "client " + i);
            thread.setDaemon(true);
            threads.add(thread);
        }
    }

    void start() {
        threads.forEach(Thread::start);
    }

    /** Lets each client finish its transaction; returns when all have, or after a few seconds without those that hang. */
    void stop() throws InterruptedException {
        stop.countDown();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        for (Thread thread : threads) {
            TimeUnit.NANOSECONDS.timedJoin(thread, Math.max(1, deadline - System.nanoTime()));
        }
    }

    /** Clients that hold a connection now. */
    int connected() {
        return connected.get();
    }

    int errors() {
        return errors.get();
    }

    /** The first thing that went wrong, or null. */
    @Nullable
    String firstError() {
        return firstError;
    }

    /** Microseconds that transactions took since the last call; by one thread only. */
    Histogram latencies() {
        return latencies.getIntervalHistogram();
    }

    private void run(SplittableRandom random) {
        try {
            // Not all in the same moment, as processes that start one after the other.
            boolean stopped = pause(random.nextInt(1_000));
            while (!stopped) {
                stopped = connectAndWork(random) || pause(AFTER_ERROR_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** True when it was told to stop, false after an error. */
    private boolean connectAndWork(SplittableRandom random) throws InterruptedException {
        boolean counted = false;
        try (Connection connection = url.connect("pgweir-demo")) {
            connected.incrementAndGet();
            counted = true;
            do {
                long start = System.nanoTime();
                bank.transact(connection, random);
                latencies.recordValue(TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - start));
            } while (!pause(random.nextInt(2 * MEAN_PAUSE_MILLIS)));
            return true;
        } catch (SQLException e) {
            if (firstError == null) {
                firstError = e.getSQLState() + " " + e.getMessage();
            }
            errors.incrementAndGet();
            return false;
        } finally {
            if (counted) {
                connected.decrementAndGet();
            }
        }
    }

    /** True if it was told to stop meanwhile. */
    private boolean pause(int millis) throws InterruptedException {
        return stop.await(millis, TimeUnit.MILLISECONDS);
    }
}

package dev.pgweir.proxy.count;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * How long something took, in buckets with fixed bounds. Each writer, nearly always an event loop, has a row of its own, so
 * an entry is two plain additions and needs neither lock nor compare-and-set. Read by anybody.
 */
public final class TimeHistogram {
    /**
     * Upper bounds in seconds: from what a query takes that is answered from memory on the same machine, to what no client
     * waits for any more; 1 s is among them because that is where waiting is called too long.
     */
    public static final List<Double> BOUNDS = List.of(
            0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
            60.0);

    /** The bounds, one bucket above them, and the sum. */
    public static final int LENGTH = BOUNDS.size() + 2;

    private static final long[] NANOS =
            BOUNDS.stream().mapToLong(seconds -> (long) (seconds * 1e9)).toArray();

    private static final int SUM = LENGTH - 1;

    /** A row of one writer ends a cache line before that of the next begins, wherever they lie: 64 bytes of nothing. */
    private static final int PADDING = 8;

    private volatile @Nullable AtomicLongArray[] rows = new AtomicLongArray[0];

    /**
     * Adds one.
     *
     * @param writer the number of the caller among those who write at the same time, from 0 on; each on one thread, or
     *     under one lock
     * @param nanos below 0 counts as 0
     */
    public void record(int writer, long nanos) {
        @Nullable AtomicLongArray[] all = rows;
        AtomicLongArray row = writer < all.length ? all[writer] : null;
        if (row == null) {
            row = add(writer);
        }
        long time = Math.max(0, nanos);
        int bucket = 0;
        while (bucket < NANOS.length && time > NANOS[bucket]) {
            bucket++;
        }
        row.setRelease(SUM, row.getPlain(SUM) + time);
        row.setRelease(bucket, row.getPlain(bucket) + 1);
    }

    private synchronized AtomicLongArray add(int writer) {
        AtomicLongArray row = new AtomicLongArray(LENGTH + PADDING);
        @Nullable AtomicLongArray[] more = Arrays.copyOf(rows, Math.max(rows.length, writer + 1));
        more[writer] = row;
        rows = more;
        return row;
    }

    /** How many entries there are. */
    public long count() {
        long count = 0;
        for (AtomicLongArray row : rows) {
            for (int bucket = 0; row != null && bucket < SUM; bucket++) {
                count += row.getAcquire(bucket);
            }
        }
        return count;
    }

    /** All entries together, in microseconds. */
    public long sumMicros() {
        long sum = 0;
        for (AtomicLongArray row : rows) {
            sum += row == null ? 0 : row.getAcquire(SUM);
        }
        return sum / 1_000;
    }

    /**
     * Copies the figures: how many fell into each bucket (not those below it as well), then the sum in nanoseconds.
     *
     * @param to has {@link #LENGTH} places from {@code at} on
     */
    public void copyTo(long[] to, int at) {
        Arrays.fill(to, at, at + LENGTH, 0);
        for (AtomicLongArray row : rows) {
            for (int i = 0; row != null && i < LENGTH; i++) {
                to[at + i] += row.getAcquire(i);
            }
        }
    }
}

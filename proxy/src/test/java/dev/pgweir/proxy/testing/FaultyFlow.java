package dev.pgweir.proxy.testing;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * One direction of a {@link FaultProxy}: what happens to the bytes that flow there. Safe for use by several threads.
 */
public final class FaultyFlow {

    /** No cut is due. Far beyond what a test sends. */
    private static final long NEVER = Long.MAX_VALUE;

    private enum Mode {
        PASS,
        HOLD,
        SWALLOW
    }

    /**
     * What is to be done with a piece.
     *
     * @param pass how many of its bytes go on
     * @param cut the connection is to be reset after them
     */
    record Verdict(int pass, boolean cut) {}

    private Mode mode = Mode.PASS;
    private Duration delay = Duration.ZERO;
    private long untilCut = NEVER;
    private long bytes;

    FaultyFlow() {}

    /** Each piece that is read waits that long before it goes on (so throughput suffers too). */
    public synchronized void delay(Duration time) {
        delay = time;
        notifyAll();
    }

    /** Nothing goes on until {@link #heal}; the sender meets a full window in the end. */
    public synchronized void hold() {
        mode = Mode.HOLD;
    }

    /** Everything is read and thrown away: a black hole. */
    public synchronized void swallow() {
        mode = Mode.SWALLOW;
    }

    /** After so many more bytes, counted over all connections, the connection at hand is reset; then all is well. */
    public synchronized void cutAfter(long count) {
        untilCut = count;
    }

    /** Back to passing everything at once. */
    public synchronized void heal() {
        mode = Mode.PASS;
        delay = Duration.ZERO;
        untilCut = NEVER;
        notifyAll();
    }

    /** How many bytes have been passed on so far, over all connections. */
    public synchronized long bytes() {
        return bytes;
    }

    /** Decides on a piece of that length just read, and makes the calling thread wait if the piece has to. */
    Verdict admit(int length) throws InterruptedException {
        synchronized (this) {
            awaitDelay();
            while (mode == Mode.HOLD) {
                wait();
            }
            if (mode == Mode.SWALLOW) {
                return new Verdict(0, false);
            }
            boolean cut = untilCut <= length;
            int pass = cut ? (int) untilCut : length;
            untilCut = cut || untilCut == NEVER ? NEVER : untilCut - length;
            bytes += pass;
            return new Verdict(pass, cut);
        }
    }

    /** A timed wait and not a sleep: healing ends it. */
    private synchronized void awaitDelay() throws InterruptedException {
        long start = System.nanoTime();
        for (long left = delay.toNanos(); left > 0; left = delay.toNanos() - (System.nanoTime() - start)) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }
}

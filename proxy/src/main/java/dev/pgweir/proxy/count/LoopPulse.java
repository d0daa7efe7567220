package dev.pgweir.proxy.count;

/**
 * How late an event loop comes to what it has planned: the time that everything on it waits while something else is being
 * done. Beaten on the loop, read by anybody.
 */
public final class LoopPulse {
    private final TimeHistogram lag = new TimeHistogram();
    private volatile long lastBeat;
    private long expected;

    /** The loop begins now; {@link #beat} follows. */
    public LoopPulse(long now) {
        lastBeat = now;
        expected = now;
    }

    /**
     * The periodic task runs.
     *
     * @param now {@link System#nanoTime}
     */
    public void beat(long now) {
        lag.record(0, now - expected);
        lastBeat = now;
    }

    /** When the task is to run next: {@link System#nanoTime}. */
    public void next(long when) {
        expected = when;
    }

    /** How long ago it ran, in nanoseconds. */
    public long silence(long now) {
        return now - lastBeat;
    }

    /** How late it was each time. */
    public TimeHistogram lag() {
        return lag;
    }
}

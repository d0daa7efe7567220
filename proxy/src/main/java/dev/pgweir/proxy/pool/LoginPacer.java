package dev.pgweir.proxy.pool;

import java.util.random.RandomGenerator;

/**
 * Spaces attempts to log in after one has failed: 100 ms, doubling up to {@code server_login_retry}, give or take a fifth
 * so that many PgWeirs do not come back in step.
 */
final class LoginPacer {
    /** Short enough that a restart of PostgreSQL is hardly noticed, long enough to burden nobody. */
    static final long FIRST_PAUSE_NANOS = 100_000_000L;

    private static final double JITTER = 0.2;

    private int failures;
    private long notBefore;
    private long failedAt;

    /** An attempt has failed and none has succeeded since. */
    boolean isHolding() {
        return failures > 0;
    }

    /** The pause is over. */
    boolean isDue(long now) {
        return notBefore - now <= 0;
    }

    /**
     * Lengthens the pause.
     *
     * @param openedAt when the attempt began. One that began before the last failure was known belongs to the same
     *     burst and does not lengthen the pause
     * @param longest {@code server_login_retry} in nanoseconds
     */
    void failed(long openedAt, long now, long longest, RandomGenerator random) {
        if (failures > 0 && openedAt - failedAt <= 0) {
            return;
        }
        long pause = Math.max(FIRST_PAUSE_NANOS, longest);
        // 2^20 pauses of 100 ms are more than a day; a shift further on would overflow in the end.
        pause = Math.min(pause, FIRST_PAUSE_NANOS << Math.min(failures, 20));
        failures++;
        failedAt = now;
        notBefore = now + (long) (pause * (1 - JITTER + 2 * JITTER * random.nextDouble()));
    }

    void succeeded() {
        failures = 0;
    }

    /** Something has changed that makes another attempt worth while at once; the next pause is as long as before. */
    void hurry(long now) {
        notBefore = now;
    }
}

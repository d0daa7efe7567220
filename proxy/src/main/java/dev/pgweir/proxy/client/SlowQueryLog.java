package dev.pgweir.proxy.client;

import dev.pgweir.proxy.link.Preparer;
import dev.pgweir.proxy.log.LogPrefix;
import dev.pgweir.proxy.pool.PooledServer;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Logs a client's queries that take longer than {@code log_min_duration}. On the client's loop. */
final class SlowQueryLog {
    private final ClientSession session;
    private final @Nullable Preparer preparer;
    private long minNanos;
    /** Null unless there is such a limit. */
    private @Nullable OpenQueries open;

    /**
     * @param preparer who knows the client's statements; null if nobody does
     */
    SlowQueryLog(ClientSession session, @Nullable Preparer preparer) {
        this.session = session;
        this.preparer = preparer;
    }

    /** Sets the limit; zero for none. */
    void limit(Duration minDuration) {
        minNanos = minDuration.toNanos();
        if (minDuration.isZero()) {
            open = null;
        } else if (open == null) {
            open = new OpenQueries(preparer);
        }
    }

    /** Whether there is a limit. */
    boolean isOn() {
        return open != null;
    }

    /** See {@link OpenQueries#asked}. */
    void asked(byte type, ByteBuf buffer, int from, int to, boolean whole) {
        if (open != null) {
            open.asked(type, buffer, from, to, whole);
        }
    }

    /**
     * PostgreSQL is ready for the next.
     *
     * @param nanos how long it took
     * @param on where; null if that is not known any more
     * @param all whether nothing else is open
     */
    void done(long nanos, @Nullable PooledServer on, boolean all) {
        if (open == null) {
            return;
        }
        String text = open.answered();
        if (all) {
            // PostgreSQL has ignored the Sync of a COPY.
            open.clear();
        }
        if (nanos > minNanos && on != null) {
            log(nanos, on.id(), text);
        }
    }

    /** Nothing is open any more. */
    void clear() {
        if (open != null) {
            open.clear();
        }
    }

    private void log(long nanos, long serverId, String text) {
        String duration = String.format(Locale.ROOT, "%.3f", nanos / 1e6);
        String line = session.strangers()
                .admit(
                        "slow query",
                        "duration: " + duration + " ms server: " + LogPrefix.serverId(serverId) + " statement: "
                                + text);
        if (line != null) {
            ClientSession.LOG
                    .atInfo()
                    .addArgument(session)
                    .addArgument(line)
                    .addKeyValue("duration_ms", nanos / 1_000_000)
                    .addKeyValue("server_id", serverId)
                    .log("{} {}");
        }
    }
}

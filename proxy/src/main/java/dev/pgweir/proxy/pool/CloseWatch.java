package dev.pgweir.proxy.pool;

import dev.pgweir.proxy.server.ServerState;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Somebody who waits until servers are closed. */
final class CloseWatch {
    /** Which servers. */
    enum What {
        /** All that there are: PAUSE. */
        ALL,
        /** Those that must not serve again: WAIT_CLOSE. */
        RETIRED
    }

    /**
     * PostgreSQL ends an idle session, or lets one in, within milliseconds. Where only servers are left that log in (and
     * are closed then) or were told to close, and nothing comes of it for this long, their host is gone: nobody there
     * uses them, and whoever waits is not held up by them.
     */
    static final long GRACE_NANOS = 5_000_000_000L;

    final What what;
    final @Nullable String database;
    final CompletableFuture<CloseOutcome> future = new CompletableFuture<>();
    private boolean onlyLeaving;
    private long onlyLeavingSince;

    /**
     * @param database null for all
     */
    CloseWatch(What what, @Nullable String database) {
        this.what = what;
        this.database = database;
    }

    private boolean covers(PoolState pool) {
        return database == null || database.equals(pool.key.database());
    }

    boolean isOver(Iterable<PoolState> pools, long now) {
        int staying = 0;
        int leaving = 0;
        for (PoolState pool : pools) {
            if (covers(pool)) {
                int all = what == What.ALL ? pool.servers : retired(pool, null);
                int last = leaving(pool, ServerState.LOGIN) + leaving(pool, ServerState.CLOSING);
                staying += all - last;
                leaving += last;
            }
        }
        if (staying > 0) {
            onlyLeaving = false;
            return false;
        }
        if (!onlyLeaving) {
            onlyLeaving = true;
            onlyLeavingSince = now;
        }
        return leaving == 0 || now - onlyLeavingSince >= GRACE_NANOS;
    }

    private int leaving(PoolState pool, ServerState state) {
        return what == What.ALL ? pool.count(state) : retired(pool, state);
    }

    private static int retired(PoolState pool, @Nullable ServerState only) {
        int count = 0;
        for (ServerState state : ServerState.values()) {
            if (only == null || only == state) {
                for (PooledServer server = pool.list(state).first(); server != null; server = server.next) {
                    count += server.retired == null ? 0 : 1;
                }
            }
        }
        return count;
    }
}

package dev.pgweir.proxy.pool;

import org.jspecify.annotations.Nullable;

/**
 * Chooses the server that is closed to make room under a cap: the one that nobody has used for longest, of another pool,
 * and not younger than the minimum age. A pool keeps its {@code min_pool_size} as long as another victim exists.
 */
final class Evictor {
    private Evictor() {}

    /**
     * The server to close so that {@code beneficiary} gets a place.
     *
     * @param cap where room is needed
     * @param coversAll whether the server has to count against all the caps that keep the beneficiary out
     * @return null when no such server may be closed now
     */
    static @Nullable PooledServer victimFor(PoolState beneficiary, Cap cap, boolean coversAll, long now) {
        if (cap.hasNoVictims(now)) {
            return null;
        }
        PooledServer victim = search(cap, beneficiary, now, coversAll);
        if (victim == null && !coversAll) {
            cap.foundNoVictim(now);
        }
        return victim;
    }

    /** The longest unused server under a cap, of whatever age: for cancel requests, and where a limit was lowered. */
    static @Nullable PooledServer anyUnused(Cap cap) {
        return cap.unused() == 0 ? null : search(cap, null, 0, false);
    }

    private static @Nullable PooledServer search(
            Cap cap, @Nullable PoolState beneficiary, long now, boolean coversAll) {
        PooledServer best = null;
        PooledServer bestProtected = null;
        for (int i = 0; i < cap.pools.size(); i++) {
            PoolState pool = cap.pools.get(i);
            if (pool == beneficiary) {
                continue;
            }
            PooledServer candidate = longestUnused(pool.used, cap, beneficiary, now, coversAll);
            PooledServer idle = longestUnused(pool.idle, cap, beneficiary, now, coversAll);
            if (candidate == null || (idle != null && idle.lastUsed < candidate.lastUsed)) {
                candidate = idle;
            }
            if (candidate == null) {
                continue;
            }
            if (pool.staying() <= pool.floor()) {
                bestProtected = longer(bestProtected, candidate);
            } else {
                best = longer(best, candidate);
            }
        }
        return best != null ? best : bestProtected;
    }

    private static PooledServer longer(@Nullable PooledServer a, PooledServer b) {
        return a != null && a.lastUsed <= b.lastUsed ? a : b;
    }

    private static @Nullable PooledServer longestUnused(
            ServerList list, Cap cap, @Nullable PoolState beneficiary, long now, boolean coversAll) {
        for (PooledServer server = list.last(); server != null; server = server.previous) {
            // After a reload a pool may have servers that count elsewhere.
            if (server.budget.isUnder(cap)
                    && (beneficiary == null || isOldEnough(server, now))
                    && (!coversAll || beneficiary == null || server.budget.coversExhaustedOf(beneficiary.budget()))) {
                return server;
            }
        }
        return null;
    }

    static boolean isOldEnough(PooledServer server, long now) {
        return now - server.connectedAt >= server.pool.spec.caps().minEvictAgeNanos();
    }
}

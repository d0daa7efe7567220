package dev.pgweir.proxy.metrics;

import dev.pgweir.proxy.pool.Pool;
import dev.pgweir.proxy.pool.PoolKey;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which pools have series of their own, and the totals of those that have not. A pool keeps what it was given for as long as
 * it lives, so that no counter goes back. One thread at a time.
 */
final class PoolBook {
    /** With some 150 series each, what Prometheus takes from one target without a word; more is for a database to keep. */
    static final int MOST = 100;

    /** PostgreSQL's names are not longer; a longer one is no name of a database that exists. */
    private static final int LONGEST_NAME = 63;

    /** The labels of all that have none of their own. */
    static final PoolKey OTHER = new PoolKey("other", "other");

    private final Map<PoolKey, PoolKey> own = new HashMap<>();
    /** What was last seen of each pool that shares. */
    private IdentityHashMap<Pool, long[]> folded = new IdentityHashMap<>();
    /** What they have counted together, those included that are gone. */
    private final long[] shared = new long[PoolTotals.LENGTH];

    private boolean hasShared;

    /**
     * The totals by the key that the labels show.
     *
     * @param pools all there are
     */
    Map<PoolKey, long[]> totals(Collection<Pool> pools) {
        Map<PoolKey, Pool> now = new LinkedHashMap<>();
        pools.forEach(pool -> now.put(pool.key(), pool));
        own.keySet().retainAll(now.keySet());
        Map<PoolKey, long[]> result = new LinkedHashMap<>();
        IdentityHashMap<Pool, long[]> still = new IdentityHashMap<>();
        for (Pool pool : now.values()) {
            long[] totals = PoolTotals.of(pool.stats());
            if (label(pool).equals(OTHER)) {
                fold(totals, folded.get(pool));
                still.put(pool, totals);
            } else {
                result.put(pool.key(), totals);
            }
        }
        folded = still;
        if (hasShared) {
            result.put(OTHER, shared.clone());
        }
        return result;
    }

    /** The key that the labels of a pool show; {@link #OTHER} itself if it has none of its own. */
    PoolKey label(Pool pool) {
        PoolKey key = pool.key();
        if (own.containsKey(key)) {
            return key;
        }
        boolean fits = !folded.containsKey(pool)
                && own.size() < MOST
                && key.database().length() <= LONGEST_NAME
                && key.user().length() <= LONGEST_NAME
                && !key.equals(OTHER);
        if (fits) {
            own.put(key, key);
            return key;
        }
        return OTHER;
    }

    /** How many share. */
    int folded() {
        return folded.size();
    }

    private void fold(long[] totals, long @Nullable [] before) {
        hasShared = true;
        for (int i = 0; i < totals.length; i++) {
            shared[i] += totals[i] - (before == null ? 0 : before[i]);
        }
    }
}

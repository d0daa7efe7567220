package dev.pgweir.proxy.link;

import dev.pgweir.config.ProxyConfig;
import dev.pgweir.proxy.pool.Pool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the pools to forget: those that the configuration does not have any more, those that were empty for {@code
 * pool_idle_timeout}, and those of databases made by {@code *} that were empty for {@code autodb_idle_timeout}, or for {@code
 * server_login_retry} if no server has ever let them in. Used by one thread at a time.
 */
final class PoolSweep {
    /**
     * A pool to forget.
     *
     * @param why as the log says it
     * @param ageSeconds how long it was empty
     */
    record Found(DatabasePool pool, String why, long ageSeconds) {}

    private static final long MIN_RETRY_NANOS = 1_000_000_000L;

    /** Since when a pool is known to be empty, in nanoseconds. */
    private final Map<DatabasePool, Long> emptySince = new HashMap<>();

    /**
     * @param unused pools that are empty now
     * @param now as {@link System#nanoTime}
     */
    List<Found> find(Collection<DatabasePool> all, Set<Pool> unused, ProxyConfig config, long now) {
        note(all, unused, now);
        Set<String> busy = new HashSet<>();
        Duration forDatabase = config.timeouts().autodbIdleTimeout();
        for (DatabasePool pool : all) {
            if (!isOver(pool, forDatabase, now)) {
                busy.add(pool.pool().key().database());
            }
        }
        List<Found> found = new ArrayList<>();
        emptySince.forEach((pool, since) -> {
            String why = why(pool, config, busy, now);
            if (why != null) {
                found.add(new Found(pool, why, (now - since) / 1_000_000_000L));
            }
        });
        return found;
    }

    /** Finds those to forget before their time, see {@link AutomaticPools}; the parameters are those of {@link #find}. */
    List<Found> surplus(Collection<DatabasePool> all, Set<Pool> unused, ProxyConfig config, long now) {
        note(all, unused, now);
        String why = "more than " + AutomaticPools.MOST_EMPTY + " empty pools of automatic databases";
        return AutomaticPools.surplus(emptySince, config, now).stream()
                .map(pool -> new Found(pool, why, (now - emptySince.getOrDefault(pool, now)) / 1_000_000_000L))
                .toList();
    }

    private void note(Collection<DatabasePool> all, Set<Pool> unused, long now) {
        for (DatabasePool pool : all) {
            if (unused.contains(pool.pool())) {
                emptySince.putIfAbsent(pool, now);
            } else {
                emptySince.remove(pool);
            }
        }
        emptySince.keySet().retainAll(new HashSet<>(all));
    }

    private @Nullable String why(DatabasePool pool, ProxyConfig config, Set<String> busy, long now) {
        if (pool.removed() != null) {
            return pool.removed().text();
        }
        // Whoever wants servers in store wants the pool.
        if (pool.pool().spec().sizes().min() == 0
                && isOver(pool, config.timeouts().poolIdleTimeout(), now)) {
            return "pool idle timeout";
        }
        String database = pool.pool().key().database();
        boolean automatic = AutomaticPools.isAutomatic(database, config);
        if (automatic && pool.welcome() == null && isOver(pool, retry(pool), now)) {
            // Else names that somebody invents, before a password is asked for even, would be kept for an hour each.
            return "no server has let it in";
        }
        return automatic && !busy.contains(database) ? "autodb idle timeout" : null;
    }

    /** For as long as the pool keeps others from trying at once what has failed. */
    private static Duration retry(DatabasePool pool) {
        return Duration.ofNanos(
                Math.max(MIN_RETRY_NANOS, pool.pool().spec().waiting().loginRetryNanos()));
    }

    private boolean isOver(DatabasePool pool, Duration timeout, long now) {
        Long since = emptySince.get(pool);
        return since != null && !timeout.isZero() && now - since >= timeout.toNanos();
    }
}

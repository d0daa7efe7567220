package dev.pgweir.proxy.link;

import static java.util.Comparator.comparing;

import dev.pgweir.config.DatabaseConfig;
import dev.pgweir.config.ProxyConfig;
import java.util.List;
import java.util.Map;

/**
 * Bounds the pools of databases that {@code *} stands for. Whoever may name any database makes one with each name, with
 * {@code auth_query} even before a password is asked for; an empty one is of use to nobody but the next client that says the
 * same name.
 *
 * <p>Nobody is refused here: a pool that is not empty has a client, of which {@code max_client_conn} lets in so many, one of
 * the few questions of {@code auth_query} that run at a time, or a server connection under the limits of those.
 */
final class AutomaticPools {
    /** So many empty ones are kept, 5.5 kB each: more databases than are used by turns, and no more memory than that. */
    static final int MOST_EMPTY = 1_000;

    /** So many may be made before it is looked how many are empty: to look costs a millisecond where there are thousands. */
    static final int LOOK_EVERY = 100;

    private AutomaticPools() {}

    /** Whether a database is there because somebody has named it. */
    static boolean isAutomatic(String database, ProxyConfig config) {
        return !config.databases().containsKey(database) && config.databases().containsKey(DatabaseConfig.FALLBACK);
    }

    /**
     * The empty pools that are too many: first those that no server has ever let in, then those that have been empty for
     * longest.
     *
     * @param emptySince the empty ones with since when
     * @param now on the same clock
     */
    static List<DatabasePool> surplus(Map<DatabasePool, Long> emptySince, ProxyConfig config, long now) {
        if (emptySince.size() <= MOST_EMPTY) {
            return List.of();
        }
        List<Map.Entry<DatabasePool, Long>> empty = emptySince.entrySet().stream()
                .filter(entry -> isAutomatic(entry.getKey().pool().key().database(), config))
                .sorted(comparing((Map.Entry<DatabasePool, Long> entry) ->
                                entry.getKey().welcome() != null)
                        .thenComparingLong(entry -> entry.getValue() - now))
                .toList();
        return empty.stream()
                .limit(Math.max(0, empty.size() - MOST_EMPTY))
                .map(Map.Entry::getKey)
                .toList();
    }
}

package dev.pgweir.proxy.pool;

/**
 * {@code reserve_pool_size}: servers beyond {@code pool_size}, one for each client that has waited for
 * {@code reserve_pool_timeout}.
 */
final class ReserveRule {
    private ReserveRule() {}

    /** Whether the pool may have more servers than it has (and {@code promised} more). */
    static boolean sizeAllowsMore(PoolState pool, int promised, long now) {
        PoolSpec.Sizes sizes = pool.spec.sizes();
        int servers = pool.servers + promised;
        return sizes.pool() == 0
                || servers < sizes.pool()
                || (servers < sizes.most() && isDue(pool, pool.pending() + promised, now));
    }

    /** Whether a server that is opened now comes out of the reserve. */
    static boolean isReserve(PoolState pool) {
        PoolSpec.Sizes sizes = pool.spec.sizes();
        return sizes.pool() != 0 && pool.servers >= sizes.pool();
    }

    /** The client behind those that servers are on their way for has waited long enough. */
    private static boolean isDue(PoolState pool, int provided, long now) {
        long timeout = pool.spec.waiting().reserveTimeoutNanos();
        if (timeout == 0) {
            return false;
        }
        PoolClient client = pool.queue.at(provided);
        return client != null && now - client.waitingSince >= timeout;
    }
}

package dev.pgweir.proxy.pool;

import org.jspecify.annotations.Nullable;

/**
 * Pools that share an exhausted cap are served in the order in which their oldest client has waited. Asked whenever a
 * server becomes free: should its place rather go to another pool?
 *
 * <ol>
 *   <li>The claimant is the pool with the oldest waiting client among those that could open a server if this one were
 *       closed: it has clients that no server is on its way for, its own size and the pacing of logins allow one, and
 *       every cap that keeps it from opening counts this server.
 *   <li>While the server's own pool has clients waiting, the place is given away only if the claimant's client is older
 *       than all of them, and only once the server has reached the minimum age. So a pool with endless demand cannot
 *       keep the others out (its own oldest client gets younger with every one it serves, the claimant's does not), and
 *       each place changes hands once per minimum age at most.
 *   <li>While its own pool has nobody waiting, the place is given away at once, for an idle server helps nobody when
 *       clients wait next door. A server younger than the minimum age needs a permit for that, see {@link
 *       Cap#takeYoungPermit}; without one it goes idle and {@link Evictor} takes it when it is old enough. So
 *       connections are opened at a bounded rate, and a free place is withheld for the minimum age at most.
 * </ol>
 *
 * <p>Not covered: a pool under an exhausted cap of its database and an exhausted cap of its user at once, where no one
 * server counts against both and neither set ever becomes idle. Its clients wait until their timeout.
 */
final class FairShare {
    /** How often a cap is asked for a claimant while the own pool has clients waiting: bounds the walks over the pools. */
    static final long CHECK_PAUSE_NANOS = 1_000_000L;

    private final WaitingPools waitingPools;
    private final Supply supply;

    FairShare(WaitingPools waitingPools, Supply supply) {
        this.waitingPools = waitingPools;
        this.supply = supply;
    }

    /** The pool that {@code server}, which is free now, is to be closed for; null if it stays. */
    @Nullable
    PoolState claimant(PooledServer server, long now) {
        PoolState own = server.pool;
        if (!waitingPools.anyBut(own)) {
            return null;
        }
        Cap exhausted = server.budget.firstExhausted();
        if (exhausted == null) {
            return null;
        }
        boolean contested = !own.queue.isEmpty();
        boolean young = !Evictor.isOldEnough(server, now);
        if (contested && (young || isTooSoon(exhausted, now))) {
            return null;
        }
        PoolState oldest = null;
        for (int i = 0; i < waitingPools.size(); i++) {
            PoolState pool = waitingPools.get(i);
            if (pool != own
                    && (oldest == null || pool.oldestWait() < oldest.oldestWait())
                    && (!contested || pool.oldestWait() < own.oldestWait())
                    && supply.isBlockedByCapsAlone(pool, now)
                    && server.budget.coversExhaustedOf(pool.budget())) {
                oldest = pool;
            }
        }
        if (oldest != null && young && !exhausted.takeYoungPermit(now)) {
            return null;
        }
        return oldest;
    }

    private static boolean isTooSoon(Cap cap, long now) {
        if (cap.shareChecked && now - cap.nextShareCheck < 0) {
            return true;
        }
        cap.shareChecked = true;
        cap.nextShareCheck = now + CHECK_PAUSE_NANOS;
        return false;
    }
}

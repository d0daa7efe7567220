package dev.pgweir.proxy.pool;

import dev.pgweir.proxy.server.ServerState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Provides waiting clients with servers: checks used ones, opens new ones, makes room for them under the caps. */
final class Supply {
    /** How far into the queue the loop of the client that a new server is for is looked up. */
    private static final int LOOP_REACH = 16;

    private final ServerBook book;
    /** Set once: nothing is opened any more. */
    private boolean stopped;

    Supply(ServerBook book) {
        this.book = book;
    }

    void stop() {
        stopped = true;
    }

    boolean isStopped() {
        return stopped;
    }

    /** Whether one more server may be opened for a pool now. */
    boolean mayOpen(PoolState pool, long now) {
        pool.aim.take(pool.spec.staysWithHost(), now);
        return !stopped
                && !pool.paused
                && pool.budget().hasRoom()
                && ReserveRule.sizeAllowsMore(pool, 0, now)
                && LoginDesk.permits(pool, now);
    }

    /** Whether a pool would open one more server, if only its caps had room and nothing is closing for it yet. */
    boolean isBlockedByCapsAlone(PoolState pool, long now) {
        pool.aim.take(pool.spec.staysWithHost(), now);
        return !stopped
                && !pool.paused
                && pool.queue.size() > pool.pending() + pool.owed
                && !pool.budget().hasRoom()
                && ReserveRule.sizeAllowsMore(pool, pool.owed, now)
                && LoginDesk.permits(pool, now);
    }

    /** Provides for clients that no server is on its way for. */
    void feed(PoolState pool, long now) {
        while (pool.queue.size() > pool.pending()) {
            PooledServer used = pool.spec.roundRobin() ? pool.used.last() : pool.used.first();
            if (used != null) {
                check(used);
            } else if (mayOpen(pool, now)) {
                open(pool, now);
            } else {
                makeRoom(pool, now);
                return;
            }
        }
    }

    void check(PooledServer server) {
        server.task = PooledServer.Task.CHECK;
        book.move(server, ServerState.TESTED);
        book.actions().check(server);
    }

    void open(PoolState pool, long now) {
        boolean reserve = ReserveRule.isReserve(pool);
        PoolClient client = pool.queue.at(Math.min(pool.pending(), LOOP_REACH));
        PooledServer server = book.open(pool, client == null ? -1 : client.loop, now);
        if (reserve) {
            book.actions().reserveTaken(server, pool.queue.head());
        }
    }

    /** Closes unused servers of other pools, as many as clients are kept from being served by caps alone. */
    private void makeRoom(PoolState pool, long now) {
        boolean more = isBlockedByCapsAlone(pool, now);
        while (more) {
            more = makeOnePlace(pool, now) && isBlockedByCapsAlone(pool, now);
        }
    }

    private boolean makeOnePlace(PoolState pool, long now) {
        Cap first = pool.budget().firstExhausted();
        if (first == null || first.hasNoVictims(now)) {
            return false;
        }
        List<Cap> exhausted = pool.budget().exhausted();
        PooledServer one = Evictor.victimFor(pool, first, true, now);
        if (one != null) {
            book.evict(one, pool);
            return true;
        }
        // No one server helps with all the caps that are full, so it takes one for each; none if one of them has none.
        List<PooledServer> several = new ArrayList<>();
        for (Cap cap : exhausted) {
            PooledServer victim = Evictor.victimFor(pool, cap, false, now);
            if (victim == null) {
                return false;
            }
            several.add(victim);
        }
        for (PooledServer victim : several) {
            if (victim.state() != ServerState.CLOSING) {
                book.evict(victim, pool);
            }
        }
        return true;
    }

    /**
     * PostgreSQL itself is full, below the caps. What other pools keep there without using it is closed, one connection
     * for each attempt that was in vain; the next attempt follows when it is closed.
     */
    void makeRoomOnFullHost(PoolState pool, long now) {
        PooledServer victim = pool.queue.isEmpty() || pool.paused || pool.owed > 0
                ? null
                : Evictor.victimFor(pool, pool.budget().host().cap, false, now);
        if (victim != null) {
            book.evict(victim, pool);
        }
    }

    /**
     * Whether clients of another pool wait for the place that this pool would take to have more in store. Taking it would
     * only make them close a server again.
     */
    boolean isWantedByOthers(PoolState pool) {
        WaitingPools waiting = book.waitingPools;
        for (int i = 0; i < waiting.size(); i++) {
            PoolState other = waiting.get(i);
            if (other != pool
                    && !other.paused
                    && other.queue.size() > other.pending()
                    && other.budget().sharesLimitWith(pool.budget())) {
                return true;
            }
        }
        return false;
    }

    /** Room has become free: the pools whose clients have waited longest take it. */
    void dispatch(long now) {
        PoolState pool = nextToOpen(now);
        while (pool != null) {
            open(pool, now);
            pool = nextToOpen(now);
        }
    }

    private @Nullable PoolState nextToOpen(long now) {
        WaitingPools waiting = book.waitingPools;
        PoolState oldest = null;
        for (int i = 0; i < waiting.size(); i++) {
            PoolState pool = waiting.get(i);
            if ((oldest == null || pool.oldestWait() < oldest.oldestWait())
                    && pool.queue.size() > pool.pending()
                    && mayOpen(pool, now)) {
                oldest = pool;
            }
        }
        return oldest;
    }
}

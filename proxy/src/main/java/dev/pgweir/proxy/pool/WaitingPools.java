package dev.pgweir.proxy.pool;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The pools that have waiting clients, in no order. Adding and removing is O(1) and allocates nothing once warm. */
final class WaitingPools {
    /** By how long the oldest client has waited. */
    static final Comparator<PoolState> OLDEST_FIRST = (a, b) -> Long.compare(a.oldestWait(), b.oldestWait());

    private final List<PoolState> pools = new ArrayList<>();

    int size() {
        return pools.size();
    }

    PoolState get(int index) {
        return pools.get(index);
    }

    /** A copy, the pool of the oldest client first. For the housekeeping; it allocates. */
    List<PoolState> oldestFirst() {
        List<PoolState> sorted = new ArrayList<>(pools);
        sorted.sort(OLDEST_FIRST);
        return sorted;
    }

    void add(PoolState pool) {
        pool.waitingIndex = pools.size();
        pools.add(pool);
    }

    void remove(PoolState pool) {
        int last = pools.size() - 1;
        PoolState moved = pools.remove(last);
        if (moved != pool) {
            pools.set(pool.waitingIndex, moved);
            moved.waitingIndex = pool.waitingIndex;
        }
        pool.waitingIndex = -1;
    }

    /** True when a pool other than {@code pool} has waiting clients. */
    boolean anyBut(@Nullable PoolState pool) {
        return pools.size() > (pool != null && pool.waitingIndex >= 0 ? 1 : 0);
    }
}

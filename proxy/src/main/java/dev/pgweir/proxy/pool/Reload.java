package dev.pgweir.proxy.pool;

import dev.pgweir.proxy.server.DisconnectReason;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Applies new settings to living pools. What a lowered limit leaves over is closed, unused servers at once. */
final class Reload {
    private final PoolCore core;
    private final long now;

    Reload(PoolCore core, long now) {
        this.core = core;
        this.now = now;
    }

    /**
     * @param specs for all pools
     * @param replaced pools whose servers are replaced, and why; those whose host has changed in any case
     */
    void apply(Map<PoolState, PoolSpec> specs, Map<PoolState, DisconnectReason> replaced) {
        Map<PoolState, DisconnectReason> outdated = new LinkedHashMap<>(replaced);
        specs.forEach((pool, spec) -> {
            boolean sameHost = spec.hostPort().equals(pool.spec.hostPort());
            pool.spec = spec;
            if (!sameHost) {
                core.budgets.leave(pool);
                pool.aim = new HostAim(core.budgets.join(pool));
                outdated.putIfAbsent(pool, DisconnectReason.SERVER_CONFIG_CHANGED);
            }
        });
        core.budgets.resolveLimits();
        outdated.forEach((pool, reason) -> {
            LoginDesk.forget(pool);
            core.retire(pool, reason, now);
        });
        specs.keySet().forEach(pool -> {
            shrink(pool);
            if (!pool.spec.aging().checks()) {
                core.unusedNeedNoCheck(pool, now);
            }
        });
        for (Cap cap : core.budgets.caps()) {
            boolean more = cap.isOver();
            while (more) {
                more = close(Evictor.anyUnused(cap)) && cap.isOver();
            }
        }
        core.budgets.hosts().forEach(core.cancels::serve);
        core.refresh(now);
        core.book.waitingPools.oldestFirst().forEach(pool -> core.supply.feed(pool, now));
    }

    private void shrink(PoolState pool) {
        boolean more = pool.isOver();
        while (more) {
            PooledServer used = pool.used.last();
            more = close(used != null ? used : pool.idle.last()) && pool.isOver();
        }
    }

    private boolean close(@Nullable PooledServer server) {
        if (server == null) {
            return false;
        }
        core.book.close(server, DisconnectReason.POOL_LIMIT_SHRUNK);
        return true;
    }
}

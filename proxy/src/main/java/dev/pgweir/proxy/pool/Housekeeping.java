package dev.pgweir.proxy.pool;

import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.ServerState;

/** Every rule that depends on time alone. The pools take turns in going first, so none is favoured by its place. */
final class Housekeeping {
    private final PoolCore core;
    private int turn;
    private boolean watching;

    Housekeeping(PoolCore core) {
        this.core = core;
    }

    void tick(long now) {
        int count = core.pools.size();
        turn = count == 0 ? 0 : (turn + 1) % count;
        for (int i = 0; i < count; i++) {
            PoolState pool = core.pools.get((turn + i) % count);
            endWaits(pool, now);
            core.dedicated.tick(pool, now);
            age(pool, pool.used, now);
            age(pool, pool.idle, now);
        }
        // Waiting clients come first, then pools that would like to have more in store.
        core.refresh(now);
        core.book.waitingPools.oldestFirst().forEach(pool -> core.supply.feed(pool, now));
        for (int i = 0; i < count; i++) {
            refill(core.pools.get((turn + i) % count), now);
        }
        if (watching) {
            watch(count, now);
        }
    }

    void watchServers() {
        watching = true;
    }

    /** One login for each server in doubt, by any of its pools that may. */
    private void watch(int count, long now) {
        for (ServerHost host : core.budgets.hosts()) {
            if (host.isInDoubt(now) && host.logins == 0) {
                for (int i = 0; i < count && host.logins == 0; i++) {
                    PoolState pool = core.pools.get((turn + i) % count);
                    if (core.supply.mayOpen(pool, now) && pool.budget().host() == host) {
                        core.supply.open(pool, now);
                    }
                }
            }
        }
    }

    private void endWaits(PoolState pool, long now) {
        PoolSpec.Waiting waiting = pool.spec.waiting();
        PoolClient client = pool.queue.head();
        boolean late = true;
        while (client != null && (late || pool.waitsDiffer)) {
            PoolClient next = client.next;
            late = client.isLate(pool, now);
            if (late) {
                core.book.failWait(pool, client, WaitFailure.TIMEOUT, now);
            }
            client = next;
        }
        pool.waitsDiffer &= !pool.queue.isEmpty();
        client = pool.queue.head();
        long notify = waiting.queryWaitNotifyNanos();
        while (notify > 0 && client != null && now - client.waitingSince >= notify) {
            if (!client.notified) {
                client.notified = true;
                core.book.actions().waitLong(client);
            }
            client = client.next;
        }
    }

    private void age(PoolState pool, ServerList list, long now) {
        PoolSpec.Aging aging = pool.spec.aging();
        PooledServer server = list.last();
        while (server != null) {
            PooledServer younger = server.previous;
            if (PoolCore.isOutlived(server, now)) {
                core.book.close(server, DisconnectReason.SERVER_LIFETIME);
            } else if (aging.idleTimeoutNanos() > 0
                    && now - server.lastUsed >= aging.idleTimeoutNanos()
                    && pool.staying() > pool.floor()) {
                core.book.close(server, DisconnectReason.SERVER_IDLE_TIMEOUT);
            } else if (list == pool.idle
                    && aging.checks()
                    && aging.checkDelayNanos() > 0
                    && now - server.provenAt >= aging.checkDelayNanos()) {
                core.book.move(server, ServerState.USED);
            }
            server = younger;
        }
    }

    private void refill(PoolState pool, long now) {
        int floor = pool.floor();
        if (pool.staying() < floor && !core.supply.isWantedByOthers(pool)) {
            while (pool.staying() < floor && core.supply.mayOpen(pool, now)) {
                core.supply.open(pool, now);
                core.book.actions().refilled(pool);
            }
        }
        Cap full = pool.staying() < floor && !pool.paused ? pool.budget().firstExhausted() : null;
        if (full != null && full != pool.floorCap) {
            core.book.actions().floorCapped(pool, full.snapshot());
        }
        pool.floorCap = full;
    }
}

package dev.pgweir.proxy.pool;

import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.ServerState;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * PAUSE, RESUME, KILL, and the waiting for servers to be closed. While a pool is paused its clients go on queueing, no
 * server is opened, and each that is there is closed as soon as nobody uses it.
 */
final class PauseDesk {
    private final PoolCore core;
    private final Set<String> databases = new TreeSet<>();
    private final List<CloseWatch> watches = new ArrayList<>();
    private boolean all;

    PauseDesk(PoolCore core) {
        this.core = core;
    }

    boolean isPaused(String database) {
        return all || databases.contains(database);
    }

    PauseSnapshot snapshot() {
        return new PauseSnapshot(all, new TreeSet<>(databases));
    }

    /**
     * Begins a pause.
     *
     * @param database null for all
     */
    PauseWait pause(@Nullable String database, long now) {
        boolean begun = begin(database);
        for (PoolState pool : core.pools) {
            if (isPaused(pool.key.database())) {
                pool.paused = true;
                closeUnused(pool);
            }
        }
        CloseWatch watch = watch(CloseWatch.What.ALL, database, now);
        return new PauseWait(begun, watch.future);
    }

    private boolean begin(@Nullable String database) {
        if (database != null) {
            return databases.add(database);
        }
        boolean before = all;
        all = true;
        return !before;
    }

    private void closeUnused(PoolState pool) {
        for (ServerList list : List.of(pool.idle, pool.used)) {
            for (PooledServer server = list.first(); server != null; server = list.first()) {
                core.book.close(server, DisconnectReason.PAUSED);
            }
        }
    }

    /** Ends a pause, and whoever waits for it to be complete is told so. False if there was none. */
    boolean resume(@Nullable String database, long now) {
        boolean was = database == null ? all : databases.remove(database);
        if (database == null) {
            all = false;
        }
        if (!was) {
            return false;
        }
        for (Iterator<CloseWatch> i = watches.iterator(); i.hasNext(); ) {
            CloseWatch watch = i.next();
            if (watch.what == CloseWatch.What.ALL && (watch.database == null ? !all : !isPaused(watch.database))) {
                i.remove();
                core.book.actions().closed(watch.future, CloseOutcome.RESUMED);
            }
        }
        for (PoolState pool : core.pools) {
            pool.paused = isPaused(pool.key.database());
        }
        core.refresh(now);
        core.book.waitingPools.oldestFirst().forEach(pool -> core.supply.feed(pool, now));
        return true;
    }

    /** No pause will end any more: those who wait for that are told so. */
    void failWaits(long now) {
        for (PoolState pool : core.pools) {
            if (pool.paused) {
                core.book.failAllWaits(pool, WaitFailure.CLOSED, now);
                core.dedicated.failAll(pool, WaitFailure.CLOSED);
            }
        }
    }

    /** Waits until no server is left that must not serve again. */
    CloseWatch awaitRetired(@Nullable String database, long now) {
        return watch(CloseWatch.What.RETIRED, database, now);
    }

    private CloseWatch watch(CloseWatch.What what, @Nullable String database, long now) {
        CloseWatch watch = new CloseWatch(what, database);
        watches.add(watch);
        check(now);
        return watch;
    }

    /** A socket is closed. */
    void closed(PooledServer server, long now) {
        if (!watches.isEmpty() && (server.pool.servers == 0 || server.retired != null)) {
            check(now);
        }
    }

    /** Tells those whose wait is over. */
    void check(long now) {
        for (Iterator<CloseWatch> i = watches.iterator(); i.hasNext(); ) {
            CloseWatch watch = i.next();
            if (watch.future.isDone()) {
                i.remove();
            } else if (watch.isOver(core.pools, now)) {
                i.remove();
                core.book.actions().closed(watch.future, CloseOutcome.CLOSED);
            }
        }
    }

    /** Every server of a pool is closed at once, whatever it does. */
    void kill(PoolState pool, DisconnectReason reason) {
        for (ServerState state : ServerState.values()) {
            PooledServer server = pool.list(state).first();
            while (server != null) {
                PooledServer next = server.next;
                kill(server, reason);
                server = next;
            }
        }
    }

    void kill(PooledServer server, DisconnectReason reason) {
        if (server.state() == ServerState.LOGIN) {
            // It is nobody's yet; it ends when it has logged in.
            server.retired = reason;
        } else if (server.connection != null && server.state() != ServerState.CLOSED) {
            core.cancels.targetLeft(server);
            core.book.abort(server, reason);
        }
    }
}

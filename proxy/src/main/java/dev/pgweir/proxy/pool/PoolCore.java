package dev.pgweir.proxy.pool;

import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.LoginFailure;
import dev.pgweir.proxy.server.ServerControl;
import dev.pgweir.proxy.server.ServerState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The operations on all pools: plain state and decisions, without lock, clock or I/O. What is to be done outside is left
 * in {@link ServerBook#actions}.
 */
final class PoolCore {
    /** How many idle servers are looked at for one on the client's own loop. */
    static final int IDLE_REACH = 8;

    final ServerBook book;
    final BudgetBook budgets = new BudgetBook();
    final List<PoolState> pools = new ArrayList<>();
    final Supply supply;
    final CancelDesk cancels;
    final DedicatedDesk dedicated;
    final PauseDesk pauses;
    private final LoginDesk logins;
    private final FairShare fairShare;
    private final Housekeeping housekeeping;
    private @Nullable CompletableFuture<Void> drained;

    PoolCore(RandomGenerator random) {
        book = new ServerBook(random);
        supply = new Supply(book);
        cancels = new CancelDesk(book);
        dedicated = new DedicatedDesk(book, supply);
        logins = new LoginDesk(book);
        fairShare = new FairShare(book.waitingPools, supply);
        housekeeping = new Housekeeping(this);
        pauses = new PauseDesk(this);
    }

    PoolState add(Pool handle, PoolKey key, PoolSpec spec, PoolStats stats) {
        PoolState pool = new PoolState(handle, key, spec, stats, budgets);
        pool.paused = pauses.isPaused(key.database());
        pools.add(pool);
        return pool;
    }

    /** The path of a transaction: an idle server, if nobody waits. */
    @Nullable
    PooledServer takeIdle(PoolState pool, PoolClient client) {
        if (client.membership != PoolClient.Membership.NONE) {
            throw new IllegalStateException("the client is " + client.membership + " already");
        }
        if (!pool.queue.isEmpty()) {
            return null;
        }
        PooledServer server = pool.idle.choose(client.loop, pool.spec.roundRobin(), IDLE_REACH);
        if (server != null) {
            book.link(server, client);
        }
        return server;
    }

    void enqueue(PoolState pool, PoolClient client, long now) {
        WaitFailure failure = supply.isStopped() ? WaitFailure.CLOSED : LoginDesk.refusal(pool, now);
        if (failure != null) {
            book.actions().waitFailed(pool, client, failure);
        } else {
            pool.budget().host().asked(now);
            book.enqueue(pool, client, now);
            supply.feed(pool, now);
        }
    }

    boolean abandon(PoolState pool, PoolClient client, long now) {
        if (client.ownParameters != null) {
            return dedicated.abandon(pool, client);
        }
        if (client.queue != pool.queue) {
            return false;
        }
        book.dequeue(pool, client, now);
        return true;
    }

    void release(PooledServer server, Release how, long now) {
        if (server.state() != ServerState.ACTIVE) {
            return;
        }
        book.unlink(server);
        server.lastUsed = now;
        server.provenAt = now;
        if (!server.tickets.isEmpty()) {
            cancels.targetLeft(server);
        }
        if (how.reason() != null) {
            book.close(server, how.reason());
        } else if (server.ownParameters != null) {
            // Nobody else could use it, whatever has kept its client from saying so.
            book.close(server, DisconnectReason.SERVER_UNSYNC);
        } else if (server.activeCancels > 0) {
            server.pendingRelease = how;
            book.move(server, ServerState.BEING_CANCELED);
        } else {
            finishRelease(server, how, now);
        }
    }

    private void finishRelease(PooledServer server, Release how, long now) {
        DisconnectReason end = endOf(server, now);
        if (end != null) {
            book.close(server, end);
        } else if (how.kind() == Release.Kind.RESET) {
            server.task = PooledServer.Task.RESET;
            book.move(server, ServerState.TESTED);
            book.actions().reset(server);
        } else {
            settle(server, server.pool.spec.aging().checksAtOnce(), now);
        }
    }

    /** Why a server that nobody uses now must not serve again. */
    private @Nullable DisconnectReason endOf(PooledServer server, long now) {
        if (supply.isStopped()) {
            return DisconnectReason.SHUTDOWN;
        }
        if (server.retired != null) {
            return server.retired;
        }
        if (server.pool.paused) {
            return DisconnectReason.PAUSED;
        }
        if (isOutlived(server, now)) {
            return DisconnectReason.SERVER_LIFETIME;
        }
        return server.pool.isOver() || server.budget.isOver() ? DisconnectReason.POOL_LIMIT_SHRUNK : null;
    }

    static boolean isOutlived(PooledServer server, long now) {
        long lifetime = server.pool.spec.aging().lifetimeNanos();
        if (lifetime == 0) {
            return server.assignment > 0;
        }
        return now - server.connectedAt >= (long) (lifetime * server.lifetimeShare);
    }

    /** A server is free: it goes to a waiting client, makes room for another pool, or becomes idle. */
    private void settle(PooledServer server, boolean needsCheck, long now) {
        PoolState pool = server.pool;
        if (server.budget.host().needsPlaceForCancel()) {
            book.evict(server, null);
            supply.feed(pool, now);
            return;
        }
        if (dedicated.claims(server)) {
            book.evict(server, pool);
            supply.feed(pool, now);
            return;
        }
        PoolState claimant = fairShare.claimant(server, now);
        if (claimant != null) {
            book.evict(server, claimant);
            supply.feed(pool, now);
            return;
        }
        if (needsCheck) {
            book.move(server, ServerState.USED);
            supply.feed(pool, now);
            return;
        }
        PoolClient client = pool.queue.choose(server.loop);
        if (client != null) {
            book.serveNext(server, client, now);
        } else {
            book.move(server, ServerState.IDLE);
        }
    }

    void ready(PooledServer server, ServerControl connection, long now) {
        if (server.state() != ServerState.LOGIN) {
            return;
        }
        server.connection = connection;
        server.loop = connection.loopIndex();
        server.connectedAt = now;
        server.lastUsed = now;
        server.provenAt = now;
        server.pool.stats.connected(now - server.openedAt);
        boolean wasHeld = logins.succeeded(server);
        if (server.ownParameters != null) {
            dedicated.ready(server, endOf(server, now), now);
        } else {
            settleOrClose(server, false, now);
        }
        if (wasHeld) {
            refresh(now);
        }
    }

    private void settleOrClose(PooledServer server, boolean needsCheck, long now) {
        DisconnectReason end = endOf(server, now);
        if (end != null) {
            book.close(server, end);
            supply.feed(server.pool, now);
        } else {
            settle(server, needsCheck, now);
        }
    }

    void loginFailed(PooledServer server, LoginFailure failure, long now) {
        if (server.state() != ServerState.LOGIN) {
            return;
        }
        book.move(server, ServerState.CLOSING);
        logins.failed(server, failure, now);
        dedicated.failed(server, failure);
        if (failure.kind() == LoginFailure.Kind.TOO_MANY_CONNECTIONS) {
            supply.makeRoomOnFullHost(server.pool, now);
        }
        refresh(now);
    }

    void taskDone(PooledServer server, long now) {
        if (server.state() != ServerState.TESTED) {
            return;
        }
        boolean needsCheck = server.task == PooledServer.Task.RESET
                && server.pool.spec.aging().checksAtOnce();
        server.task = PooledServer.Task.NONE;
        server.provenAt = now;
        settleOrClose(server, needsCheck, now);
    }

    void closed(PooledServer server, DisconnectReason reason, long now) {
        ServerState state = server.state();
        if (state == ServerState.CLOSED) {
            return;
        }
        server.pool.stats.disconnects().add(reason);
        if (reason == DisconnectReason.SERVER_CRASHED && server.connection != null) {
            server.budget.host().lost();
            if (server.assignment > 0) {
                server.budget.host().asked(server.client == null ? server.lastUsed : now);
            }
        }
        PoolState closedFor = server.closedFor;
        book.unlink(server);
        cancels.targetLeft(server);
        book.move(server, ServerState.CLOSED);
        if (closedFor != null) {
            closedFor.owed--;
        }
        logins.closed(server, state, now);
        if (state == ServerState.LOGIN) {
            dedicated.failed(server, null);
        }
        if (closedFor != null) {
            // What was closed for them is theirs before others see it.
            dedicated.serve(closedFor, now);
        }
        cancels.serve(server.budget.host());
        // First whoever has waited longest, then those that lost a server or the hope of one.
        refresh(now);
        supply.feed(server.pool, now);
        if (closedFor != null) {
            supply.feed(closedFor, now);
        }
        pauses.closed(server, now);
        if (drained != null && book.servers() == 0) {
            book.actions().drained(drained);
        }
    }

    void cancelDone(CancelTicket ticket, long now) {
        if (ticket.stage != CancelTicket.Stage.GRANTED) {
            return;
        }
        PooledServer target = ticket.target;
        if (cancels.done(ticket)) {
            finishRelease(target, target.pendingRelease, now);
        }
        cancels.serve(target.budget.host());
        refresh(now);
    }

    /** Gives free room away, to whoever has waited longest. */
    void refresh(long now) {
        supply.dispatch(now);
    }

    void watchServers() {
        housekeeping.watchServers();
    }

    void tick(long now) {
        housekeeping.tick(now);
        pauses.check(now);
    }

    void respec(Map<PoolState, PoolSpec> specs, Map<PoolState, DisconnectReason> replaced, long now) {
        new Reload(this, now).apply(specs, replaced);
    }

    /** Forgets a pool that has nothing left; false if it has. */
    boolean remove(PoolState pool) {
        if (!pool.isEmpty() || !pools.remove(pool)) {
            return false;
        }
        budgets.leave(pool);
        budgets.forgetUnused();
        return true;
    }

    /** No check query is set any more: servers that waited for one are as good as idle. */
    void unusedNeedNoCheck(PoolState pool, long now) {
        for (PooledServer server = pool.used.first(); server != null; server = pool.used.first()) {
            settle(server, false, now);
        }
    }

    /** Some servers of any pool are replaced. */
    void retire(Predicate<PooledServer> which, DisconnectReason reason, long now) {
        for (PoolState pool : pools) {
            retire(pool, which, reason, now);
        }
    }

    /** Every server of a pool is replaced: unused ones are closed now, the others when they are released. */
    void retire(PoolState pool, DisconnectReason reason, long now) {
        retire(pool, server -> true, reason, now);
    }

    private void retire(PoolState pool, Predicate<PooledServer> which, DisconnectReason reason, long now) {
        for (ServerState state : ServerState.values()) {
            PooledServer server = pool.list(state).first();
            while (server != null) {
                PooledServer next = server.next;
                if (which.test(server)) {
                    server.retired = reason;
                    if (state == ServerState.IDLE || state == ServerState.USED) {
                        book.close(server, reason);
                    }
                }
                server = next;
            }
        }
        supply.feed(pool, now);
    }

    /** The pools of a database, or all. A copy: closing a server may lead to anything. */
    List<PoolState> poolsOf(@Nullable String database) {
        return pools.stream()
                .filter(pool -> database == null || database.equals(pool.key.database()))
                .toList();
    }

    void drain(CompletableFuture<Void> whenEmpty, long now) {
        supply.stop();
        drained = whenEmpty;
        for (PoolState pool : pools) {
            book.failAllWaits(pool, WaitFailure.CLOSED, now);
            dedicated.failAll(pool, WaitFailure.CLOSED);
            retire(pool, DisconnectReason.SHUTDOWN, now);
        }
        if (book.servers() == 0) {
            book.actions().drained(whenEmpty);
        }
    }
}

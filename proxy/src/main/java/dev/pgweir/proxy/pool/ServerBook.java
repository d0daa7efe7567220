package dev.pgweir.proxy.pool;

import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.ServerState;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Who is in which list. Every change of a server's state and of a client's membership passes through here, so lists,
 * counters and caps always agree.
 */
final class ServerBook {
    /** A server's life is up to a fifth shorter than server_lifetime. */
    private static final double LIFETIME_JITTER = 0.2;

    final WaitingPools waitingPools = new WaitingPools();
    private final RandomGenerator random;
    private Actions actions = new Actions();
    private long ids;
    /** All servers of all pools, whatever their state. */
    private int servers;

    ServerBook(RandomGenerator random) {
        this.random = random;
    }

    Actions actions() {
        return actions;
    }

    /** Takes what is to be done out, and goes on with {@code empty}. */
    Actions swapActions(Actions empty) {
        Actions full = actions;
        actions = empty;
        return full;
    }

    int servers() {
        return servers;
    }

    RandomGenerator random() {
        return random;
    }

    /** The one method that moves a server between lists. */
    void move(PooledServer server, ServerState to) {
        ServerState from = server.state();
        if (!ServerTransitions.allows(from, to)) {
            throw new IllegalStateException(server + " cannot become " + to.label());
        }
        PoolState pool = server.pool;
        pool.list(from).remove(server);
        switch (from) {
            case IDLE, USED -> server.budget.addUnused(-1);
            case LOGIN -> {
                server.budget.host().logins--;
                pool.dedicatedLogins -= server.ownParameters == null ? 0 : 1;
            }
            case CLOSING -> server.budget.addClosing(-1);
            default -> {}
        }
        server.enter(to);
        switch (to) {
            case IDLE, USED -> server.budget.addUnused(1);
            case CLOSING -> server.budget.addClosing(1);
            case CLOSED -> {
                server.budget.addServers(-1);
                pool.servers--;
                servers--;
                return;
            }
            default -> {}
        }
        pool.list(to).add(server);
    }

    /** A new server, which counts from now on. */
    PooledServer open(PoolState pool, int preferredLoop, long now) {
        return open(pool, preferredLoop, null, now);
    }

    /** A new server for one client alone. */
    PooledServer openFor(PoolState pool, PoolClient client, long now) {
        pool.dedicatedLogins++;
        return open(pool, client.loop, client, now);
    }

    private PooledServer open(PoolState pool, int preferredLoop, @Nullable PoolClient client, long now) {
        double lifetimeShare = 1 - LIFETIME_JITTER * random.nextDouble();
        PooledServer server = new PooledServer(pool, ++ids, lifetimeShare, client, now);
        pool.aim.opened(pool.spec.staysWithHost());
        server.preferredLoop = preferredLoop;
        pool.list(ServerState.LOGIN).add(server);
        pool.servers++;
        servers++;
        server.budget.addServers(1);
        server.budget.host().logins++;
        actions.open(server);
        return server;
    }

    /** Tells a server that has logged in to close. */
    void close(PooledServer server, DisconnectReason reason) {
        unlink(server);
        move(server, ServerState.CLOSING);
        actions.close(server, reason);
    }

    /** Closes a server without waiting for what it does. */
    void abort(PooledServer server, DisconnectReason reason) {
        unlink(server);
        if (server.state() != ServerState.CLOSING) {
            move(server, ServerState.CLOSING);
        }
        actions.abort(server, reason);
    }

    /** Closes a server to make room for {@code beneficiary}, or for a cancel request where that is null. */
    void evict(PooledServer server, @Nullable PoolState beneficiary) {
        server.closedFor = beneficiary;
        if (beneficiary != null) {
            beneficiary.owed++;
        }
        actions.evicted(server, beneficiary);
        close(server, DisconnectReason.SERVER_EVICTED);
    }

    void enqueue(PoolState pool, PoolClient client, long now) {
        if (pool.queue.isEmpty()) {
            waitingPools.add(pool);
        }
        pool.queue.add(client);
        pool.waitsDiffer |= client.waitLimitIn(pool) != pool.spec.waiting().queryWaitTimeoutNanos();
        client.membership = PoolClient.Membership.WAITING;
        client.waitingSince = now;
        client.notified = false;
    }

    void dequeue(PoolState pool, PoolClient client, long now) {
        pool.queue.remove(client);
        if (pool.queue.isEmpty()) {
            waitingPools.remove(pool);
        }
        client.membership = PoolClient.Membership.NONE;
        pool.stats.waited(now - client.waitingSince);
    }

    void failWait(PoolState pool, PoolClient client, WaitFailure failure, long now) {
        dequeue(pool, client, now);
        actions.waitFailed(pool, client, failure);
    }

    void failAllWaits(PoolState pool, WaitFailure failure, long now) {
        for (PoolClient client = pool.queue.head(); client != null; client = pool.queue.head()) {
            failWait(pool, client, failure, now);
        }
    }

    /** Gives the server to a waiting client of its pool. */
    void serveNext(PooledServer server, PoolClient client, long now) {
        dequeue(server.pool, client, now);
        link(server, client);
        actions.assigned(client, server);
    }

    void link(PooledServer server, PoolClient client) {
        if (server.state() != ServerState.ACTIVE) {
            move(server, ServerState.ACTIVE);
        }
        server.client = client;
        server.assignment++;
        client.server = server;
        client.membership = PoolClient.Membership.ACTIVE;
        server.pool.stats.assigned(server.loop != client.loop);
    }

    void unlink(PooledServer server) {
        PoolClient client = server.client;
        if (client != null) {
            server.client = null;
            client.server = null;
            client.membership = PoolClient.Membership.NONE;
        }
    }
}

package dev.pgweir.proxy.pool;

import dev.pgweir.proxy.server.DisconnectReason;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The server connections of one database and user. Any thread may call; nothing here blocks for longer than the lock. */
public final class Pool {
    private final Pools pools;
    private final PoolStats stats = new PoolStats();
    private final AtomicInteger clients = new AtomicInteger();
    private final AtomicInteger holders = new AtomicInteger();
    final PoolState state;

    Pool(Pools pools, PoolCore core, PoolKey key, PoolSpec spec) {
        this.pools = pools;
        this.state = core.add(this, key, spec, stats);
    }

    Pools pools() {
        return pools;
    }

    /** What the pool is for. */
    public PoolKey key() {
        return state.key;
    }

    /** The settings in force. */
    public PoolSpec spec() {
        return state.spec;
    }

    /** The totals since the pool was made. */
    public PoolStats stats() {
        return stats;
    }

    /** The lengths of its lists at this moment. */
    public PoolSnapshot snapshot() {
        return pools.snapshot(state);
    }

    /**
     * Asks for a server.
     *
     * @param client in no list, that is, neither waiting nor linked
     * @return a server that is linked to the client now, or null: then the client is told through its {@link Waiter},
     *     exactly once, unless it {@linkplain #abandon leaves}. That may happen before this method returns
     * @throws IllegalStateException if the client waits or has a server already
     */
    public @Nullable PooledServer acquire(PoolClient client) {
        return pools.acquire(state, client);
    }

    /**
     * Leaves the queue.
     *
     * @return true if the client waited: it will not be told anything any more (but possibly that it has waited long).
     *     False if its wait had been decided before: {@link Waiter#onServerAssigned}, upon which it must release the
     *     server, or {@link Waiter#onWaitFailed} comes or has come
     */
    public boolean abandon(PoolClient client) {
        return pools.abandon(state, client);
    }

    /**
     * Gives a server back. The caller has stopped using it: the next client may be told of it before this returns. A
     * server that is closed or closing already is left alone.
     *
     * @param server one that {@link #acquire} or {@link Waiter#onServerAssigned} gave to the caller's client
     */
    public void release(PooledServer server, Release how) {
        pools.release(server, how);
    }

    /** A client has logged in to this pool; {@code min_pool_size} holds while there is one. */
    public void clientConnected() {
        clients.incrementAndGet();
    }

    /** The counterpart of {@link #clientConnected}. */
    public void clientDisconnected() {
        clients.decrementAndGet();
    }

    /** Keeps the pool from being {@linkplain Pools#remove forgotten}, from before a login begins until the client is gone. */
    public void hold() {
        holders.incrementAndGet();
    }

    /** The counterpart of {@link #hold}. */
    public void letGo() {
        holders.decrementAndGet();
    }

    /** Whether somebody {@linkplain #hold holds} it. */
    public boolean isHeld() {
        return holders.get() > 0;
    }

    /** How many clients are logged in to this pool. */
    public int clients() {
        return clients.get();
    }

    /**
     * Replaces all servers: unused ones close now, the others when they are released. For settings the pool itself does
     * not know, such as the password or TLS.
     */
    public void retireServers(DisconnectReason reason) {
        pools.retire(state, reason);
    }

    @Override
    public String toString() {
        return "pool " + key();
    }
}

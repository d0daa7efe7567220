package dev.pgweir.proxy.pool;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A client's membership in a pool: one per session, also the node of the waiting list. Changed under the pools' lock
 * only. The getters are snapshots for the console: exact for a thread that the pool has just answered, possibly late for
 * any other.
 */
public final class PoolClient {
    /** Where a client stands. */
    public enum Membership {
        /** Needs no server. */
        NONE,
        /** In the queue. */
        WAITING,
        /** Linked to a server. */
        ACTIVE
    }

    final Waiter waiter;
    int loop;
    Membership membership = Membership.NONE;

    @Nullable
    PooledServer server;

    long waitingSince;
    /** How often this client, at the head of the queue, saw another one served first. */
    int passed;

    boolean notified;
    /** How long it waits; negative: as long as its pool says. */
    private volatile long waitLimit = -1;

    @Nullable
    WaitQueue queue;

    @Nullable
    PoolClient previous;

    @Nullable
    PoolClient next;

    /** What the login of its own server asks for; null for a client that shares servers. */
    final @Nullable Map<String, String> ownParameters;
    /** The server of its own that is logging in. */
    @Nullable
    PooledServer reserved;

    /** A client that is in no list yet. */
    public PoolClient(Waiter waiter) {
        this(waiter, null);
    }

    private PoolClient(Waiter waiter, @Nullable Map<String, String> ownParameters) {
        this.waiter = waiter;
        this.ownParameters = ownParameters;
    }

    /**
     * A client that gets a server of its own, which serves nobody before it or after it: it has to release it by {@link
     * Release#close}.
     *
     * @param startupParameters for the login of that server, in addition to those of the pool
     */
    public static PoolClient dedicated(Waiter waiter, Map<String, String> startupParameters) {
        return new PoolClient(waiter, Map.copyOf(startupParameters));
    }

    /**
     * Sets how long it waits for a server, where those who share a pool differ in that. Holds from the next wait on. Any
     * thread.
     *
     * @param nanos 0: without end
     */
    public void waitLimit(long nanos) {
        waitLimit = nanos;
    }

    /** The limit of its wait in a pool; 0: none. */
    long waitLimitIn(PoolState pool) {
        long own = waitLimit;
        return own < 0 ? pool.spec.waiting().queryWaitTimeoutNanos() : own;
    }

    /** Whether it has waited as long as it may. */
    boolean isLate(PoolState pool, long now) {
        long limit = waitLimitIn(pool);
        return limit > 0 && now - waitingSince >= limit;
    }

    /** Where the client stands. */
    public Membership membership() {
        return membership;
    }

    /** Since when the client waits, in the pools' clock; meaningful while {@link Membership#WAITING}. */
    public long waitingSinceNanos() {
        return waitingSince;
    }

    /** The server the client is linked to. */
    public @Nullable PooledServer server() {
        return server;
    }
}

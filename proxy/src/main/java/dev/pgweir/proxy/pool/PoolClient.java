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

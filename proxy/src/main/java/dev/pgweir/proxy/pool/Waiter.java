package dev.pgweir.proxy.pool;

import org.jspecify.annotations.Nullable;

/**
 * A client that may have to wait for a server. Called without the pools' lock, from any thread, possibly before {@link
 * Pool#acquire} has returned to the thread that called it: an implementation hops to its own event loop.
 */
public interface Waiter {
    /** The index of the client's event loop; asked at every {@link Pool#acquire}. */
    int loopIndex();

    /**
     * The client is linked to {@code server} and must release it in the end, also when it has no use for it any more.
     * The connection may have died meanwhile; releasing is a no-op then.
     */
    void onServerAssigned(PooledServer server);

    /** The client waits no more and has no server. */
    void onWaitFailed(WaitFailure failure);

    /** The client has waited for {@code query_wait_notify}. Once per wait at most; it goes on waiting. */
    default void onWaitLong() {}

    /** Who it is, for a line of the log; null for nobody in particular. */
    default @Nullable Object subject() {
        return null;
    }
}

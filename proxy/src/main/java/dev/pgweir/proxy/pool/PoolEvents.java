package dev.pgweir.proxy.pool;

import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.LoginFailure;
import org.jspecify.annotations.Nullable;

/** What the log and the metrics want to know of the pools. Called without the pools' lock, from any thread. */
public interface PoolEvents {
    /** Nobody listens. */
    PoolEvents NONE = new PoolEvents() {};

    /** A server has logged in, and is in its list. */
    default void onServerConnected(PooledServer server) {}

    /** A server's socket is closed, and it counts no more. */
    default void onServerClosed(PooledServer server, DisconnectReason reason) {}

    /**
     * A server beyond {@code pool_size} is being opened: "taking connection from reserve_pool".
     *
     * @param client {@link Waiter#subject} of the one that has waited longest; null for nobody in particular
     */
    default void onReserveTaken(PooledServer server, @Nullable Object client) {}

    /** A server is being opened for nobody, because of {@code min_pool_size}. */
    default void onRefilled(Pool pool) {}

    /** A cap keeps a pool from having {@code min_pool_size} servers. Told once, until that is over or it is another cap. */
    default void onFloorCapped(Pool pool, CapSnapshot cap) {}

    /**
     * A server is closed to make room under a cap.
     *
     * @param beneficiary the pool that asked for the place, or null where a cancel request did
     */
    default void onEvicted(PooledServer server, @Nullable Pool beneficiary) {}

    /** A login failed. */
    default void onLoginFailed(PooledServer server, LoginFailure failure) {}

    /** A client was told that its wait ended in vain. */
    default void onWaitFailed(Pool pool, PoolClient client, WaitFailure failure) {}

    /**
     * A callback threw. What it was told about is put right; the error is the callback's own. Unless this is overridden,
     * whoever called the pools gets the exception, once everything else is done.
     */
    default void onCallbackFailed(RuntimeException failure) {
        throw failure;
    }
}

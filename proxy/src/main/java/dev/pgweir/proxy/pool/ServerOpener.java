package dev.pgweir.proxy.pool;

/** Opens connections to PostgreSQL for the pools. */
public interface ServerOpener {
    /**
     * Opens a connection and logs in; {@code slot} is told how it goes. Called without the pools' lock, from any thread.
     *
     * @param slot the owner of the new connection; {@code slot.pool().spec()} tells where to
     * @param preferredLoop the event loop of the client that waits for it, or -1 when no client does
     */
    void open(PooledServer slot, int preferredLoop);
}

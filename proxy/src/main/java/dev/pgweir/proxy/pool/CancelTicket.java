package dev.pgweir.proxy.pool;

/**
 * A cancel request on its way. It is tied to one assignment of one server, so it can never hit the query of the next
 * client. Its methods may be called from any thread.
 */
public final class CancelTicket {
    enum Stage {
        WAITING,
        GRANTED,
        OVER
    }

    private final Pools pools;
    final PooledServer target;
    final CancelCallback callback;
    Stage stage = Stage.WAITING;

    CancelTicket(Pools pools, PooledServer target, CancelCallback callback) {
        this.pools = pools;
        this.target = target;
        this.callback = callback;
    }

    /** The server connection whose query is to be interrupted. */
    public PooledServer target() {
        return target;
    }

    /**
     * The request was sent, and PostgreSQL has not said that it took it. It may still arrive, so the target is closed when
     * its client has left it. Comes before {@link #done}.
     */
    public void mayArriveLate() {
        pools.cancelMayArriveLate(this);
    }

    /** The socket of the cancel connection is closed (or could not be opened). Only the first call counts. */
    public void done() {
        pools.cancelDone(this);
    }

    /**
     * Withdraws a request that still waits for a place.
     *
     * @return false when it was granted or gone before; a granted one is ended by {@link #done} alone
     */
    public boolean abandon() {
        return pools.cancelAbandon(this);
    }
}

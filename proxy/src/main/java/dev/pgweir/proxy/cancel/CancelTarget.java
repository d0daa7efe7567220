package dev.pgweir.proxy.cancel;

/** A client whose query can be cancelled. */
public interface CancelTarget {
    /**
     * A request with the right key came. Called from any thread.
     *
     * @param whenOver run once, when the request has reached PostgreSQL or there is nothing to be cancelled
     */
    void onCancelRequest(Runnable whenOver);
}

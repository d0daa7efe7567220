package dev.pgweir.proxy.cancel;

import org.jspecify.annotations.Nullable;

/** A client whose query can be cancelled. */
public interface CancelTarget {
    /**
     * A request with the right key came. Called from any thread.
     *
     * @param whenOver told once, when the request has reached PostgreSQL or there is nothing to be cancelled
     */
    void onCancelRequest(CancelEnd whenOver);

    /** The database that it uses, as clients call it; null if that is not known. */
    default @Nullable String database() {
        return null;
    }
}

package dev.pgweir.proxy.pool;

/** How a wait for servers to be closed has ended. */
public enum CloseOutcome {
    /** They are closed. */
    CLOSED,
    /** RESUME came first. */
    RESUMED
}

package dev.pgweir.proxy;

/** How PgWeir ends. As with PgBouncer, new connections are refused from the start in each case. */
public enum Shutdown {
    /** When the last client has left by itself. */
    WAIT_FOR_CLIENTS,
    /**
     * The same, with help: idle clients are sent away, and after {@code shutdown_timeout} all. Without such a limit it is
     * {@link #WAIT_FOR_CLIENTS}.
     */
    GRACEFUL,
    /** When every server connection has been released; idle clients are told at once, the others when they are idle. */
    WAIT_FOR_SERVERS,
    /** Now. */
    IMMEDIATE
}

package dev.pgweir.proxy;

/** How PgWeir ends. As with PgBouncer, new connections are refused from the start in each case. */
public enum Shutdown {
    /** When the last client has left by itself. */
    WAIT_FOR_CLIENTS,
    /** When every server connection has been released; idle clients are told at once, the others when they are idle. */
    WAIT_FOR_SERVERS,
    /** Now. */
    IMMEDIATE
}

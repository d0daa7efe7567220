package dev.pgweir.proxy.server;

/**
 * Where a server connection stands. As in PgBouncer a state is the membership of a list of its pool, so every column of
 * SHOW POOLS is the length of a list.
 */
public enum ServerState {
    /** Connecting, or logging in. Counts against every cap from the decision to open it. */
    LOGIN("new"),
    /** Ready for the next client. */
    IDLE("idle"),
    /** Linked to a client. */
    ACTIVE("active"),
    /** Idle for longer than {@code server_check_delay}: has to pass a check before the next client gets it. */
    USED("used"),
    /** PgWeir itself runs something on it: the check or the reset query. */
    TESTED("tested"),
    /** Released, but cancel requests for it are still on their way; a late one must not hit the next client's query. */
    BEING_CANCELED("being_canceled"),
    /** Not a session: a connection that carries a cancel request to PostgreSQL. */
    ACTIVE_CANCEL("active_cancel"),
    /** Told to close. Counts against every cap until its socket is closed. */
    CLOSING("closing"),
    /** The socket is closed; the connection is in no list and counts nowhere. */
    CLOSED("closed");

    private final String label;

    ServerState(String label) {
        this.label = label;
    }

    /** The name as SHOW SERVERS prints it. */
    public String label() {
        return label;
    }
}

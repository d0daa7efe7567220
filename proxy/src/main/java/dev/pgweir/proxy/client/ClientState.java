package dev.pgweir.proxy.client;

/** Where a client stands, as SHOW CLIENTS prints it. */
public enum ClientState {
    /** Not logged in. */
    LOGIN("login"),
    /** Holds no server and needs none. */
    IDLE("idle"),
    /** Has asked for something and waits for a server. */
    WAITING("waiting"),
    /** Linked to a server. */
    ACTIVE("active"),
    /** Has brought a cancel request. */
    CANCEL("active_cancel_req"),
    /** Gone. */
    CLOSED("closed");

    private final String label;

    ClientState(String label) {
        this.label = label;
    }

    /** The name as SHOW CLIENTS prints it. */
    public String label() {
        return label;
    }
}

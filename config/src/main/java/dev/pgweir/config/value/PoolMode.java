package dev.pgweir.config.value;

/** When a server connection goes back to its pool. */
public enum PoolMode implements Choice {
    /** When the client disconnects. */
    SESSION("session"),
    /** At the end of the transaction. */
    TRANSACTION("transaction"),
    /** After each statement; transactions of several statements are refused. */
    STATEMENT("statement");

    private final String text;

    PoolMode(String text) {
        this.text = text;
    }

    @Override
    public String text() {
        return text;
    }
}

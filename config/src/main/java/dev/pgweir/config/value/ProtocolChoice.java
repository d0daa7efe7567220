package dev.pgweir.config.value;

/** Versions of PostgreSQL's protocol that a server can be asked for. */
public enum ProtocolChoice implements Choice {
    /** Every server. */
    V3_0("3.0"),
    /** PostgreSQL 18 and newer: cancel keys of up to 256 bytes. */
    V3_2("3.2");

    private final String text;

    ProtocolChoice(String text) {
        this.text = text;
    }

    @Override
    public String text() {
        return text;
    }
}

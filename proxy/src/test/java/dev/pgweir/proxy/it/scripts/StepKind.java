package dev.pgweir.proxy.it.scripts;

/** The messages of a script, and by which message PostgreSQL ends its answer to each. */
enum StepKind {
    PARSE("1E"),
    BIND("2E"),
    /** Of a statement or a portal; 't' only leads the description of a statement. */
    DESCRIBE("TnE"),
    EXECUTE("CsIE"),
    CLOSE("3E"),
    FLUSH(""),
    SYNC("Z"),
    QUERY("Z");

    private final String last;

    StepKind(String last) {
        this.last = last;
    }

    boolean hasAnswer() {
        return !last.isEmpty();
    }

    /** True if that message type ends the answer. */
    boolean endsWith(char type) {
        return last.indexOf(type) >= 0;
    }

    /** True if an error makes PostgreSQL pass over everything up to the next Sync. */
    boolean isExtended() {
        return this != SYNC && this != QUERY;
    }

    /** True if it makes PostgreSQL send what it has. */
    boolean flushes() {
        return this == FLUSH || this == SYNC || this == QUERY;
    }
}

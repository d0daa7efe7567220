package dev.pgweir.config.value;

/** What a line of the log looks like. */
public enum LogFormat implements Choice {
    /** As PgBouncer writes it. */
    TEXT("text"),
    /** An object of JSON. */
    JSON("json");

    private final String text;

    LogFormat(String text) {
        this.text = text;
    }

    @Override
    public String text() {
        return text;
    }
}

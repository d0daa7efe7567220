package dev.pgweir.config.load;

/**
 * Something the reader of the log should know about what was configured.
 *
 * @param severity whether it stops the start
 * @param origin {@code file:line:column}, a file or the name of an environment variable
 * @param key the setting as in {@code databases.app.pool_size}; empty where the origin says it already
 * @param message what is wrong and what is accepted; contains no secrets
 */
public record Problem(Severity severity, String origin, String key, String message) {

    /** How bad it is. */
    public enum Severity {
        /** PgWeir does not start. */
        ERROR,
        /** Something that was asked for will not happen. */
        WARNING,
        /** Good to know. */
        NOTE
    }

    /** The problem in one line: {@code file:line:column: key: message}. */
    @Override
    public String toString() {
        return origin + ": " + (key.isEmpty() ? "" : key + ": ") + message;
    }
}

package dev.pgweir.proxy.pool;

/**
 * How far a cap is used.
 *
 * @param kind what it counts by
 * @param name the host and port, database or user
 * @param limit 0 means no limit
 * @param servers server connections that count, closing ones included
 * @param cancels connections that carry a cancel request; always 0 but for {@link Kind#SERVER}
 */
public record CapSnapshot(Kind kind, String name, int limit, int servers, int cancels) {
    /** What a cap counts by. */
    public enum Kind {
        /** {@code max_server_connections}. */
        SERVER,
        /** {@code max_db_connections}. */
        DATABASE,
        /** {@code max_user_connections}. */
        USER
    }
}

package dev.pgweir.protocol;

/**
 * What the peer sent breaks the protocol or a limit. The text is meant for the peer and for the log: it names what was
 * seen and what is accepted, and never holds a secret.
 *
 * <p>It has no stack trace: hostile peers raise it at will, and the text says where it comes from.
 */
public final class ProtocolException extends RuntimeException {
    private final SqlState sqlState;

    public ProtocolException(SqlState sqlState, String message) {
        super(message, null, false, false);
        this.sqlState = sqlState;
    }

    /** A breach of the protocol itself, {@link SqlState#PROTOCOL_VIOLATION}. */
    public static ProtocolException violation(String message) {
        return new ProtocolException(SqlState.PROTOCOL_VIOLATION, message);
    }

    /** What an ErrorResponse about it carries. */
    public SqlState sqlState() {
        return sqlState;
    }
}

package dev.pgweir.proxy.admin;

import dev.pgweir.protocol.Severity;
import dev.pgweir.protocol.SqlState;
import dev.pgweir.protocol.message.backend.ErrorResponse;

/** A command that cannot be done. The message goes to who gave it. Stackless: it is an answer, not a fault. */
public final class ConsoleException extends Exception {
    private final transient SqlState sqlState;
    private final String hint;

    /** With PgBouncer's SQLSTATE for whatever the console does not do. */
    public ConsoleException(String message) {
        this(SqlState.PROTOCOL_VIOLATION, message);
    }

    public ConsoleException(SqlState sqlState, String message) {
        this(sqlState, message, "");
    }

    /**
     * @param hint what to do about it; empty if there is nothing to say
     */
    public ConsoleException(SqlState sqlState, String message, String hint) {
        super(message, null, false, false);
        this.sqlState = sqlState;
        this.hint = hint;
    }

    /** Five characters that programs tell errors apart by. */
    public SqlState sqlState() {
        return sqlState;
    }

    /** What to do about it; empty if there is nothing to say. */
    public String hint() {
        return hint;
    }

    /** As PostgreSQL would tell it. */
    ErrorResponse response() {
        return response(sqlState);
    }

    /** The same with PgBouncer's code, which is one and the same for all that it has in common with PgWeir but RELOAD. */
    ErrorResponse responseOfPgBouncer() {
        boolean asItIs = sqlState.equals(SqlState.CONFIG_FILE_ERROR) || sqlState.equals(SqlState.QUERY_CANCELED);
        return response(asItIs ? sqlState : SqlState.PROTOCOL_VIOLATION);
    }

    private ErrorResponse response(SqlState code) {
        ErrorResponse error = ErrorResponse.of(Severity.ERROR, code, String.valueOf(getMessage()));
        return hint.isEmpty() ? error : error.withHint(hint);
    }
}

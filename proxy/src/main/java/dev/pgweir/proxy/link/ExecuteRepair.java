package dev.pgweir.proxy.link;

import dev.pgweir.protocol.SqlState;
import dev.pgweir.protocol.message.backend.ErrorResponse;
import dev.pgweir.protocol.message.backend.ReportFields;
import dev.pgweir.proxy.prepare.Effect;
import dev.pgweir.proxy.prepare.Effects;
import dev.pgweir.proxy.prepare.PreparedStatement;
import org.jspecify.annotations.Nullable;

/**
 * A query that is a single EXECUTE, outside of a transaction: if it fails because the server has lost the statement, or
 * because its result has other columns since a table was altered, nothing was done and nothing was answered, so it can be sent
 * once more. On the client's loop.
 */
final class ExecuteRepair {
    /** Longer ones are not worth a copy. */
    static final int MAX_BYTES = 16 * 1024;

    /** PostgreSQL's function that finds out that a statement's result has other columns. */
    private static final String REVALIDATES = "RevalidateCachedQuery";

    private @Nullable Effect effects;
    private @Nullable PreparedStatement statement;
    private byte[] query = {};

    /**
     * It is sent.
     *
     * @param message the whole Query as the server gets it; taken over
     */
    void sent(Effects of, PreparedStatement executed, byte[] message) {
        effects = of;
        statement = executed;
        query = message;
    }

    /** Something else is sent, or an answer has begun. */
    void forget() {
        effects = null;
        statement = null;
        query = new byte[0];
    }

    /**
     * The statement to prepare anew if that mends it, or null.
     *
     * @param failed of the query that failed
     */
    @Nullable
    PreparedStatement lostBy(ErrorResponse error, Effects failed) {
        PreparedStatement of = statement;
        return of != null && failed.equals(effects) && (isLost(error, of) || isChanged(error)) ? of : null;
    }

    /** The whole message. */
    byte[] query() {
        return query;
    }

    /** Not just any statement, as a function may speak of its own. */
    private static boolean isLost(ErrorResponse error, PreparedStatement of) {
        return error.code().equals(SqlState.INVALID_SQL_STATEMENT_NAME.code())
                && error.message().contains('"' + of.name() + '"');
    }

    /** Whether a statement has other columns than when it was prepared. */
    static boolean isChanged(ErrorResponse error) {
        return error.code().equals(SqlState.FEATURE_NOT_SUPPORTED.code())
                && REVALIDATES.equals(error.fields().values().get(ReportFields.ROUTINE));
    }
}

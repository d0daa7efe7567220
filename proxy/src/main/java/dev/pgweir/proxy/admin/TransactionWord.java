package dev.pgweir.proxy.admin;

import dev.pgweir.protocol.TransactionStatus;
import org.jspecify.annotations.Nullable;

/**
 * What drivers say around statements when they do not commit each by itself. The console has nothing to undo, so all it
 * means is that portals stay until the end.
 */
enum TransactionWord {
    BEGIN("BEGIN", TransactionStatus.IN_TRANSACTION),
    START("START TRANSACTION", TransactionStatus.IN_TRANSACTION),
    COMMIT("COMMIT", TransactionStatus.IDLE),
    END("COMMIT", TransactionStatus.IDLE),
    ROLLBACK("ROLLBACK", TransactionStatus.IDLE),
    ABORT("ROLLBACK", TransactionStatus.IDLE);

    private final String tag;
    private final TransactionStatus after;

    TransactionWord(String tag, TransactionStatus after) {
        this.tag = tag;
        this.after = after;
    }

    /** The one that a statement begins with; null if it is something else. What follows, such as a mode, changes nothing. */
    static @Nullable TransactionWord of(Statement statement) {
        for (TransactionWord word : values()) {
            if (statement.verb().equals(word.name())) {
                return word;
            }
        }
        return null;
    }

    /** PostgreSQL's tag for it. */
    String tag() {
        return tag;
    }

    /** Whether a transaction is open then. */
    TransactionStatus after() {
        return after;
    }
}

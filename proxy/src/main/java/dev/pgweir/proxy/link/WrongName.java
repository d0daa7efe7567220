package dev.pgweir.proxy.link;

import dev.pgweir.protocol.SqlState;
import dev.pgweir.protocol.message.backend.ErrorResponse;
import dev.pgweir.proxy.log.LogPrefix;
import dev.pgweir.proxy.prepare.Reference;
import java.nio.charset.StandardCharsets;

/**
 * A client's message with a statement's name that PostgreSQL will refuse, unless an error before it keeps it from looking:
 * the name stands for nothing, or in a Parse for something already.
 *
 * @param kind what is wrong with it
 * @param name the client's, one char a byte
 */
public record WrongName(Kind kind, String name) implements Reference {
    /** What is wrong with a name. */
    public enum Kind {
        /** The client has no such statement. */
        MISSING(SqlState.INVALID_SQL_STATEMENT_NAME.code()),
        /** The client has one already. */
        TAKEN(SqlState.DUPLICATE_PREPARED_STATEMENT.code());

        private final String code;

        Kind(String code) {
            this.code = code;
        }
    }

    /** Whether it is for the name that PostgreSQL has refused the message. */
    boolean isWhy(ErrorResponse error) {
        return error.code().equals(kind.code);
    }

    /** The name for a line of the log. */
    public String shown() {
        return LogPrefix.shownName(new String(name.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8));
    }

    @Override
    public String clientName(String sent) {
        return name;
    }
}

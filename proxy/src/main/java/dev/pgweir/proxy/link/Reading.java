package dev.pgweir.proxy.link;

import dev.pgweir.proxy.prepare.Behaviour;
import dev.pgweir.proxy.prepare.ClientStatements;
import dev.pgweir.proxy.prepare.PreparedStatement;
import dev.pgweir.proxy.prepare.StatementTable;
import dev.pgweir.proxy.prepare.sql.ReadingSettings;
import dev.pgweir.proxy.server.SessionParameters;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which statement a client's text is: the same text read by other settings is another one, with other types of parameters
 * and columns. On the client's loop.
 */
final class Reading {
    private final Books books;
    private final StatementTable table;
    private final SessionParameters wanted;
    /** Until the server is given back, texts are read otherwise than the client's settings tell. */
    private boolean otherwise;

    /**
     * @param wanted the client's settings
     */
    Reading(Books books, StatementTable table, SessionParameters wanted) {
        this.books = books;
        this.table = table;
        this.wanted = wanted;
    }

    /**
     * Texts of this client are read otherwise from now on than its settings tell, until it gives the server back. What is
     * prepared meanwhile it has for itself: whoever shared it would get other types of parameters and columns.
     */
    void changes() {
        otherwise = true;
    }

    /** These settings may change; the empty name stands for any. */
    void touched(List<String> names) {
        otherwise |= names.stream().anyMatch(ReadingSettings::include);
    }

    /** The server is another's. */
    void left() {
        otherwise = false;
    }

    /** The statement of a text that the client prepares now. */
    PreparedStatement made(PreparedStatement.Kind kind, byte[] definition, Behaviour behaviour) {
        return otherwise
                ? table.unshared(kind, definition, behaviour)
                : table.of(kind, definition, wanted.readingSettings(), behaviour);
    }

    /** The statement of a text that the client has for itself. */
    PreparedStatement unshared(PreparedStatement.Kind kind, byte[] definition, Behaviour behaviour) {
        return table.unshared(kind, definition, behaviour);
    }

    /**
     * What a name stands for, to be prepared where the server has it not. The server will read the text by this client's
     * settings of now; whoever has prepared the same by the former ones must not get that.
     */
    @Nullable
    PreparedStatement of(ClientStatements.@Nullable Name name) {
        PreparedStatement statement = name == null ? null : name.statement();
        return name == null || statement == null || books.prepared().has(statement)
                ? statement
                : again(name, statement);
    }

    /** What a name stands for if its text is read now. */
    PreparedStatement again(ClientStatements.Name name, PreparedStatement statement) {
        PreparedStatement now =
                otherwise ? table.unshared(statement) : table.under(statement, wanted.readingSettings());
        name.reread(now);
        return now;
    }

    /** Whether the server would read its text as it was read first. */
    boolean isAlike(PreparedStatement statement) {
        return !otherwise && table.isUnder(statement, wanted.readingSettings());
    }

    /** Its result has other columns now: nobody is to be given it any more. */
    void retire(PreparedStatement statement) {
        table.retire(statement);
    }
}

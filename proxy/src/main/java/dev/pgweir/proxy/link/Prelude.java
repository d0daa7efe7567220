package dev.pgweir.proxy.link;

import dev.pgweir.protocol.FrontendMessageType;
import dev.pgweir.protocol.message.frontend.PreparedKind;
import dev.pgweir.proxy.prepare.Effect;
import dev.pgweir.proxy.prepare.Effects;
import dev.pgweir.proxy.prepare.PreparedStatement;
import io.netty.buffer.ByteBuf;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is sent before a client's message, or in the place of its beginning, so that the server has what the message refers
 * to: statements are prepared there, and closed to make room. On the client's loop.
 */
final class Prelude {
    private final ServerSide server;
    private final Books books;
    private int limit;

    private @Nullable ByteBuf bytes;
    /** What of the message itself is sent begins here. */
    private int keepFrom;
    /** Something of PgWeir's own belongs before the message at hand. */
    private boolean hasOwn;
    /** Statements that the query at hand needs, and that may not make room for others. Nearly always empty. */
    private Set<PreparedStatement> needed = Set.of();

    /**
     * @param limit how many statements a server may have
     */
    Prelude(ServerSide server, Books books, int limit) {
        this.server = server;
        this.books = books;
        this.limit = limit;
    }

    /** Another limit from the next statement on. */
    void limit(int statements) {
        limit = statements;
    }

    /** Another message is looked at, which begins here; all of it is sent unless {@link #keepFrom(int)} is called. */
    void begin(int from) {
        hasOwn = false;
        keepFrom = from;
    }

    /** What comes before this takes another form here. */
    void keepFrom(int index) {
        keepFrom = index;
    }

    /** Where in the buffer the part of the message begins that is sent; its end if nothing of it is. */
    int keepFrom() {
        return keepFrom;
    }

    /** The message has to wait: nothing may have been written for it. */
    Preparer.Outcome waitForAnswers() {
        if (bytes != null) {
            throw new IllegalStateException("a message was begun before it was known that it can be sent");
        }
        return Preparer.Outcome.WAIT;
    }

    /** Whether messages of PgWeir's own are in it, and not only the changed beginning of the client's. */
    boolean hasOwn() {
        return hasOwn;
    }

    /** What is to be sent, to be written to. */
    ByteBuf bytes() {
        if (bytes == null) {
            bytes = server.alloc().buffer();
        }
        return bytes;
    }

    /** All of it, or null if there is none. It is the caller's. */
    @Nullable
    ByteBuf take() {
        ByteBuf all = bytes;
        bytes = null;
        return all;
    }

    /** Nothing of it will be sent. */
    void release() {
        if (bytes != null) {
            bytes.release();
            bytes = null;
        }
    }

    /** A message of PgWeir's own was written, and is entered in the queue. */
    void hidden(byte type, Effect effect) {
        hasOwn = true;
        server.sentHidden(type, effect);
    }

    /** The same for a simple query. */
    void hiddenQuery(Effect effect) {
        server.sentHiddenQuery(effect);
    }

    // ---- statements ----

    /** The query at hand needs these until {@link #needsNoMore}, and what is added to them. */
    void needs(Set<PreparedStatement> statements) {
        needed = statements;
    }

    boolean isNeeded(PreparedStatement statement) {
        return needed.contains(statement);
    }

    void alsoNeeds(PreparedStatement statement) {
        needed.add(statement);
    }

    void needsNoMore() {
        needed = Set.of();
    }

    /** Prepares the statement on the server, if it is not there. */
    void ensure(PreparedStatement statement) {
        if (!books.prepared().has(statement)) {
            prepare(statement);
        }
    }

    /** Prepares it, also if it is believed to be there. */
    void prepare(PreparedStatement statement) {
        makeRoom(statement);
        books.stats().serverParseCount().increment();
        if (statement.kind() == PreparedStatement.Kind.PARSE) {
            StatementMessages.parse(bytes(), statement);
            hidden(FrontendMessageType.PARSE, books.preparing(statement));
        } else {
            prepareBySql(statement);
        }
    }

    /** The command PREPARE, within a group of the extended protocol. */
    private void prepareBySql(PreparedStatement statement) {
        String helper = PreparedStatement.PREFIX + "P";
        ByteBuf out = bytes();
        dropStatement(helper);
        int length = StatementMessages.sqlPrepareLength(statement) + 1 + Short.BYTES;
        StatementMessages.parseHeader(out, helper, length);
        StatementMessages.sqlPrepare(out, statement);
        out.writeByte(0).writeShort(0);
        hidden(FrontendMessageType.PARSE, Effects.NONE);
        StatementMessages.bindAndExecute(out, helper, helper);
        hidden(FrontendMessageType.BIND, Effects.NONE);
        hidden(FrontendMessageType.EXECUTE, books.preparing(statement));
        StatementMessages.close(out, PreparedKind.PORTAL, helper);
        hidden(FrontendMessageType.CLOSE, Effects.NONE);
        dropStatement(helper);
    }

    /** In a query of its own: after an error in the extended protocol the client's query would be skipped. */
    void ensureForQuery(PreparedStatement statement) {
        if (statement.kind() == PreparedStatement.Kind.PARSE || books.prepared().has(statement)) {
            ensure(statement);
            return;
        }
        makeRoom(statement);
        books.stats().serverParseCount().increment();
        ByteBuf out = bytes();
        out.writeByte(FrontendMessageType.QUERY)
                .writeInt(Integer.BYTES + StatementMessages.sqlPrepareLength(statement) + 1);
        StatementMessages.sqlPrepare(out, statement);
        out.writeByte(0);
        hiddenQuery(books.preparing(statement));
    }

    /** Closes what is too much with this one more, and what there may be of this name without our knowledge. */
    void makeRoom(PreparedStatement statement) {
        Set<PreparedStatement> but = needed.isEmpty() ? Set.of(statement) : needed;
        for (PreparedStatement surplus : books.prepared().surplus(limit, but)) {
            StatementMessages.close(bytes(), PreparedKind.STATEMENT, surplus.name());
            hidden(FrontendMessageType.CLOSE, books.closing(surplus));
        }
        StatementMessages.close(bytes(), PreparedKind.STATEMENT, statement.name());
        hidden(FrontendMessageType.CLOSE, books.prepared().has(statement) ? books.closing(statement) : Effects.NONE);
    }

    /** Closes what there may be of this name. */
    void dropStatement(String name) {
        StatementMessages.close(bytes(), PreparedKind.STATEMENT, name);
        hidden(FrontendMessageType.CLOSE, Effects.NONE);
    }

    /** A statement that does nothing, for a command that wants one. */
    void emptyStatement(String name) {
        dropStatement(name);
        StatementMessages.parseEmpty(bytes(), name);
        hidden(FrontendMessageType.PARSE, Effects.NONE);
    }
}

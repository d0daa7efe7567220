package dev.pgweir.proxy.link;

import dev.pgweir.protocol.FrontendMessageType;
import dev.pgweir.protocol.frame.FrameScanner;
import dev.pgweir.protocol.message.frontend.PreparedKind;
import dev.pgweir.proxy.link.Preparer.Outcome;
import dev.pgweir.proxy.prepare.ClientStatements;
import dev.pgweir.proxy.prepare.Effect;
import dev.pgweir.proxy.prepare.PreparedStatement;
import dev.pgweir.proxy.prepare.Reference;
import dev.pgweir.proxy.prepare.SqlCommand;
import dev.pgweir.proxy.prepare.UnnamedStatement;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * A client's messages that refer to a statement, or to a portal of one: Bind, Describe, Close and Execute. The statement is
 * prepared where the server has it not, and named as it is there. On the client's loop.
 */
final class StatementUses {
    private static final Reference UNNAMED = sent -> "";

    private final ServerSide server;
    private final Books books;
    private final Prelude prelude;
    private final Reading reading;
    private final Portals portals;
    private final ParseRewriter sql;
    /** Null if statements are prepared for the client. */
    private final @Nullable PassedStatements passed;

    StatementUses(
            ServerSide server,
            Books books,
            Prelude prelude,
            Reading reading,
            Portals portals,
            ParseRewriter sql,
            @Nullable PassedStatements passed) {
        this.server = server;
        this.books = books;
        this.prelude = prelude;
        this.reading = reading;
        this.portals = portals;
        this.sql = sql;
        this.passed = passed;
    }

    /**
     * Enters a Bind.
     *
     * @param buffer has at least the two names at from…to, behind the header
     * @param mayWait if not, what is uncertain is prepared anew
     */
    Outcome onBind(ByteBuf buffer, int from, int to, boolean mayWait) {
        if (passed != null) {
            passed.onBind(buffer, from, to);
            return Outcome.SEND;
        }
        int portalFrom = from + FrameScanner.HEADER_LENGTH;
        int portalTo = StatementFields.terminator(buffer, portalFrom, to);
        int nameTo = StatementFields.terminator(buffer, portalTo + 1, to);
        if (nameTo < 0) {
            return malformed(FrontendMessageType.BIND);
        }
        // The message may be longer than what is here.
        int rest = buffer.getInt(from + 1) - (nameTo + 1 - portalFrom) - Integer.BYTES;
        if (nameTo == portalTo + 1) {
            return onUnnamed(
                    FrontendMessageType.BIND, StatementFields.portal(buffer, portalFrom, portalTo), mayWait, () -> {
                        StatementMessages.bindHeader(
                                prelude.bytes(),
                                buffer.slice(portalFrom, portalTo - portalFrom),
                                PreparedStatement.NOWHERE,
                                rest);
                        prelude.keepFrom(nameTo + 1);
                    });
        }
        ClientStatements.Name name = books.client().find(StatementFields.name(buffer, portalTo + 1, nameTo));
        if (mayWait && books.isOpen(name)) {
            return prelude.waitForAnswers();
        }
        PreparedStatement statement = reading.of(name);
        Effect effect;
        if (name == null || statement == null) {
            effect = unknown(buffer, portalTo + 1, nameTo);
        } else {
            boolean open = books.isOpen(statement) || sql.isTargetOpen(statement.behaviour());
            if (open && mayWait) {
                return prelude.waitForAnswers();
            }
            sql.ensureTarget(statement.behaviour());
            if (open) {
                prelude.prepare(statement);
            }
            prelude.ensure(statement);
            books.stats().bindCount().increment();
            statement.uses().increment();
            effect = name;
        }
        StatementMessages.bindHeader(
                prelude.bytes(),
                buffer.slice(portalFrom, portalTo - portalFrom),
                statement == null ? PreparedStatement.NOWHERE : statement.name(),
                rest);
        prelude.keepFrom(nameTo + 1);
        if (statement != null) {
            portals.bound(StatementFields.portal(buffer, portalFrom, portalTo), statement.behaviour());
        }
        server.sent(FrontendMessageType.BIND, effect);
        return Outcome.SEND;
    }

    /** A whole Describe. */
    Outcome onDescribe(ByteBuf buffer, int from, int to) {
        int nameFrom = from + FrameScanner.HEADER_LENGTH + 1;
        int nameTo = StatementFields.terminator(buffer, nameFrom, to);
        if (nameTo < 0) {
            return malformed(FrontendMessageType.DESCRIBE);
        }
        if (buffer.getByte(nameFrom - 1) != PreparedKind.STATEMENT.code()) {
            server.sent(FrontendMessageType.DESCRIBE, null);
            return Outcome.SEND;
        }
        if (nameTo == nameFrom) {
            return onUnnamed(FrontendMessageType.DESCRIBE, "", true, () -> {
                StatementMessages.describe(prelude.bytes(), PreparedStatement.NOWHERE);
                prelude.keepFrom(to);
            });
        }
        ClientStatements.Name name = books.client().find(StatementFields.name(buffer, nameFrom, nameTo));
        if (books.isOpen(name)) {
            return prelude.waitForAnswers();
        }
        PreparedStatement statement = reading.of(name);
        Effect effect;
        if (name == null || statement == null) {
            effect = unknown(buffer, nameFrom, nameTo);
        } else if (books.isOpen(statement) || sql.isTargetOpen(statement.behaviour())) {
            return prelude.waitForAnswers();
        } else {
            sql.ensureTarget(statement.behaviour());
            prelude.ensure(statement);
            effect = name;
        }
        StatementMessages.describe(prelude.bytes(), statement == null ? PreparedStatement.NOWHERE : statement.name());
        prelude.keepFrom(to);
        server.sent(FrontendMessageType.DESCRIBE, effect);
        return Outcome.SEND;
    }

    private static WrongName unknown(ByteBuf buffer, int nameFrom, int nameTo) {
        return new WrongName(WrongName.Kind.MISSING, StatementFields.told(buffer, nameFrom, nameTo));
    }

    /** A Bind or Describe that refers to the unnamed statement. */
    private Outcome onUnnamed(byte type, String portal, boolean mayWait, Runnable sendToNowhere) {
        boolean open = books.prepared().isUnnamedOpenBefore(books.group());
        if (open && mayWait) {
            return prelude.waitForAnswers();
        }
        UnnamedStatement unnamed = books.client().unnamed();
        if (unnamed == null) {
            // The server may have one of somebody else.
            sendToNowhere.run();
            server.sent(type, UNNAMED);
            return Outcome.SEND;
        }
        if (mayWait && sql.isTargetOpen(unnamed.behaviour())) {
            return prelude.waitForAnswers();
        }
        sql.ensureTarget(unnamed.behaviour());
        if (open || !books.prepared().hasUnnamed(books.client(), unnamed.version())) {
            byte[] definition = unnamed.definition();
            if (definition == null) {
                sendToNowhere.run();
                server.sent(type, UNNAMED);
                return Outcome.SEND;
            }
            StatementMessages.parseUnnamed(prelude.bytes(), definition);
            prelude.hidden(FrontendMessageType.PARSE, unnamed.again(books.prepared(), books.group()));
        }
        if (type == FrontendMessageType.BIND) {
            portals.bound(portal, unnamed.behaviour());
        }
        server.sent(type, null);
        return Outcome.SEND;
    }

    /** A whole Close. */
    Outcome onClose(ByteBuf buffer, int from, int to) {
        int nameFrom = from + FrameScanner.HEADER_LENGTH + 1;
        int nameTo = StatementFields.terminator(buffer, nameFrom, to);
        if (nameTo < 0) {
            return malformed(FrontendMessageType.CLOSE);
        }
        if (buffer.getByte(nameFrom - 1) != PreparedKind.STATEMENT.code()) {
            server.sent(FrontendMessageType.CLOSE, null);
            return Outcome.SEND;
        }
        if (nameTo == nameFrom) {
            if (books.prepared().isUnnamedOpenBefore(books.group())) {
                return prelude.waitForAnswers();
            }
            server.sent(FrontendMessageType.CLOSE, books.closeUnnamed());
            return Outcome.SEND;
        }
        String name = StatementFields.name(buffer, nameFrom, nameTo);
        ClientStatements.Name known = books.client().find(name);
        if (books.isOpen(known)) {
            return prelude.waitForAnswers();
        }
        // The server keeps it: somebody else may use it, or the same client again.
        StatementMessages.close(prelude.bytes(), PreparedKind.STATEMENT, PreparedStatement.NOWHERE);
        prelude.keepFrom(to);
        server.sent(FrontendMessageType.CLOSE, known == null ? null : books.change(name, null));
        return Outcome.SEND;
    }

    /** An Execute, whole or its header. */
    Outcome onExecute(ByteBuf buffer, int from, int to, boolean whole) {
        int nameFrom = from + FrameScanner.HEADER_LENGTH;
        int nameTo = portals.isEmpty() || !whole ? -1 : StatementFields.terminator(buffer, nameFrom, to);
        SqlCommand command = nameTo < 0 ? null : portals.command(StatementFields.name(buffer, nameFrom, nameTo));
        if (command == null) {
            server.sent(FrontendMessageType.EXECUTE, null);
            return Outcome.SEND;
        }
        if (sql.mustWait(command)) {
            return prelude.waitForAnswers();
        }
        server.sent(FrontendMessageType.EXECUTE, sql.execute(command));
        return Outcome.SEND;
    }

    /** PostgreSQL is to say what is wrong with it. */
    private Outcome malformed(byte type) {
        server.sent(type, null);
        return Outcome.SEND;
    }
}

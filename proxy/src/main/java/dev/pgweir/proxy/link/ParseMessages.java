package dev.pgweir.proxy.link;

import dev.pgweir.protocol.FrontendMessageType;
import dev.pgweir.protocol.TransactionStatus;
import dev.pgweir.protocol.frame.FrameScanner;
import dev.pgweir.proxy.link.Preparer.Outcome;
import dev.pgweir.proxy.prepare.Behaviour;
import dev.pgweir.proxy.prepare.ClientStatements;
import dev.pgweir.proxy.prepare.Effects;
import dev.pgweir.proxy.prepare.PreparedStatement;
import dev.pgweir.proxy.prepare.SqlCommand;
import dev.pgweir.proxy.prepare.UnnamedStatement;
import dev.pgweir.proxy.prepare.sql.SqlScan;
import dev.pgweir.proxy.prepare.sql.SqlScanner;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** A client's Parse messages: its statement is prepared under the server's name for it, unless it is there. On its loop. */
final class ParseMessages {
    private final ServerSide server;
    private final RequestQueue requests;
    private final Books books;
    private final Prelude prelude;
    private final Reading reading;
    private final SqlCommands commands;
    private final ParseRewriter sql;
    /** Null if statements are prepared for the client. */
    private final @Nullable PassedStatements passed;

    ParseMessages(
            ServerSide server,
            RequestQueue requests,
            Books books,
            Prelude prelude,
            Reading reading,
            SqlCommands commands,
            ParseRewriter sql,
            @Nullable PassedStatements passed) {
        this.server = server;
        this.requests = requests;
        this.books = books;
        this.prelude = prelude;
        this.reading = reading;
        this.commands = commands;
        this.sql = sql;
        this.passed = passed;
    }

    /** A whole one. */
    Outcome onParse(ByteBuf buffer, int from, int to) {
        int nameFrom = from + FrameScanner.HEADER_LENGTH;
        int nameTo = StatementFields.terminator(buffer, nameFrom, to);
        int textTo = StatementFields.terminator(buffer, nameTo + 1, to);
        if (textTo < 0) {
            // PostgreSQL is to say what is wrong with it.
            server.sent(FrontendMessageType.PARSE, null);
            return Outcome.SEND;
        }
        SqlScan scan = SqlScanner.scan(buffer, nameTo + 1, textTo);
        if (passed != null) {
            passed.onParse(buffer, StatementFields.portal(buffer, nameFrom, nameTo), scan, nameTo + 1, to);
            return Outcome.SEND;
        }
        if (nameTo == nameFrom) {
            return onUnnamed(buffer, scan, nameTo + 1, to);
        }
        return onNamed(buffer, scan, StatementFields.name(buffer, nameFrom, nameTo), nameTo + 1, to);
    }

    /** One that is too long to be kept: it lasts as long as the client has this server. */
    Outcome onLongParse() {
        server.sent(FrontendMessageType.PARSE, unnamed(null, Behaviour.NONE));
        return Outcome.SEND;
    }

    private UnnamedStatement unnamed(byte @Nullable [] definition, Behaviour behaviour) {
        return new UnnamedStatement(books.client(), books.prepared(), definition, behaviour, books.group());
    }

    private Outcome onUnnamed(ByteBuf buffer, SqlScan scan, int from, int to) {
        if (scan.statements().isEmpty()) {
            server.sent(FrontendMessageType.PARSE, unnamed(StatementFields.bytes(buffer, from, to), Behaviour.NONE));
            return Outcome.SEND;
        }
        if (commands.mustWait(scan)) {
            return prelude.waitForAnswers();
        }
        ParseRewriter.Rewritten rewritten = sql.rewrite(buffer, scan, from, to);
        sql.ensureTarget(rewritten.behaviour());
        StatementMessages.parseUnnamed(prelude.bytes(), rewritten.definition());
        prelude.keepFrom(to);
        server.sent(
                FrontendMessageType.PARSE,
                inPlaces(rewritten).add(unnamed(rewritten.definition(), rewritten.behaviour())));
        return Outcome.SEND;
    }

    private Outcome onNamed(ByteBuf buffer, SqlScan scan, String name, int from, int to) {
        ClientStatements.Name known = books.client().find(name);
        if (books.isOpen(known) || commands.mustWait(scan)) {
            return prelude.waitForAnswers();
        }
        ParseRewriter.Rewritten rewritten = scan.statements().isEmpty() ? null : sql.rewrite(buffer, scan, from, to);
        byte[] definition = rewritten == null ? StatementFields.bytes(buffer, from, to) : rewritten.definition();
        PreparedStatement exists = known == null ? null : known.statement();
        if (known != null && exists != null) {
            return parseAgain(known, exists, definition, to);
        }
        books.client().require(definition.length);
        PreparedStatement statement = reading.made(
                PreparedStatement.Kind.PARSE, definition, rewritten == null ? Behaviour.NONE : rewritten.behaviour());
        if (books.isOpen(statement)) {
            return prelude.waitForAnswers();
        }
        books.stats().clientParseCount().increment();
        prelude.keepFrom(to);
        if (books.prepared().has(statement) && requests.isIdle() && server.status() != TransactionStatus.FAILED) {
            // Only an answer is missing, and nothing can make it another one.
            StatementMessages.parseEmpty(prelude.bytes(), "");
            books.prepared().forgetUnnamed();
            server.sent(FrontendMessageType.PARSE, books.change(name, statement));
            return Outcome.SEND;
        }
        sql.ensureTarget(statement.behaviour());
        prelude.makeRoom(statement);
        StatementMessages.parse(prelude.bytes(), statement);
        books.stats().serverParseCount().increment();
        server.sent(
                FrontendMessageType.PARSE,
                inPlaces(rewritten).add(books.change(name, statement)).add(books.preparing(statement)));
        return Outcome.SEND;
    }

    /** An error in the text is told by the places of the client's text. */
    private static Effects inPlaces(ParseRewriter.@Nullable Rewritten rewritten) {
        SqlCommand command = rewritten == null ? null : rewritten.behaviour().command();
        Effects effects = new Effects();
        return command == null ? effects : effects.shifted(command.end(), command.longer());
    }

    /** The name is taken; PostgreSQL says so, after it has looked at the new text. */
    private Outcome parseAgain(ClientStatements.Name name, PreparedStatement exists, byte[] definition, int to) {
        if (books.isOpen(exists)) {
            return prelude.waitForAnswers();
        }
        // Not only if it is believed to be missing: were it missing, the name would get the new text, for everybody.
        PreparedStatement now = reading.again(name, exists);
        prelude.prepare(now);
        StatementMessages.parseHeader(prelude.bytes(), now.name(), definition.length);
        prelude.bytes().writeBytes(definition);
        prelude.keepFrom(to);
        server.sent(FrontendMessageType.PARSE, new WrongName(WrongName.Kind.TAKEN, name.clientName(now.name())));
        return Outcome.SEND;
    }
}

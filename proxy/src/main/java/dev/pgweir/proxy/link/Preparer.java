package dev.pgweir.proxy.link;

import dev.pgweir.protocol.FrontendMessageType;
import dev.pgweir.protocol.ProtocolException;
import dev.pgweir.protocol.message.backend.CommandComplete;
import dev.pgweir.protocol.message.backend.ErrorResponse;
import dev.pgweir.proxy.prepare.ClientStatements;
import dev.pgweir.proxy.prepare.Effects;
import dev.pgweir.proxy.prepare.StatementTable;
import dev.pgweir.proxy.server.SessionParameters;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that what a client's message refers to is prepared on the server it goes to, and puts the server's name for
 * it in the place of the client's. One for each client whose statements are followed; on the client's loop.
 *
 * <p>Every answer that the client gets is one that PostgreSQL gave to a message of this client: where there is nothing to
 * be done, because another client has prepared the same before, a message that does nothing is sent in the place of the
 * client's. So the order of answers and what an error skips is PostgreSQL's own.
 *
 * <p>Usage: {@link #onMessage}, and unless it says {@link Outcome#WAIT} send first {@link #takeBefore}, then of the
 * client's message what is from {@link #keepFrom} on.
 */
public final class Preparer {
    /** What is to be done with a message. */
    public enum Outcome {
        /** It is sent, what belongs before it first. */
        SEND,
        /** It needs to know what becomes of an earlier group; ask again after the next answers. */
        WAIT
    }

    /**
     * Names of statements and portals of a Bind that is longer than a read buffer. PostgreSQL sets no limit; a name longer
     * than this would be longer than any driver's statement.
     */
    public static final int MAX_NAMES = 64 * 1024;

    private final ServerSide server;
    private final FollowedSettings settings;
    private final Books books;
    private final Prelude prelude;
    private final Reading reading;
    private final SqlCommands commands;
    private final QueryRewriter queries;
    private final ParseMessages parses;
    private final StatementUses uses;
    private final boolean passes;

    /**
     * @param wanted the client's settings: the same text read by other settings is another statement
     * @param limit setting {@code max_prepared_statements}: how many a server may have; with 0 the client's statements pass as
     *     they are, and only its settings are followed
     */
    Preparer(
            ServerSide server,
            RequestQueue requests,
            FollowedSettings settings,
            StatementTable table,
            SessionParameters wanted,
            int limit) {
        this.server = server;
        this.settings = settings;
        this.passes = limit == 0;
        this.books = new Books(server, requests);
        this.prelude = new Prelude(server, books, limit);
        this.reading = new Reading(books, table, wanted);
        this.commands = new SqlCommands(server, requests, settings, books, passes);
        Portals portals = new Portals(server, requests, settings, reading);
        ParseRewriter sql = new ParseRewriter(server.alloc(), books, prelude, reading, commands);
        PassedStatements passed = passes ? new PassedStatements(server, sql, portals) : null;
        this.queries = new QueryRewriter(server, requests, books, prelude, reading, portals, commands);
        this.parses = new ParseMessages(server, requests, books, prelude, reading, commands, sql, passed);
        this.uses = new StatementUses(server, books, prelude, reading, portals, sql, passed);
    }

    /** Another {@code max_prepared_statements}, from the next statement on; whether any are prepared stays as it is. */
    public void limit(int statements) {
        if (statements > 0) {
            prelude.limit(statements);
        }
    }

    /** Whether the client's statements are passed on as they come. */
    public boolean passes() {
        return passes;
    }

    /** Gives back what was not sent. */
    public void release() {
        prelude.release();
    }

    /** The client's own names. */
    public ClientStatements client() {
        return books.client();
    }

    /** How its texts are read. */
    Reading reading() {
        return reading;
    }

    // ---- messages ----

    /**
     * The answer to a query that needs no server, or null: see {@link QueryRewriter#answerAlone}.
     *
     * @param buffer has the whole message at from…to
     */
    public @Nullable CommandComplete answerAlone(ByteBuf buffer, int from, int to) {
        return passes ? null : queries.answerAlone(buffer, from, to);
    }

    /**
     * Looks at a message of the types P, B, D, C, E and Q that is about to be sent, and enters it in the queue.
     *
     * @param buffer has the whole message at from…to, or of one that is too long for that the header
     */
    public Outcome onMessage(byte type, ByteBuf buffer, int from, int to, boolean whole) {
        prelude.begin(from);
        if (isHeld()) {
            return prelude.waitForAnswers();
        }
        return switch (type) {
            case FrontendMessageType.QUERY -> whole ? queries.onQuery(buffer, from, to) : queries.sent(null);
            case FrontendMessageType.EXECUTE -> uses.onExecute(buffer, from, to, whole);
            case FrontendMessageType.PARSE -> whole ? parses.onParse(buffer, from, to) : parses.onLongParse();
            case FrontendMessageType.BIND -> uses.onBind(buffer, from, to, true);
            case FrontendMessageType.DESCRIBE, FrontendMessageType.CLOSE -> {
                if (passes) {
                    server.sent(type, null);
                    yield Outcome.SEND;
                }
                if (!whole) {
                    throw tooLong(type);
                }
                yield type == FrontendMessageType.DESCRIBE
                        ? uses.onDescribe(buffer, from, to)
                        : uses.onClose(buffer, from, to);
            }
            default -> throw new IllegalArgumentException(FrontendMessageType.name(type));
        };
    }

    private static ProtocolException tooLong(byte type) {
        return ProtocolException.violation("the message " + FrontendMessageType.name(type)
                + " is too long: a statement's name may have " + MAX_NAMES + " bytes");
    }

    /**
     * Enters a Bind that is too long to be looked at as a whole. It cannot wait, so what is uncertain is prepared anew.
     *
     * @param names the header and the two names
     */
    public void onLongBind(ByteBuf names) {
        prelude.begin(0);
        uses.onBind(names, 0, names.writerIndex(), false);
        if (prelude.keepFrom() == 0) {
            // Nothing was to be changed.
            prelude.bytes().writeBytes(names, 0, names.writerIndex());
        }
    }

    /** What has to be sent before the message, or null. The caller owns it. */
    public @Nullable ByteBuf takeBefore() {
        return prelude.take();
    }

    /** Where in the buffer the part of the message begins that is sent; its end if nothing of it is. */
    public int keepFrom() {
        return prelude.keepFrom();
    }

    // ---- waiting ----

    /** Whether the next request has to wait for answers, whatever it is. */
    public boolean isHeld() {
        // It may have to meet another value of a setting than the server has.
        return settings.isAsking() || commands.isHolding();
    }

    /**
     * Whether the next message, of any type, has to wait: messages of PgWeir's own were sent before a simple query. If one
     * of them fails PostgreSQL skips whatever comes up to a Sync, of which the client knows nothing.
     */
    public boolean isBlocked() {
        return queries.isBlocking();
    }

    // ---- answers ----

    /** The answer to a query has begun, or something else was sent behind it: it is not sent once more. */
    void answered() {
        queries.answered();
    }

    /** See {@link QueryRewriter#executeAgain}. */
    boolean executeAgain(ErrorResponse error, Effects failed, Runnable beforeAgain) {
        return queries.executeAgain(error, failed, beforeAgain);
    }

    /** The server is another's: nothing of what was sent is open, and nothing waits for it. */
    void left() {
        reading.left();
        queries.left();
        commands.left();
    }
}

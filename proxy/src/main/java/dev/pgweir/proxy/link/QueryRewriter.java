package dev.pgweir.proxy.link;

import dev.pgweir.protocol.FrontendMessageType;
import dev.pgweir.protocol.frame.FrameScanner;
import dev.pgweir.protocol.message.backend.CommandComplete;
import dev.pgweir.protocol.message.backend.ErrorResponse;
import dev.pgweir.proxy.prepare.ClientStatements;
import dev.pgweir.proxy.prepare.Effects;
import dev.pgweir.proxy.prepare.PreparedStatement;
import dev.pgweir.proxy.prepare.sql.SessionStatement;
import dev.pgweir.proxy.prepare.sql.SqlScan;
import dev.pgweir.proxy.prepare.sql.SqlScanner;
import io.netty.buffer.ByteBuf;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Simple queries. Where one has commands about prepared statements, by which drivers and people get at those that the extended
 * protocol makes, and the other way round, the server's names take the place of the client's. On the client's loop.
 */
final class QueryRewriter {
    private final ServerSide server;
    private final RequestQueue requests;
    private final Books books;
    private final Prelude prelude;
    private final Reading reading;
    private final Portals portals;
    private final SqlCommands commands;
    private final ExecuteRepair repair = new ExecuteRepair();
    /** A query went out behind messages of PgWeir's own. */
    private boolean blocking;

    QueryRewriter(
            ServerSide server,
            RequestQueue requests,
            Books books,
            Prelude prelude,
            Reading reading,
            Portals portals,
            SqlCommands commands) {
        this.server = server;
        this.requests = requests;
        this.books = books;
        this.prelude = prelude;
        this.reading = reading;
        this.portals = portals;
        this.commands = commands;
    }

    /** See {@link Preparer#isBlocked}. */
    boolean isBlocking() {
        blocking = blocking && requests.hasOwn();
        return blocking;
    }

    /** The server is another's. */
    void left() {
        blocking = false;
        repair.forget();
    }

    /** A whole Query. */
    Preparer.Outcome onQuery(ByteBuf buffer, int from, int to) {
        int textFrom = from + FrameScanner.HEADER_LENGTH;
        int textTo = Math.max(textFrom, to - 1);
        SqlScan scan = SqlScanner.scan(buffer, textFrom, textTo);
        if (scan.statements().isEmpty()) {
            return sent(null);
        }
        if (commands.mustWait(scan)) {
            return prelude.waitForAnswers();
        }
        if (scan.statements().stream().allMatch(it -> it.kind() == SessionStatement.Kind.READING)) {
            reading.changes();
            return sent(null);
        }
        commands.requireRoom(scan);
        boolean alone = server.isFirstOutsideTransaction();
        repair.forget();
        Effects effects = new Effects();
        prelude.needs(needed(scan));
        ByteBuf text = server.alloc().buffer(to - from + 64);
        try {
            if (rewrite(buffer, textFrom, textTo, scan, effects, text)) {
                prelude.keepFrom(to);
                writeQuery(text);
                boolean single = scan.single() && effects.executed().size() == 1;
                if (alone && single && to - from < ExecuteRepair.MAX_BYTES) {
                    repair.sent(effects, effects.executed().get(0), lastQuery(text.readableBytes()));
                }
            }
        } finally {
            text.release();
            prelude.needsNoMore();
        }
        effects.by("");
        return sent(effects);
    }

    /**
     * Writes the text with other names.
     *
     * @return false if it is the same
     */
    private boolean rewrite(ByteBuf buffer, int textFrom, int textTo, SqlScan scan, Effects effects, ByteBuf text) {
        int written = textFrom;
        int helpers = 0;
        // Counted as it grows: a text may have thousands of statements.
        int end = 0;
        int clientEnd = 0;
        for (SessionStatement statement : scan.statements()) {
            String tag = SqlText.tag(buffer, statement);
            if (tag != null) {
                effects.by(tag);
            }
            String sent = sentName(buffer, statement, effects, helpers++);
            if (sent != null) {
                int counted = text.writerIndex();
                clientEnd += SqlText.characters(buffer, written, statement.nameTo());
                text.writeBytes(buffer, written, statement.nameFrom() - written);
                StatementMessages.ascii(text, '"' + sent + '"');
                written = statement.nameTo();
                end += SqlText.characters(text, counted, text.writerIndex());
                effects.shifted(end, end - clientEnd);
                effects.named(sent, statement.name());
            }
        }
        if (written > textFrom) {
            text.writeBytes(buffer, written, textTo - written);
        }
        return written > textFrom;
    }

    private void writeQuery(ByteBuf text) {
        prelude.bytes()
                .writeByte(FrontendMessageType.QUERY)
                .writeInt(Integer.BYTES + text.readableBytes() + 1)
                .writeBytes(text, text.readerIndex(), text.readableBytes())
                .writeByte(0);
    }

    /** The whole message, as it was just written. */
    private byte[] lastQuery(int textLength) {
        ByteBuf out = prelude.bytes();
        int length = textLength + FrameScanner.HEADER_LENGTH + 1;
        return StatementFields.bytes(out, out.writerIndex() - length, out.writerIndex());
    }

    /** Enters a simple query. It ends the unnamed statement, as PostgreSQL documents. */
    Preparer.Outcome sent(@Nullable Effects effects) {
        if (requests.isUnsynced() || (books.client().mayHaveUnnamed() && !requests.hasOnlyInternal())) {
            // PostgreSQL skips it after an error, even behind another query.
            Effects all = effects == null ? new Effects() : effects;
            server.sent(FrontendMessageType.QUERY, all.add(books.closeUnnamed()));
        } else {
            books.client().forgetUnnamed();
            books.prepared().forgetUnnamed();
            server.sent(FrontendMessageType.QUERY, effects);
        }
        blocking |= prelude.hasOwn();
        return Preparer.Outcome.SEND;
    }

    /** An answer to the query has begun, or another message was sent. */
    void answered() {
        repair.forget();
    }

    /**
     * A query has failed. If preparing its statement anew mends that, it is put into what is to be sent, with the query behind
     * it.
     *
     * @param beforeAgain called first, if it is
     * @return whether it is
     */
    boolean executeAgain(ErrorResponse error, Effects failed, Runnable beforeAgain) {
        PreparedStatement lost = repair.lostBy(error, failed);
        if (lost == null || !reading.isAlike(lost)) {
            return false;
        }
        beforeAgain.run();
        books.prepared().lost(lost);
        if (ExecuteRepair.isChanged(error)) {
            reading.retire(lost);
        }
        prelude.ensureForQuery(lost);
        prelude.bytes().writeBytes(repair.query());
        repair.forget();
        sent(failed);
        return true;
    }

    /** What the names in the query mean before it. */
    private Set<PreparedStatement> needed(SqlScan scan) {
        Set<PreparedStatement> needed = new HashSet<>();
        for (SessionStatement statement : scan.statements()) {
            if (statement.kind() == SessionStatement.Kind.PREPARE
                    || statement.kind() == SessionStatement.Kind.EXECUTE) {
                ClientStatements.Name name = books.client().find(statement.name());
                PreparedStatement known = name == null ? null : name.statement();
                if (known != null) {
                    needed.add(known);
                }
            }
        }
        return needed;
    }

    /** What takes the place of the client's name, or null. */
    private @Nullable String sentName(ByteBuf buffer, SessionStatement statement, Effects effects, int number) {
        if (commands.passes(statement)) {
            return null;
        }
        PreparedStatement known = reading.of(books.client().find(statement.name()));
        return switch (statement.kind()) {
            case PREPARE -> known == null ? prepare(buffer, statement, effects) : prepareAgain(known);
            case EXECUTE -> known == null ? unknown(number) : execute(known, effects);
            case DEALLOCATE -> {
                if (known == null) {
                    yield unknown(number);
                }
                effects.add(books.change(statement.name(), null));
                String helper = SqlCommands.HELPER + number;
                prelude.emptyStatement(helper);
                yield helper;
            }
            case DEALLOCATE_ALL -> {
                effects.add(commands.deallocatingAll());
                yield null;
            }
            case DISCARD_ALL -> {
                effects.add(commands.discardingAll()).resetting("");
                yield null;
            }
            case RESET_ALL -> {
                portals.touched(List.of(""));
                commands.resetting("", effects);
                yield null;
            }
            case READING -> {
                reading.changes();
                yield null;
            }
            case SET -> {
                portals.touched(List.of(statement.name()));
                if (SqlText.isReset(buffer, statement)) {
                    commands.resetting(statement.name(), effects);
                } else if (effects.resets().contains("")) {
                    effects.resets().clear();
                } else {
                    effects.resets().remove(statement.name());
                }
                yield null;
            }
        };
    }

    private static String unknown(int number) {
        return PreparedStatement.PREFIX + "X" + number;
    }

    /** The name is taken, as PostgreSQL will say of the one that takes its place. */
    private String prepareAgain(PreparedStatement known) {
        prelude.ensureForQuery(known);
        return known.name();
    }

    private String prepare(ByteBuf buffer, SessionStatement statement, Effects effects) {
        byte[] definition = SqlText.definition(buffer, statement);
        PreparedStatement made =
                reading.made(PreparedStatement.Kind.SQL, definition, SqlText.behaviour(buffer, statement));
        if (prelude.isNeeded(made)) {
            // It cannot be closed before the query, to be made in it.
            made = reading.unshared(PreparedStatement.Kind.SQL, definition, SqlText.behaviour(buffer, statement));
        }
        prelude.alsoNeeds(made);
        prelude.makeRoom(made);
        books.stats().clientParseCount().increment();
        books.stats().serverParseCount().increment();
        effects.add(books.change(statement.name(), made)).add(books.preparing(made));
        return made.name();
    }

    private String execute(PreparedStatement known, Effects effects) {
        prelude.ensureForQuery(known);
        effects.executing(known);
        known.uses().increment();
        books.stats().bindCount().increment();
        portals.executed(known.behaviour());
        return known.name();
    }

    /**
     * The answer to a query that needs no server because it only takes back what other servers were told: a single
     * DEALLOCATE or DISCARD ALL outside of a transaction.
     *
     * @return null if PostgreSQL has to answer it
     */
    @Nullable
    CommandComplete answerAlone(ByteBuf buffer, int from, int to) {
        int textFrom = from + FrameScanner.HEADER_LENGTH;
        SqlScan scan = SqlScanner.scan(buffer, textFrom, Math.max(textFrom, to - 1));
        if (scan.statements().size() != 1 || !scan.single()) {
            return null;
        }
        SessionStatement statement = scan.statements().get(0);
        switch (statement.kind()) {
            case DEALLOCATE -> {
                if (books.client().find(statement.name()) == null) {
                    return null;
                }
                books.client().change(statement.name(), null, 0).done();
                books.client().forgetUnnamed();
                return new CommandComplete("DEALLOCATE");
            }
            case DEALLOCATE_ALL -> {
                books.client().clear();
                books.client().forgetUnnamed();
                return new CommandComplete("DEALLOCATE ALL");
            }
            case DISCARD_ALL -> {
                commands.discardAlone();
                return new CommandComplete("DISCARD ALL");
            }
            default -> {
                return null;
            }
        }
    }
}

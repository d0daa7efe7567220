package dev.pgweir.proxy.link;

import dev.pgweir.protocol.FrontendMessageType;
import dev.pgweir.protocol.frame.FrameScanner;
import dev.pgweir.protocol.message.backend.CommandComplete;
import dev.pgweir.protocol.message.backend.ErrorResponse;
import dev.pgweir.proxy.prepare.Behaviour;
import dev.pgweir.proxy.prepare.ClientStatements;
import dev.pgweir.proxy.prepare.Effect;
import dev.pgweir.proxy.prepare.Effects;
import dev.pgweir.proxy.prepare.PreparedStatement;
import dev.pgweir.proxy.prepare.SqlCommand;
import dev.pgweir.proxy.prepare.sql.SessionStatement;
import dev.pgweir.proxy.prepare.sql.SqlScan;
import dev.pgweir.proxy.prepare.sql.SqlScanner;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The SQL commands PREPARE, EXECUTE, DEALLOCATE and DISCARD, by which drivers and people get at the statements that the
 * extended protocol makes, and the other way round: the server's names take the place of the client's.
 *
 * <p>DEALLOCATE of one statement must leave it on the server, where others use it; so it is made to deallocate a helper
 * that was put there for that alone. DEALLOCATE ALL and DISCARD ALL are executed as they are, and the server's book is
 * empty then.
 */
final class SqlRewriter {
    /** A text for Parse. */
    static final class Rewritten {
        private final byte[] definition;
        private final Behaviour behaviour;

        Rewritten(byte[] definition, Behaviour behaviour) {
            this.definition = definition;
            this.behaviour = behaviour;
        }

        /** What follows the name there. */
        byte[] definition() {
            return definition;
        }

        Behaviour behaviour() {
            return behaviour;
        }
    }

    private static final String HELPER = PreparedStatement.PREFIX + "D";

    private final Preparer preparer;
    private final ExecuteRepair repair = new ExecuteRepair();

    SqlRewriter(Preparer preparer) {
        this.preparer = preparer;
    }

    // ---- the simple protocol ----

    Preparer.Outcome onQuery(ByteBuf buffer, int from, int to) {
        int textFrom = from + FrameScanner.HEADER_LENGTH;
        int textTo = Math.max(textFrom, to - 1);
        SqlScan scan = SqlScanner.scan(buffer, textFrom, textTo);
        if (scan.statements().isEmpty()) {
            return preparer.query(null);
        }
        if (mustWait(scan)) {
            return preparer.waitForAnswers();
        }
        if (scan.statements().stream().allMatch(it -> it.kind() == SessionStatement.Kind.READING)) {
            preparer.readsOtherwise();
            return preparer.query(null);
        }
        requireRoom(scan);
        boolean alone = preparer.isFirstOutsideTransaction();
        repair.forget();
        Effects effects = new Effects();
        preparer.needs(needed(scan));
        ByteBuf text = preparer.alloc().buffer(to - from + 64);
        try {
            int written = textFrom;
            int helpers = 0;
            // Counted as it grows: a text may have thousands of statements.
            int end = 0;
            int clientEnd = 0;
            for (SessionStatement statement : scan.statements()) {
                String tag = tag(buffer, statement);
                if (tag != null) {
                    effects.by(tag);
                }
                String sent = forQuery(buffer, statement, effects, helpers++);
                if (sent != null) {
                    int counted = text.writerIndex();
                    clientEnd += characters(buffer, written, statement.nameTo());
                    text.writeBytes(buffer, written, statement.nameFrom() - written);
                    StatementMessages.ascii(text, '"' + sent + '"');
                    written = statement.nameTo();
                    end += characters(text, counted, text.writerIndex());
                    effects.shifted(end, end - clientEnd);
                    effects.named(sent, statement.name());
                }
            }
            if (written > textFrom) {
                text.writeBytes(buffer, written, textTo - written);
                ByteBuf out = preparer.before();
                out.writeByte(FrontendMessageType.QUERY)
                        .writeInt(Integer.BYTES + text.readableBytes() + 1)
                        .writeBytes(text, text.readerIndex(), text.readableBytes())
                        .writeByte(0);
                preparer.keepNothing(to);
                if (alone && scan.single() && effects.executed().size() == 1 && to - from < ExecuteRepair.MAX_BYTES) {
                    int length = text.readableBytes() + FrameScanner.HEADER_LENGTH + 1;
                    repair.sent(
                            effects,
                            effects.executed().get(0),
                            Preparer.bytes(out, out.writerIndex() - length, out.writerIndex()));
                }
            }
        } finally {
            text.release();
            preparer.needsNoMore();
        }
        effects.by("");
        return preparer.query(effects);
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
        if (lost == null || !preparer.readsAlike(lost)) {
            return false;
        }
        beforeAgain.run();
        preparer.prepared().lost(lost);
        if (ExecuteRepair.isChanged(error)) {
            preparer.table().retire(lost);
        }
        ensureForQuery(lost);
        preparer.before().writeBytes(repair.query());
        repair.forget();
        preparer.query(failed);
        return true;
    }

    /** Before anything is sent for any of them. */
    private void requireRoom(SqlScan scan) {
        int length = 0;
        for (SessionStatement statement : scan.statements()) {
            if (statement.kind() == SessionStatement.Kind.PREPARE && !preparer.passes()) {
                length += statement.to() - statement.nameTo();
                preparer.client().require(length);
            }
        }
    }

    /** What the names in the query mean before it. */
    private Set<PreparedStatement> needed(SqlScan scan) {
        Set<PreparedStatement> needed = new HashSet<>();
        for (SessionStatement statement : scan.statements()) {
            if (statement.kind() == SessionStatement.Kind.PREPARE
                    || statement.kind() == SessionStatement.Kind.EXECUTE) {
                ClientStatements.Name name = preparer.client().find(statement.name());
                PreparedStatement known = name == null ? null : name.statement();
                if (known != null) {
                    needed.add(known);
                }
            }
        }
        return needed;
    }

    /** By which CommandComplete says that its effects have happened; null if it has none. */
    private static @Nullable String tag(ByteBuf buffer, SessionStatement statement) {
        return switch (statement.kind()) {
            case PREPARE -> "PREPARE";
            case DEALLOCATE -> "DEALLOCATE";
            case DEALLOCATE_ALL -> "DEALLOCATE ALL";
            case DISCARD_ALL -> "DISCARD ALL";
            case RESET_ALL -> "RESET";
            case SET -> {
                boolean reset = (buffer.getByte(statement.from()) | 0x20) == 'r';
                yield reset ? "RESET" : isReset(buffer, statement) ? "SET" : null;
            }
            case EXECUTE, READING -> null;
        };
    }

    /** In UTF-8 or an encoding of single bytes without such; elsewhere an error's position is a little off. */
    private static int characters(ByteBuf text, int from, int to) {
        int count = 0;
        for (int i = from; i < to; i++) {
            count += (text.getByte(i) & 0xc0) == 0x80 ? 0 : 1;
        }
        return count;
    }

    /** What takes the place of the client's name, or null. */
    private @Nullable String forQuery(ByteBuf buffer, SessionStatement statement, Effects effects, int number) {
        if (preparer.passes() && isAboutStatements(statement)) {
            return null;
        }
        ClientStatements.Name name = preparer.client().find(statement.name());
        PreparedStatement known = preparer.statementOf(name);
        return switch (statement.kind()) {
            case PREPARE -> {
                if (known != null) {
                    ensureForQuery(known);
                    yield known.name();
                }
                PreparedStatement made = bySql(buffer, statement);
                if (preparer.isNeeded(made)) {
                    // It cannot be closed before the query, to be made in it.
                    made = preparer.table()
                            .unshared(
                                    PreparedStatement.Kind.SQL,
                                    definition(buffer, statement),
                                    behaviour(buffer, statement));
                }
                preparer.alsoNeeds(made);
                preparer.makeRoom(made);
                preparer.stats().clientParseCount().increment();
                preparer.stats().serverParseCount().increment();
                effects.add(preparer.client().change(statement.name(), made, preparer.group()))
                        .add(preparer.prepared().preparing(made, preparer.group()));
                yield made.name();
            }
            case EXECUTE -> {
                if (known == null) {
                    yield PreparedStatement.PREFIX + "X" + number;
                }
                ensureForQuery(known);
                effects.executing(known);
                known.uses().increment();
                preparer.stats().bindCount().increment();
                preparer.executed(known.behaviour());
                yield known.name();
            }
            case DEALLOCATE -> {
                if (known == null) {
                    yield PreparedStatement.PREFIX + "X" + number;
                }
                effects.add(preparer.client().change(statement.name(), null, preparer.group()));
                yield helper(HELPER + number);
            }
            case DEALLOCATE_ALL -> {
                effects.add(everything(statement.kind()));
                yield null;
            }
            case DISCARD_ALL -> {
                effects.add(everything(statement.kind())).resetting("");
                yield null;
            }
            case RESET_ALL -> {
                preparer.touched(List.of(""));
                reset("", effects);
                yield null;
            }
            case READING -> {
                preparer.readsOtherwise();
                yield null;
            }
            case SET -> {
                preparer.touched(List.of(statement.name()));
                if (isReset(buffer, statement)) {
                    reset(statement.name(), effects);
                } else if (effects.resets().contains("")) {
                    effects.resets().clear();
                } else {
                    effects.resets().remove(statement.name());
                }
                yield null;
            }
        };
    }

    private static boolean isAboutStatements(SessionStatement statement) {
        return switch (statement.kind()) {
            case PREPARE, EXECUTE, DEALLOCATE, DEALLOCATE_ALL -> true;
            case DISCARD_ALL, SET, RESET_ALL, READING -> false;
        };
    }

    /** A statement that is there to be deallocated. */
    private String helper(String name) {
        preparer.dropStatement(name);
        StatementMessages.parseEmpty(preparer.before(), name);
        preparer.hidden(FrontendMessageType.PARSE, Effects.NONE);
        return name;
    }

    /** In a query of its own: after an error in the extended protocol the client's would be skipped. */
    private void ensureForQuery(PreparedStatement statement) {
        if (statement.kind() == PreparedStatement.Kind.PARSE
                || preparer.prepared().has(statement)) {
            preparer.ensure(statement);
            return;
        }
        preparer.makeRoom(statement);
        preparer.stats().serverParseCount().increment();
        ByteBuf out = preparer.before();
        out.writeByte(FrontendMessageType.QUERY)
                .writeInt(Integer.BYTES + StatementMessages.sqlPrepareLength(statement) + 1);
        StatementMessages.sqlPrepare(out, statement);
        out.writeByte(0);
        preparer.hiddenQuery(preparer.prepared().preparing(statement, preparer.group()));
    }

    private PreparedStatement bySql(ByteBuf buffer, SessionStatement statement) {
        return preparer.made(PreparedStatement.Kind.SQL, definition(buffer, statement), behaviour(buffer, statement));
    }

    /** Of what a PREPARE prepares. */
    private static Behaviour behaviour(ByteBuf buffer, SessionStatement prepare) {
        List<SessionStatement> calls = SqlScanner.calls(buffer, prepare.nameTo(), prepare.to());
        return calls.isEmpty()
                ? Behaviour.NONE
                : new Behaviour(Preparer.settings(calls), null, Preparer.isReadOtherwiseAfter(calls));
    }

    private static byte[] definition(ByteBuf buffer, SessionStatement statement) {
        return Preparer.bytes(buffer, statement.nameTo(), statement.to());
    }

    /** Whether something that the statements refer to depends on answers to come. */
    boolean mustWait(SqlScan scan) {
        boolean looked = false;
        for (SessionStatement statement : scan.statements()) {
            switch (statement.kind()) {
                case PREPARE, EXECUTE, DEALLOCATE -> {
                    ClientStatements.Name name = preparer.client().find(statement.name());
                    if (name != null && (preparer.isOpen(name) || preparer.isOpen(name.statement()))) {
                        return true;
                    }
                }
                case DEALLOCATE_ALL, DISCARD_ALL -> {
                    if (!looked && isAnythingOpen()) {
                        return true;
                    }
                    looked = true;
                }
                case RESET_ALL, SET, READING -> {}
            }
        }
        return false;
    }

    /** Whether it is not known yet what there is to deallocate. */
    boolean isAnythingOpen() {
        return preparer.client().isOpenBefore(preparer.group())
                || preparer.prepared().isOpenBefore(preparer.group());
    }

    /** What comes behind it has to wait, since all that is known is over if it succeeds, and nothing if it does not. */
    private Effect everything(SessionStatement.Kind kind) {
        preparer.holdNext();
        Effects all = new Effects();
        all.add(preparer.client().clearing());
        preparer.prepared().all().forEach(it -> all.add(preparer.prepared().closing(it, preparer.group())));
        return all.add(new Effect() {
            @Override
            public void done() {
                if (kind == SessionStatement.Kind.DISCARD_ALL) {
                    preparer.wasReset(Set.of(""), true);
                }
            }

            @Override
            public void failed() {}

            @Override
            public void skipped() {}
        });
    }

    /** To the client the default is what it asked for at its login, of which the server knows nothing. */
    private void reset(String name, Effects effects) {
        preparer.holdNext();
        effects.resetting(name).add(new Effect() {
            @Override
            public void done() {
                preparer.wasReset(effects.resets(), false);
            }

            @Override
            public void failed() {}

            @Override
            public void skipped() {}
        });
    }

    /** RESET, or SET … TO DEFAULT. */
    private static boolean isReset(ByteBuf buffer, SessionStatement statement) {
        return (buffer.getByte(statement.from()) | 0x20) == 'r' || endsWithDefault(buffer, statement);
    }

    private static boolean endsWithDefault(ByteBuf buffer, SessionStatement statement) {
        String word = "default";
        int at = statement.to() - word.length();
        if (at <= statement.from() || isNamePart(buffer.getByte(at - 1))) {
            return false;
        }
        for (int i = 0; i < word.length(); i++) {
            if ((buffer.getByte(at + i) | 0x20) != word.charAt(i)) {
                return false;
            }
        }
        // An UPDATE may call set_config and end like this as well.
        return (buffer.getByte(statement.from()) | 0x20) == 's';
    }

    private static boolean isNamePart(byte value) {
        return value < 0 || value == '_' || value == '$' || Character.isLetterOrDigit(value);
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
                ClientStatements.Name name = preparer.client().find(statement.name());
                if (name == null) {
                    return null;
                }
                preparer.client().change(statement.name(), null, 0).done();
                preparer.client().forgetUnnamed();
                return new CommandComplete("DEALLOCATE");
            }
            case DEALLOCATE_ALL -> {
                preparer.client().clear();
                preparer.client().forgetUnnamed();
                return new CommandComplete("DEALLOCATE ALL");
            }
            case DISCARD_ALL -> {
                preparer.client().clear();
                preparer.client().forgetUnnamed();
                preparer.wasReset(Set.of(""), true);
                return new CommandComplete("DISCARD ALL");
            }
            default -> {
                return null;
            }
        }
    }

    // ---- the extended protocol ----

    /** The text of a Parse that is one of the commands, with the server's name in it; what it does is done by Execute. */
    Rewritten rewriteForParse(ByteBuf buffer, SqlScan scan, int from, int to) {
        requireRoom(scan);
        List<String> touches = Preparer.settings(scan.statements());
        // A Parse takes one statement only; PostgreSQL refuses others.
        SessionStatement statement = scan.statements().get(0);
        if (preparer.passes() && isAboutStatements(statement)) {
            return new Rewritten(Preparer.bytes(buffer, from, to), Behaviour.NONE);
        }
        ClientStatements.Name name = preparer.client().find(statement.name());
        PreparedStatement known = preparer.statementOf(name);
        return switch (statement.kind()) {
            case SET, RESET_ALL -> {
                boolean reset = statement.kind() != SessionStatement.Kind.SET || isReset(buffer, statement);
                yield new Rewritten(
                        Preparer.bytes(buffer, from, to),
                        new Behaviour(
                                touches,
                                reset ? new SqlCommand(SqlCommand.Kind.RESET, statement.name(), 0, 0, null) : null,
                                Preparer.isReadOtherwiseAfter(scan.statements())));
            }
            case READING -> new Rewritten(Preparer.bytes(buffer, from, to), new Behaviour(touches, null, true));
            case DEALLOCATE_ALL, DISCARD_ALL ->
                new Rewritten(
                        Preparer.bytes(buffer, from, to),
                        new Behaviour(List.of(), new SqlCommand(kind(statement.kind()), "", 0, 0, null), false));
            case PREPARE -> {
                PreparedStatement made = known != null ? known : bySql(buffer, statement);
                yield rewritten(buffer, statement, from, to, made.name(), made);
            }
            case EXECUTE ->
                rewritten(buffer, statement, from, to, known == null ? PreparedStatement.NOWHERE : known.name(), known);
            case DEALLOCATE -> rewritten(buffer, statement, from, to, HELPER, null);
        };
    }

    private Rewritten rewritten(
            ByteBuf buffer,
            SessionStatement statement,
            int from,
            int to,
            String sent,
            @Nullable PreparedStatement target) {
        ByteBuf text = preparer.alloc().buffer(to - from + 64);
        try {
            text.writeBytes(buffer, from, statement.nameFrom() - from);
            StatementMessages.ascii(text, '"' + sent + '"');
            int end = characters(text, 0, text.writerIndex());
            int longer = end - characters(buffer, from, statement.nameTo());
            text.writeBytes(buffer, statement.nameTo(), to - statement.nameTo());
            List<String> touches = target == null || statement.kind() != SessionStatement.Kind.EXECUTE
                    ? List.of()
                    : target.behaviour().touches();
            return new Rewritten(
                    ByteBufUtil.getBytes(text),
                    new Behaviour(
                            touches,
                            new SqlCommand(kind(statement.kind()), statement.name(), end, longer, target),
                            target != null && target.behaviour().reads()));
        } finally {
            text.release();
        }
    }

    private static SqlCommand.Kind kind(SessionStatement.Kind kind) {
        return SqlCommand.Kind.valueOf(kind.name());
    }

    /** What is to be there before such a command is executed, and what it does when it has been. */
    Effect execute(SqlCommand command) {
        Effects effects = new Effects();
        PreparedStatement target = command.target();
        switch (command.kind()) {
            case PREPARE -> {
                ClientStatements.Name name = preparer.client().find(command.name());
                if (target != null && (name == null || name.statement() == null)) {
                    preparer.makeRoom(target);
                    preparer.stats().serverParseCount().increment();
                    effects.add(preparer.client().change(command.name(), target, preparer.group()))
                            .add(preparer.prepared().preparing(target, preparer.group()));
                } else if (target != null) {
                    // The name is taken, as PostgreSQL will say of the one that takes its place.
                    preparer.ensure(target);
                }
            }
            case EXECUTE -> {
                if (target != null) {
                    preparer.ensure(target);
                    effects.executing(target);
                    target.uses().increment();
                    preparer.stats().bindCount().increment();
                }
            }
            case DEALLOCATE -> {
                ClientStatements.Name known = preparer.client().find(command.name());
                if (known != null && known.statement() != null) {
                    helper(HELPER);
                    effects.add(preparer.client().change(command.name(), null, preparer.group()));
                } else {
                    preparer.dropStatement(HELPER);
                }
                effects.named(HELPER, command.name());
            }
            case DEALLOCATE_ALL -> effects.add(everything(SessionStatement.Kind.DEALLOCATE_ALL));
            case DISCARD_ALL ->
                effects.add(everything(SessionStatement.Kind.DISCARD_ALL)).resetting("");
            case RESET -> reset(command.name(), effects);
        }
        if (target != null) {
            effects.named(target.name(), command.name());
        }
        return effects.named(PreparedStatement.NOWHERE, command.name()).shifted(command.end(), command.longer());
    }
}

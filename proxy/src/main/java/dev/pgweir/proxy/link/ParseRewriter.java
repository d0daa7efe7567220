package dev.pgweir.proxy.link;

import dev.pgweir.proxy.prepare.Behaviour;
import dev.pgweir.proxy.prepare.ClientStatements;
import dev.pgweir.proxy.prepare.Effect;
import dev.pgweir.proxy.prepare.Effects;
import dev.pgweir.proxy.prepare.PreparedStatement;
import dev.pgweir.proxy.prepare.SqlCommand;
import dev.pgweir.proxy.prepare.sql.SessionStatement;
import dev.pgweir.proxy.prepare.sql.SqlScan;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The SQL commands PREPARE, EXECUTE, DEALLOCATE and DISCARD where they come by the extended protocol: their text is parsed
 * with the server's names in it, and what they do is done when they are executed. On the client's loop.
 */
final class ParseRewriter {
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

    private final ByteBufAllocator alloc;
    private final Books books;
    private final Prelude prelude;
    private final Reading reading;
    private final SqlCommands commands;

    ParseRewriter(ByteBufAllocator alloc, Books books, Prelude prelude, Reading reading, SqlCommands commands) {
        this.alloc = alloc;
        this.books = books;
        this.prelude = prelude;
        this.reading = reading;
        this.commands = commands;
    }

    /**
     * The text of a Parse that is one of the commands, with the server's name in it.
     *
     * @param buffer has the text and what follows it at from…to
     */
    Rewritten rewrite(ByteBuf buffer, SqlScan scan, int from, int to) {
        commands.requireRoom(scan);
        List<String> touches = SqlText.settings(scan.statements());
        // A Parse takes one statement only; PostgreSQL refuses others.
        SessionStatement statement = scan.statements().get(0);
        if (commands.passes(statement)) {
            return new Rewritten(StatementFields.bytes(buffer, from, to), Behaviour.NONE);
        }
        PreparedStatement known = reading.of(books.client().find(statement.name()));
        return switch (statement.kind()) {
            case SET, RESET_ALL -> {
                boolean reset = statement.kind() != SessionStatement.Kind.SET || SqlText.isReset(buffer, statement);
                yield new Rewritten(
                        StatementFields.bytes(buffer, from, to),
                        new Behaviour(
                                touches,
                                reset ? new SqlCommand(SqlCommand.Kind.RESET, statement.name(), 0, 0, null) : null,
                                SqlText.isReadOtherwiseAfter(scan.statements())));
            }
            case READING -> new Rewritten(StatementFields.bytes(buffer, from, to), new Behaviour(touches, null, true));
            case DEALLOCATE_ALL, DISCARD_ALL ->
                new Rewritten(
                        StatementFields.bytes(buffer, from, to),
                        new Behaviour(List.of(), new SqlCommand(kind(statement.kind()), "", 0, 0, null), false));
            case PREPARE -> {
                PreparedStatement made = known != null
                        ? known
                        : reading.made(
                                PreparedStatement.Kind.SQL,
                                SqlText.definition(buffer, statement),
                                SqlText.behaviour(buffer, statement));
                yield rewritten(buffer, statement, from, to, made.name(), made);
            }
            case EXECUTE ->
                rewritten(buffer, statement, from, to, known == null ? PreparedStatement.NOWHERE : known.name(), known);
            case DEALLOCATE -> rewritten(buffer, statement, from, to, SqlCommands.HELPER, null);
        };
    }

    private Rewritten rewritten(
            ByteBuf buffer,
            SessionStatement statement,
            int from,
            int to,
            String sent,
            @Nullable PreparedStatement target) {
        ByteBuf text = alloc.buffer(to - from + 64);
        try {
            text.writeBytes(buffer, from, statement.nameFrom() - from);
            StatementMessages.ascii(text, '"' + sent + '"');
            int end = SqlText.characters(text, 0, text.writerIndex());
            int longer = end - SqlText.characters(buffer, from, statement.nameTo());
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

    // ---- what such a command needs when it is executed ----

    /** Whether what it executes depends on answers to come. */
    boolean isTargetOpen(Behaviour behaviour) {
        SqlCommand command = behaviour.command();
        return command != null && books.isOpen(command.target());
    }

    /** The command EXECUTE is described, when it is parsed already, by what it executes. */
    void ensureTarget(Behaviour behaviour) {
        SqlCommand command = behaviour.command();
        if (command != null && command.kind() == SqlCommand.Kind.EXECUTE && command.target() != null) {
            prelude.ensure(command.target());
        }
    }

    /** Whether it has to wait for answers before it is executed. */
    boolean mustWait(SqlCommand command) {
        boolean all = command.kind() == SqlCommand.Kind.DEALLOCATE_ALL || command.kind() == SqlCommand.Kind.DISCARD_ALL;
        return books.isOpen(books.client().find(command.name()))
                || books.isOpen(command.target())
                || (all && books.isAnythingOpen());
    }

    /** Prepares what is to be there before it is executed; what it does when it has been. */
    Effect execute(SqlCommand command) {
        Effects effects = new Effects();
        PreparedStatement target = command.target();
        switch (command.kind()) {
            case PREPARE -> {
                ClientStatements.Name name = books.client().find(command.name());
                if (target != null && (name == null || name.statement() == null)) {
                    prelude.makeRoom(target);
                    books.stats().serverParseCount().increment();
                    effects.add(books.change(command.name(), target)).add(books.preparing(target));
                } else if (target != null) {
                    // The name is taken, as PostgreSQL will say of the one that takes its place.
                    prelude.ensure(target);
                }
            }
            case EXECUTE -> {
                if (target != null) {
                    prelude.ensure(target);
                    effects.executing(target);
                    target.uses().increment();
                    books.stats().bindCount().increment();
                }
            }
            case DEALLOCATE -> {
                ClientStatements.Name known = books.client().find(command.name());
                if (known != null && known.statement() != null) {
                    prelude.emptyStatement(SqlCommands.HELPER);
                    effects.add(books.change(command.name(), null));
                } else {
                    prelude.dropStatement(SqlCommands.HELPER);
                }
                effects.named(SqlCommands.HELPER, command.name());
            }
            case DEALLOCATE_ALL -> effects.add(commands.deallocatingAll());
            case DISCARD_ALL -> effects.add(commands.discardingAll()).resetting("");
            case RESET -> commands.resetting(command.name(), effects);
        }
        if (target != null) {
            effects.named(target.name(), command.name());
        }
        return effects.named(PreparedStatement.NOWHERE, command.name()).shifted(command.end(), command.longer());
    }
}

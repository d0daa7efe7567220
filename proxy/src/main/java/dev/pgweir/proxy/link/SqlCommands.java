package dev.pgweir.proxy.link;

import dev.pgweir.proxy.prepare.ClientStatements;
import dev.pgweir.proxy.prepare.Effect;
import dev.pgweir.proxy.prepare.Effects;
import dev.pgweir.proxy.prepare.PreparedStatement;
import dev.pgweir.proxy.prepare.sql.SessionStatement;
import dev.pgweir.proxy.prepare.sql.SqlScan;
import java.util.Set;

/**
 * What the SQL commands PREPARE, EXECUTE, DEALLOCATE, DISCARD and RESET mean to the books and settings, whichever protocol
 * they come by. On the client's loop.
 *
 * <p>DEALLOCATE of one statement must leave it on the server, where others use it; so it is made to deallocate a helper
 * that was put there for that alone. DEALLOCATE ALL and DISCARD ALL are executed as they are, and the server's book is
 * empty then.
 */
final class SqlCommands {
    /** Name of the statement that is deallocated in the place of the client's. */
    static final String HELPER = PreparedStatement.PREFIX + "D";

    private final ServerSide server;
    private final RequestQueue requests;
    private final FollowedSettings settings;
    private final Books books;
    /** Statements pass as they are; settings alone are followed. */
    private final boolean passesStatements;
    /** The next message waits until all before it is answered. */
    private boolean holding;

    SqlCommands(
            ServerSide server,
            RequestQueue requests,
            FollowedSettings settings,
            Books books,
            boolean passesStatements) {
        this.server = server;
        this.requests = requests;
        this.settings = settings;
        this.books = books;
        this.passesStatements = passesStatements;
    }

    /** Whether the next message has to wait for the answer to such a command. */
    boolean isHolding() {
        holding = holding && !requests.isAnswered();
        return holding;
    }

    /** The server is another's. */
    void left() {
        holding = false;
    }

    /** Whether a command passes as it is, though it is one of these. */
    boolean passes(SessionStatement statement) {
        return passesStatements
                && switch (statement.kind()) {
                    case PREPARE, EXECUTE, DEALLOCATE, DEALLOCATE_ALL -> true;
                    case DISCARD_ALL, SET, RESET_ALL, READING -> false;
                };
    }

    /** Before anything is sent for any of them. */
    void requireRoom(SqlScan scan) {
        int length = 0;
        for (SessionStatement statement : scan.statements()) {
            if (statement.kind() == SessionStatement.Kind.PREPARE && !passesStatements) {
                length += statement.to() - statement.nameTo();
                books.client().require(length);
            }
        }
    }

    /** Whether something that the statements refer to depends on answers to come. */
    boolean mustWait(SqlScan scan) {
        boolean looked = false;
        for (SessionStatement statement : scan.statements()) {
            switch (statement.kind()) {
                case PREPARE, EXECUTE, DEALLOCATE -> {
                    ClientStatements.Name name = books.client().find(statement.name());
                    if (name != null && (books.isOpen(name) || books.isOpen(name.statement()))) {
                        return true;
                    }
                }
                case DEALLOCATE_ALL, DISCARD_ALL -> {
                    if (!looked && books.isAnythingOpen()) {
                        return true;
                    }
                    looked = true;
                }
                case RESET_ALL, SET, READING -> {}
            }
        }
        return false;
    }

    /** DEALLOCATE ALL: what comes behind it waits, as all that is known is over if it succeeds, and nothing if it does not. */
    Effects deallocatingAll() {
        holding = true;
        Effects all = new Effects();
        all.add(books.client().clearing());
        books.prepared().all().forEach(it -> all.add(books.closing(it)));
        return all;
    }

    /** DISCARD ALL, which resets the settings, too. */
    Effects discardingAll() {
        return deallocatingAll().add(new WhenDone(() -> wasReset(Set.of(""), true)));
    }

    /** RESET: to the client the default is what it asked for at its login, of which the server knows nothing. */
    void resetting(String name, Effects effects) {
        holding = true;
        effects.resetting(name).add(new WhenDone(() -> wasReset(effects.resets(), false)));
    }

    /** All is discarded, without asking a server: other servers will be told. */
    void discardAlone() {
        books.client().clear();
        books.client().forgetUnnamed();
        wasReset(Set.of(""), true);
    }

    /**
     * @param names of settings; the empty name stands for all
     * @param forGood whether no error can take it back any more
     */
    private void wasReset(Set<String> names, boolean forGood) {
        settings.wasReset(names, forGood, server.isBound() ? server.server().parameters() : null);
    }

    private record WhenDone(Runnable work) implements Effect {
        @Override
        public void done() {
            work.run();
        }

        @Override
        public void failed() {}

        @Override
        public void skipped() {}
    }
}

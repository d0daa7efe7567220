package dev.pgweir.proxy.admin;

import dev.pgweir.protocol.FrontendMessageType;
import dev.pgweir.protocol.SqlState;
import dev.pgweir.protocol.TransactionStatus;
import dev.pgweir.protocol.message.backend.CommandComplete;
import dev.pgweir.protocol.message.backend.EmptyBackendMessage;
import dev.pgweir.protocol.message.backend.ReadyForQuery;
import dev.pgweir.protocol.message.frontend.Execute;
import dev.pgweir.protocol.message.frontend.Query;
import dev.pgweir.proxy.client.ConsoleClient;
import dev.pgweir.proxy.client.ConsoleConversation;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A client's conversation with the console in the simple and the extended protocol. On the client's event loop. */
final class Conversation implements ConsoleConversation {
    private static final Logger LOG = LoggerFactory.getLogger(Conversation.class);

    private final Console console;
    private final ConsoleUser user;
    private final ConsoleClient client;
    private final ExtendedQueries extended;
    /** What is left of a simple query. */
    private final ArrayDeque<Statement> queue = new ArrayDeque<>(1);

    /** The command that has not been answered yet. */
    private @Nullable CompletableFuture<String> running;
    /** After an error in the extended protocol nothing is answered until Sync. */
    private boolean skipToSync;
    /** A driver may have begun one; then portals stay beyond Sync. */
    private TransactionStatus transaction = TransactionStatus.IDLE;

    Conversation(Console console, ConsoleUser user, ConsoleClient client) {
        this.console = console;
        this.user = user;
        this.client = client;
        this.extended = new ExtendedQueries(console);
    }

    @Override
    public boolean onMessage(byte type, @Nullable ByteBuf body, ByteBuf out) {
        switch (type) {
            case FrontendMessageType.QUERY -> {
                skipToSync = false;
                return begin(body, out);
            }
            case FrontendMessageType.SYNC -> {
                skipToSync = false;
                ready(out);
            }
            case FrontendMessageType.FLUSH,
                    FrontendMessageType.COPY_DATA,
                    FrontendMessageType.COPY_DONE,
                    FrontendMessageType.COPY_FAIL -> {}
            case FrontendMessageType.FUNCTION_CALL -> {
                fail(new ConsoleException(SqlState.FEATURE_NOT_SUPPORTED, "the console has no functions"), out);
                ready(out);
            }
            default -> {
                return skipToSync || extended(type, body, out);
            }
        }
        return true;
    }

    // ---- the simple protocol ----

    private boolean begin(@Nullable ByteBuf body, ByteBuf out) {
        queue.clear();
        try {
            List<Statement> statements =
                    Console.parse(Query.decode(notTooLong(body)).sql());
            if (statements.isEmpty()) {
                EmptyBackendMessage.EMPTY_QUERY_RESPONSE.encode(out);
            }
            queue.addAll(statements);
        } catch (ConsoleException e) {
            fail(e, out);
        }
        return goOn(out);
    }

    /** Runs what is left, until a command takes its time or fails: an error ends the whole query. */
    private boolean goOn(ByteBuf out) {
        for (Statement next = queue.poll(); next != null; next = queue.poll()) {
            try {
                CompletableFuture<String> tag = run(next, new ResultWriter(out), out);
                if (tag != null && !finished(tag, out)) {
                    await(tag, true);
                    return false;
                }
            } catch (ConsoleException e) {
                queue.clear();
                fail(e, out);
            }
        }
        ready(out);
        return true;
    }

    // ---- the extended protocol ----

    private boolean extended(byte type, @Nullable ByteBuf body, ByteBuf out) {
        try {
            ByteBuf whole = notTooLong(body);
            if (type != FrontendMessageType.EXECUTE) {
                extended.onMessage(type, whole, out);
                return true;
            }
            Execute execute = Execute.decode(whole);
            Portal portal = extended.portal(execute);
            if (portal.isSuspended()) {
                portal.goOn(execute.maxRows(), out);
                return true;
            }
            Statement statement = portal.statement();
            if (statement == null) {
                EmptyBackendMessage.EMPTY_QUERY_RESPONSE.encode(out);
                return true;
            }
            ResultWriter result = new ResultWriter(out, ResultWriter.Part.ROWS, portal.formats(), execute.maxRows());
            CompletableFuture<String> tag = run(statement, result, out);
            ByteBuf rest = result.rest();
            if (rest != null) {
                portal.suspend(rest, out);
            }
            if (tag == null || finished(tag, out)) {
                return true;
            }
            await(tag, false);
            return false;
        } catch (ConsoleException e) {
            skipToSync = true;
            fail(e, out);
            return true;
        }
    }

    // ---- both ----

    private static ByteBuf notTooLong(@Nullable ByteBuf body) throws ConsoleException {
        if (body == null) {
            throw Console.tooLong();
        }
        return body;
    }

    private @Nullable CompletableFuture<String> run(Statement statement, ResultWriter result, ByteBuf out)
            throws ConsoleException {
        TransactionWord word = TransactionWord.of(statement);
        if (word != null) {
            transaction = word.after();
            result.done(word.tag());
            return null;
        }
        Notices notices = new Notices(client, out);
        try {
            return console.run(statement, user, result, notices);
        } finally {
            notices.returned();
        }
    }

    /** What comes before a command is answered: at once while it is being called, later by way of the client's loop. */
    private static final class Notices implements Consumer<String> {
        private final ConsoleClient client;
        private final Thread caller = Thread.currentThread();
        /** Touched by the caller only. */
        private @Nullable ByteBuf out;

        Notices(ConsoleClient client, ByteBuf out) {
            this.client = client;
            this.out = out;
        }

        void returned() {
            out = null;
        }

        @Override
        @SuppressWarnings("ReferenceEquality") // A thread is itself or another; there is no other equality.
        public void accept(String text) {
            ByteBuf now = Thread.currentThread() == caller ? out : null;
            if (now != null) {
                Console.notice(text).encode(now);
            } else {
                client.loop()
                        .execute(() -> client.send(later -> Console.notice(text).encode(later)));
            }
        }
    }

    // ---- commands that take their time ----

    /** Whether it was done at once, and is answered. */
    private static boolean finished(CompletableFuture<String> tag, ByteBuf out) throws ConsoleException {
        if (!tag.isDone()) {
            return false;
        }
        try {
            new CommandComplete(tag.join()).encode(out);
            return true;
        } catch (CompletionException | CancellationException e) {
            throw reason(e);
        }
    }

    private void await(CompletableFuture<String> tag, boolean simple) {
        running = tag;
        tag.whenComplete((done, failure) -> client.loop().execute(() -> over(tag, simple)));
    }

    private void over(CompletableFuture<String> tag, boolean simple) {
        running = null;
        boolean[] complete = {true};
        client.send(out -> {
            try {
                finished(tag, out);
            } catch (ConsoleException e) {
                queue.clear();
                skipToSync = !simple;
                fail(e, out);
            }
            if (simple) {
                complete[0] = goOn(out);
            }
        });
        if (complete[0]) {
            client.answered();
        }
    }

    private static ConsoleException reason(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof ConsoleException known) {
            return known;
        }
        if (cause instanceof CancellationException) {
            return new ConsoleException(SqlState.QUERY_CANCELED, "canceling statement due to user request");
        }
        LOG.error("a command of the console failed: a fault of PgWeir", cause);
        return new ConsoleException(SqlState.INTERNAL_ERROR, "internal error, see the log");
    }

    @Override
    public void cancel() {
        if (running != null) {
            running.cancel(false);
        }
    }

    // ---- what is said ----

    private void fail(ConsoleException failure, ByteBuf out) {
        LOG.info("console: {}: {}", user.name(), failure.getMessage());
        console.error(failure).encode(out);
    }

    private void ready(ByteBuf out) {
        if (transaction == TransactionStatus.IDLE) {
            extended.closePortals();
        }
        new ReadyForQuery(transaction).encode(out);
    }
}

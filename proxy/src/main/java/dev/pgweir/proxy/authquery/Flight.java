package dev.pgweir.proxy.authquery;

import dev.pgweir.protocol.message.backend.DataRow;
import dev.pgweir.proxy.auth.CredentialLookup.Answer;
import dev.pgweir.proxy.link.DatabasePool;
import dev.pgweir.proxy.pool.PoolClient;
import dev.pgweir.proxy.pool.PooledServer;
import dev.pgweir.proxy.pool.Release;
import dev.pgweir.proxy.pool.WaitFailure;
import dev.pgweir.proxy.pool.Waiter;
import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.ServerConnection;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One question under way: a client of the pool of {@code auth_user}. Any thread. */
final class Flight implements Waiter {
    private static final Logger LOG = LoggerFactory.getLogger(Flight.class);

    private static final String NO_SUCH_DATABASE = "3D000";

    /**
     * What it needs to be asked.
     *
     * @param sqlState for what is wrong with the configuration
     * @param hidesDatabases whether a database that PostgreSQL does not have is like a user whom it does not have
     * @param compatible whether lines of the log are to be PgBouncer's, which do not tell the servers apart
     */
    record Way(
            DatabasePool pool,
            String settings,
            Duration patience,
            String sqlState,
            boolean hidesDatabases,
            boolean compatible) {}

    /** What is known at its end: one of the two, or that there is nobody, which may be different in a moment. */
    record Result(Rows.@Nullable Finding finding, Answer.@Nullable Failed failure) {}

    private final Question question;
    private final Way way;
    private final IntFunction<EventLoop> loops;
    private final int loopIndex;
    private final PoolClient place = new PoolClient(this);
    private final CompletableFuture<Result> result = new CompletableFuture<>();

    /**
     * @param loops the event loops by index
     * @param loopIndex a server on that loop is preferred
     */
    Flight(Question question, Way way, IntFunction<EventLoop> loops, int loopIndex) {
        this.question = question;
        this.way = way;
        this.loops = loops;
        this.loopIndex = loopIndex;
    }

    /** Completes on any thread, never exceptionally. */
    CompletableFuture<Result> result() {
        return result;
    }

    void start() {
        PooledServer server = way.pool().pool().acquire(place);
        if (server != null) {
            onServerAssigned(server);
        }
    }

    /** Nobody waits any more. What runs already runs on. */
    void leave() {
        if (way.pool().pool().abandon(place)) {
            fail("57014", "nobody waits for the answer", "nobody waits for the answer");
        }
    }

    @Override
    public int loopIndex() {
        return loopIndex;
    }

    @Override
    public void onServerAssigned(PooledServer slot) {
        if (slot.connection() instanceof ServerConnection server) {
            EventLoop loop = loops.apply(server.loopIndex());
            loop.execute(() -> ask(loop, slot, server));
        } else {
            slot.pool().release(slot, Release.close(DisconnectReason.SERVER_CRASHED));
            start();
        }
    }

    private void ask(EventLoop loop, PooledServer slot, ServerConnection server) {
        Conversation.Outcome outcome = new Conversation.Outcome() {
            @Override
            public void rows(List<DataRow> rows) {
                read(rows);
            }

            @Override
            public void failed(String why) {
                LOG.error("{} error in auth_query: {}", way.compatible() ? "S:" : server, why);
                fail(way.sqlState(), "bouncer config error", "auth_query failed: " + why);
            }
        };
        if (!new Conversation(loop, slot, server, outcome).begin(way.settings(), question, way.patience())) {
            start();
        }
    }

    private void read(List<DataRow> rows) {
        try {
            result.complete(new Result(Rows.read(question.user(), rows), null));
        } catch (IllegalArgumentException e) {
            LOG.error("error in auth_query: {}", e.getMessage());
            fail(way.sqlState(), "bouncer config error", "auth_query failed: " + e.getMessage());
        }
    }

    @Override
    public void onWaitFailed(WaitFailure failure) {
        boolean noDatabase = failure.sqlState().equals(NO_SUCH_DATABASE);
        if (failure.kind() != WaitFailure.Kind.LOGIN_REFUSED) {
            fail(failure.sqlState(), failure.message(), "auth_query could not run: " + failure.message());
        } else if (way.hidesDatabases() && noDatabase) {
            // An error would tell a stranger which databases there are.
            result.complete(new Result(null, null));
        } else if (way.compatible() && noDatabase) {
            // PgBouncer passes on what PostgreSQL says of the database that the client has asked for.
            result.complete(new Result(
                    null,
                    new Answer.Failed(
                            NO_SUCH_DATABASE,
                            failure.message(),
                            "auth_query could not run: " + failure.message(),
                            failure.ofServer())));
        } else {
            // What PostgreSQL says against auth_user is nothing that the client has done wrong, and nothing for
            // strangers.
            fail(way.sqlState(), "bouncer config error", "auth_query could not run: " + failure.message());
        }
    }

    private void fail(String sqlState, String message, String detail) {
        result.complete(new Result(null, new Answer.Failed(sqlState, message, detail)));
    }
}

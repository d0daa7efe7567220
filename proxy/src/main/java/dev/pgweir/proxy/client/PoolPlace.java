package dev.pgweir.proxy.client;

import dev.pgweir.protocol.Severity;
import dev.pgweir.protocol.SqlState;
import dev.pgweir.protocol.message.backend.ErrorResponse;
import dev.pgweir.protocol.message.backend.NoticeResponse;
import dev.pgweir.proxy.link.DatabasePool;
import dev.pgweir.proxy.link.Link;
import dev.pgweir.proxy.pool.PoolClient;
import dev.pgweir.proxy.pool.PooledServer;
import dev.pgweir.proxy.pool.Release;
import dev.pgweir.proxy.pool.WaitFailure;
import dev.pgweir.proxy.server.DisconnectReason;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.time.Duration;

/**
 * A client's place in its pool: takes a server, or waits for one and for its own settings there, and binds it. On the
 * client's loop, but for what the pool tells.
 */
final class PoolPlace extends SessionWaiter {
    private final Channel channel;
    private final DatabasePool pool;
    private final Link link;
    private final Runnable whenBound;
    private final PoolClient member = new PoolClient(this);

    private Duration limit = Duration.ZERO;
    private boolean waiting;

    /**
     * @param whenBound what goes on when the wait is over and a server is bound
     */
    PoolPlace(ClientSession session, DatabasePool pool, Link link, Runnable whenBound) {
        super(session);
        this.channel = session.channel();
        this.pool = pool;
        this.link = link;
        this.whenBound = whenBound;
    }

    /** Sets how long it may last: {@code query_wait_timeout}. */
    void limit(Duration queryWait) {
        limit = queryWait;
        member.waitLimit(queryWait.toNanos());
    }

    /** Its membership in the pool. */
    PoolClient member() {
        return member;
    }

    /** Whether a message waits, for a server or for the settings there. */
    boolean isWaiting() {
        return waiting;
    }

    /**
     * Takes a server and binds it.
     *
     * @return false if that has to be waited for
     */
    boolean take() {
        while (true) {
            PooledServer server = pool.pool().acquire(member);
            if (server == null) {
                waiting = true;
                return false;
            }
            if (link.bind(server)) {
                // Settings that PostgreSQL may refuse come first: nothing runs without them.
                waiting = link.isSettling();
                return !waiting;
            }
        }
    }

    /** The server that was bound is lost, and what waits has not been sent: goes on waiting for another. */
    void takeAnother() {
        PooledServer other = pool.pool().acquire(member);
        if (other != null) {
            gotServer(other);
        }
    }

    /** It waits no more. */
    void end() {
        waiting = false;
    }

    /**
     * Leaves the queue.
     *
     * @return false if it is too late: a server is on its way, which is given back on arrival unless it waits still
     */
    boolean abandon() {
        return pool.pool().abandon(member);
    }

    @Override
    void gotServer(PooledServer server) {
        if (!waiting) {
            server.pool().release(server, Release.REUSE);
        } else if (!link.bind(server)) {
            takeAnother();
        } else if (!link.isSettling()) {
            whenBound.run();
        }
    }

    @Override
    void gotNone(WaitFailure failure) {
        if (!waiting) {
            return;
        }
        switch (failure.kind()) {
            case QUERY_WAIT_TIMEOUT -> session.fail(waitedTooLong(failure), DisconnectReason.QUERY_WAIT_TIMEOUT);
            case POOL_CLOSED -> session.fail(failure.sqlState(), failure.message(), DisconnectReason.SHUTDOWN);
            default -> refuse(failure.ofServer(), failure.sqlState(), failure.message());
        }
    }

    private ErrorResponse waitedTooLong(WaitFailure failure) {
        return ErrorResponse.of(Severity.FATAL, ClientSession.sqlState(failure.sqlState()), failure.message())
                .withDetail("No server connection of pool " + pool.pool().key() + " was free for " + limit.toMillis()
                        + " ms (pool_size is " + pool.pool().spec().sizes().pool() + ").")
                .withHint("SHOW POOLS and SHOW SERVERS on the console tell who holds them.");
    }

    @Override
    public void onWaitLong() {
        channel.eventLoop().execute(() -> {
            if (waiting) {
                ByteBuf out = channel.alloc().buffer();
                NoticeResponse.of(
                                Severity.NOTICE,
                                SqlState.SUCCESSFUL_COMPLETION,
                                "No server connection available in postgres backend, client being queued")
                        .encode(out);
                channel.writeAndFlush(out, channel.voidPromise());
            }
        });
    }
}

package dev.pgweir.proxy.authquery;

import dev.pgweir.protocol.TransactionStatus;
import dev.pgweir.protocol.frame.FrameScanner;
import dev.pgweir.protocol.message.backend.DataRow;
import dev.pgweir.protocol.message.backend.ErrorResponse;
import dev.pgweir.protocol.message.backend.ParameterStatus;
import dev.pgweir.protocol.message.backend.ReadyForQuery;
import dev.pgweir.protocol.message.frontend.Bind;
import dev.pgweir.protocol.message.frontend.EmptyFrontendMessage;
import dev.pgweir.protocol.message.frontend.Execute;
import dev.pgweir.protocol.message.frontend.Parse;
import dev.pgweir.protocol.message.frontend.Query;
import dev.pgweir.proxy.pool.PooledServer;
import dev.pgweir.proxy.pool.Release;
import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.LinkedClient;
import dev.pgweir.proxy.server.ServerConnection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The question put to one server, on that server's loop: a transaction with settings of its own, the query in it, and its
 * end, all in one flight.
 */
final class Conversation implements LinkedClient {
    /** BEGIN with its settings, the query, and COMMIT: each is answered by a ReadyForQuery. */
    private static final int ANSWERS = 3;

    private static final long LINK = 1;

    /** The longest message of an answer: the longest password (65,530 bytes) and the longest name find room. */
    private static final int MAX_MESSAGE = 128 * 1024;

    /** More rows than any query gives that means well. */
    private static final int MAX_ROWS = 10;

    /** What came of it. */
    interface Outcome {
        /** The rows. */
        void rows(List<DataRow> rows);

        /**
         * There are none.
         *
         * @param why for the log
         */
        void failed(String why);
    }

    private final EventLoop loop;
    private final PooledServer slot;
    private final ServerConnection server;
    private final Outcome outcome;
    private final List<DataRow> rows = new ArrayList<>(1);
    private @Nullable String error;
    private @Nullable Future<?> limit;
    private int answers;
    private boolean over;

    Conversation(EventLoop loop, PooledServer slot, ServerConnection server, Outcome outcome) {
        this.loop = loop;
        this.slot = slot;
        this.server = server;
        this.outcome = outcome;
    }

    /**
     * Asks.
     *
     * @param settings statements that make the transaction's settings
     * @param patience for the answer
     * @return false if the server has died meanwhile; it is released then, and nobody is told
     */
    boolean begin(String settings, Question question, Duration patience) {
        server.link(this, LINK);
        if (!server.isUsable() || !server.scanner().atBoundary()) {
            over = true;
            giveBack(Release.close(DisconnectReason.SERVER_CRASHED));
            return false;
        }
        server.scanner().interest(ServerConnection.RELAY_ROWS);
        server.scanner().maxWholeLength(MAX_MESSAGE);
        server.statements().forgetUnnamed();
        ByteBuf out = ByteBufAllocator.DEFAULT.buffer();
        new Query("BEGIN; " + settings).encode(out);
        new Parse("", question.query(), List.of()).encode(out);
        new Bind("", "", List.of(question.user())).encode(out);
        new Execute("", 0).encode(out);
        EmptyFrontendMessage.SYNC.encode(out);
        // A function that keeps a record of who was asked for is to keep it.
        new Query("COMMIT").encode(out);
        server.write(out, loop);
        server.flush();
        limit = loop.schedule(
                () -> {
                    error = "no answer within " + patience.toSeconds() + " s";
                    server.abort(DisconnectReason.QUERY_TIMEOUT);
                },
                patience.toNanos(),
                TimeUnit.NANOSECONDS);
        return true;
    }

    @Override
    public EventLoop loop() {
        return loop;
    }

    @Override
    public void onServerRead(ServerConnection from, long link, ByteBuf data) {
        try {
            int event;
            while ((event = server.scanner().next(data)) != FrameScanner.END) {
                if (event == FrameScanner.MESSAGE) {
                    onMessage(server.scanner().type(), server.scanner().body());
                } else if (event == FrameScanner.HEADER
                        && "DE".indexOf(server.scanner().type()) >= 0) {
                    error = "a row or an error is too long";
                }
            }
        } catch (RuntimeException e) {
            error = "unexpected answer: " + e.getMessage();
            end(Release.close(DisconnectReason.SERVER_PROTOCOL_ERROR));
            return;
        } finally {
            data.release();
        }
        if (answers == ANSWERS) {
            end(server.scanner().atBoundary() ? Release.REUSE : Release.close(DisconnectReason.SERVER_UNSYNC));
        }
    }

    private void onMessage(byte type, ByteBuf body) {
        switch (type) {
            case 'D' -> {
                DataRow row = DataRow.decode(body);
                if (rows.size() < MAX_ROWS) {
                    rows.add(row);
                }
            }
            case 'E' -> {
                if (error == null) {
                    ErrorResponse said = ErrorResponse.decode(body);
                    error = said.severity() + ": " + said.message();
                }
            }
            case 'S' -> {
                ParameterStatus status = ParameterStatus.decode(body);
                server.parameters().reported(status.name(), status.value());
            }
            case 'Z' -> {
                answers++;
                boolean idle = ReadyForQuery.decode(body).status() == TransactionStatus.IDLE;
                if (answers > ANSWERS || (answers == ANSWERS && !idle)) {
                    throw new IllegalStateException("the server is not where the transaction left it");
                }
            }
            default -> {}
        }
    }

    @Override
    public void onServerReadComplete(ServerConnection from, long link) {
        // Nothing waits to be flushed.
    }

    @Override
    public void onServerWritabilityChanged(ServerConnection from, long link) {
        // There is no more to write.
    }

    @Override
    public void onServerClosed(ServerConnection from, long link) {
        if (error == null) {
            error = DisconnectReason.SERVER_CRASHED.text();
        }
        end(Release.close(DisconnectReason.SERVER_CRASHED));
        from.scanner().release();
    }

    private void end(Release how) {
        if (over) {
            return;
        }
        over = true;
        if (limit != null) {
            limit.cancel(false);
        }
        giveBack(how);
        if (error == null) {
            outcome.rows(rows);
        } else {
            outcome.failed(error);
        }
    }

    private void giveBack(Release how) {
        server.scanner().interest(ServerConnection.RELAY);
        server.scanner().maxWholeLength(ServerConnection.MAX_WHOLE);
        server.unlink(server.scanner().atBoundary());
        slot.pool().release(slot, how);
    }
}

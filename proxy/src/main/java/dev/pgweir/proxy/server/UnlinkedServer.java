package dev.pgweir.proxy.server;

import dev.pgweir.protocol.BackendMessageType;
import dev.pgweir.protocol.ProtocolException;
import dev.pgweir.protocol.frame.FrameScanner;
import dev.pgweir.protocol.message.backend.ErrorResponse;
import dev.pgweir.protocol.message.backend.ParameterStatus;
import dev.pgweir.protocol.message.backend.ReadyForQuery;
import dev.pgweir.proxy.log.ServerLog;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A server while no client has it: the tasks that PgWeir itself runs there, and what it may say. On the server's loop. */
final class UnlinkedServer {
    private final ServerConnection server;
    private final Channel channel;
    private final FrameScanner scanner;
    private final ServerLog log;

    /** What runs; null for nothing. */
    private @Nullable ServerTask task;
    /** Until when it may. */
    private @Nullable Future<?> limit;

    UnlinkedServer(ServerConnection server, Channel channel, ServerLog log) {
        this.server = server;
        this.channel = channel;
        this.scanner = server.scanner();
        this.log = log;
    }

    /** Runs a task, unless the server is ending. */
    void start(ServerTask next, Runnable whenDone) {
        if (!server.isUsable()) {
            return;
        }
        task = next;
        // A simple query ends the unnamed statement.
        server.statements().forgetUnnamed();
        next.start(channel, whenDone);
        Duration atMost = server.profile().connectTimeout();
        if (!atMost.isZero()) {
            limit = channel.eventLoop().schedule(() -> abort(next), atMost.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    /** PostgreSQL did not answer in time; it will not answer a polite end either. */
    private void abort(ServerTask late) {
        if (task == late) {
            server.abort(late.ifItFails());
        }
    }

    /** Nothing runs any more. */
    void endTask() {
        task = null;
        if (limit != null) {
            limit.cancel(false);
            limit = null;
        }
    }

    /** An idle server may report and notify; a running task takes its answers. Anything else is out of order. */
    void onRead(ByteBuf data) {
        try {
            int rest = scanner.bodyRemaining();
            int event;
            while ((event = scanner.next(data)) != FrameScanner.END) {
                if (event == FrameScanner.MESSAGE) {
                    onMessage();
                } else if (task == null) {
                    Unasked.require(scanner, rest);
                }
                rest = scanner.bodyRemaining();
            }
        } catch (RuntimeException e) {
            log.warning("unexpected data from the server while no client used it: " + e.getMessage());
            server.close(DisconnectReason.SERVER_UNSYNC);
        } finally {
            data.release();
        }
    }

    private void onMessage() {
        byte type = scanner.type();
        if (type == BackendMessageType.PARAMETER_STATUS) {
            ParameterStatus status = ParameterStatus.decode(scanner.body());
            server.parameters().reported(status.name(), status.value());
        } else if (task != null) {
            onAnswer(task, type);
        } else if (type == BackendMessageType.ERROR_RESPONSE) {
            ErrorResponse error = ErrorResponse.decode(scanner.body());
            log.log("the server ends an idle connection: " + error.code() + " " + error.message());
            // Whoever is given it in the meantime sees that it ends.
            server.close(DisconnectReason.SERVER_CRASHED);
        } else {
            throw ProtocolException.violation("unexpected message " + BackendMessageType.name(type));
        }
    }

    private void onAnswer(ServerTask current, byte type) {
        if (type == BackendMessageType.ERROR_RESPONSE) {
            current.failed(ErrorResponse.decode(scanner.body()));
        } else if (type == BackendMessageType.READY_FOR_QUERY) {
            endTask();
            if (current.isGood(ReadyForQuery.decode(scanner.body()).status().code())) {
                if (current.resetsSession()) {
                    server.parameters().forgetExtra();
                }
                if (current.deallocates()) {
                    server.statements().clear();
                }
                current.done();
            } else {
                log.warning(current.ifItFails().text() + ": " + current.failure());
                server.close(current.ifItFails());
            }
        }
    }
}

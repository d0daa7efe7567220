package dev.pgweir.proxy.link;

import dev.pgweir.protocol.BackendMessageType;
import dev.pgweir.protocol.FrontendMessageType;
import dev.pgweir.protocol.ProtocolException;
import dev.pgweir.protocol.Severity;
import dev.pgweir.protocol.SqlState;
import dev.pgweir.protocol.TransactionStatus;
import dev.pgweir.protocol.frame.FrameScanner;
import dev.pgweir.protocol.message.backend.ErrorResponse;
import dev.pgweir.protocol.message.backend.ParameterStatus;
import dev.pgweir.protocol.message.backend.ReadyForQuery;
import dev.pgweir.protocol.message.frontend.CopyFail;
import dev.pgweir.protocol.message.frontend.EmptyFrontendMessage;
import dev.pgweir.protocol.message.frontend.FrontendMessage;
import dev.pgweir.protocol.message.frontend.Query;
import dev.pgweir.proxy.net.ReadGate;
import dev.pgweir.proxy.pool.PoolStats;
import dev.pgweir.proxy.pool.PooledServer;
import dev.pgweir.proxy.pool.Release;
import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.LinkedClient;
import dev.pgweir.proxy.server.ServerConnection;
import dev.pgweir.proxy.server.SessionParameters;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client's binding to servers, one after the other: passes PostgreSQL's answers on, and knows what is still open.
 *
 * <p>Each read buffer of the server is written to the client once, as it is. Only where something must not reach the
 * client (the answers to PgWeir's own queries, a FATAL error) is it cut into slices.
 *
 * <p>Everything here runs on the client's loop.
 */
public final class Link implements LinkedClient {
    /** What the client's side has to react to. Called on the client's loop, never from within one of its own calls. */
    public interface Owner {
        /** Nothing is open: the server may be released, if the pool mode and the transaction status allow. */
        void onIdle();

        /**
         * The server is gone. The link is still bound, so what was open can be looked at.
         *
         * @param fatal what PostgreSQL said at the end, if it said something
         */
        void onServerLost(@Nullable ErrorResponse fatal);

        /** The settings that a request had to wait for are in force. */
        void onSettled();

        /** PostgreSQL refused the settings that the client brought along. */
        void onSettingsRefused(ErrorResponse error);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Link.class);

    private final Owner owner;
    private final Channel client;
    private final EventLoop loop;
    private final ReadGate clientGate;
    private final SessionParameters wanted;
    private final RequestQueue requests = new RequestQueue();

    private @Nullable PooledServer slot;
    private @Nullable ServerConnection server;
    private long number;
    private TransactionStatus status = TransactionStatus.IDLE;
    private @Nullable ErrorResponse fatal;
    private @Nullable ErrorResponse settingsError;
    /** What waits for PgWeir's own query to be answered; nearly always empty. */
    private final ArrayDeque<Runnable> afterInternal = new ArrayDeque<>(0);
    /** The client has part of a message, so that nothing else can be said to it before the rest. */
    private boolean clientTorn;
    /** The client is gone; answers are awaited but not passed on. */
    private boolean discarding;

    /** The draining has begun, which it does not before the buffer at hand is read. */
    private boolean draining;
    /** The client left in the middle of a message. */
    private boolean leftInMessage;
    /** A read buffer is being passed on; writing to the client may show that it is gone. */
    private boolean relaying;
    /** The answer to the settings query has not come. */
    private boolean settling;
    /** The client's first request waits for that answer. */
    private boolean holdsClient;

    private boolean serverPaused;
    /** Nothing of the bound server has been read yet. */
    private boolean fresh;

    private long transactionStart;
    private long queryStart;

    /**
     * @param clientGate stops the client while the server takes no more
     * @param wanted the client's own settings; changed when PostgreSQL reports a change
     */
    public Link(Owner owner, Channel client, ReadGate clientGate, SessionParameters wanted) {
        this.owner = owner;
        this.client = client;
        this.loop = client.eventLoop();
        this.clientGate = clientGate;
        this.wanted = wanted;
    }

    // ---- binding ----

    /**
     * Binds a server and, if it has other settings than the client wants, sends the query that changes them; the client's
     * first request follows in the same flight.
     *
     * @return false if the server died before it could be bound; it is released then
     */
    public boolean bind(PooledServer assigned) {
        // All servers of these pools come from the one connector.
        ServerConnection to =
                (ServerConnection) Objects.requireNonNull(assigned.connection(), "a server that is ready");
        number++;
        slot = assigned;
        server = to;
        requests.clear();
        status = TransactionStatus.IDLE;
        fatal = null;
        settingsError = null;
        clientTorn = false;
        serverPaused = false;
        fresh = true;
        to.link(this, number);
        if (!to.isUsable() || !to.scanner().atBoundary()) {
            // It is ending, or part of a message that nobody asked for is still to come.
            release(Release.close(DisconnectReason.SERVER_CRASHED), true);
            return false;
        }
        long now = System.nanoTime();
        transactionStart = now;
        queryStart = now;
        settling = !to.parameters().suits(wanted);
        holdsClient = settling && wanted.hasExtra();
        if (settling) {
            sendInternal(new Query(to.parameters().queryToSuit(wanted)));
        }
        if (holdsClient) {
            flush();
        }
        return true;
    }

    /**
     * Whether the client's first request has to wait for {@link Owner#onSettled}: it asked for settings by name that
     * PostgreSQL may refuse, and no statement may run without them.
     */
    public boolean isSettling() {
        return holdsClient;
    }

    /** Whether a server is bound. */
    public boolean isBound() {
        return server != null;
    }

    /** The bound server. */
    public @Nullable PooledServer slot() {
        return slot;
    }

    /**
     * Gives the server back.
     *
     * @param clean whether the client's side stands between messages
     */
    public void release(Release how, boolean clean) {
        PooledServer from = slot;
        ServerConnection to = server;
        if (from == null || to == null) {
            return;
        }
        boolean serverClean = !to.isUsable() || to.scanner().atBoundary();
        resumeServer();
        clientGate.open(ReadGate.PEER_FULL);
        boolean reusable = clean && serverClean && !requests.isDoubtful();
        Release safe =
                reusable || how.kind() == Release.Kind.CLOSE ? how : Release.close(DisconnectReason.SERVER_UNSYNC);
        slot = null;
        server = null;
        requests.clear();
        to.unlink(clean && serverClean);
        from.pool().release(from, safe);
        runAfterInternal();
    }

    // ---- from the client to the server ----

    /** Sends the client's bytes on with the next {@link #flush}. Takes over the buffer. */
    public void write(ByteBuf data) {
        ServerConnection to = Objects.requireNonNull(server);
        stats().bytesReceived().add(data.readableBytes());
        to.write(data, loop);
        if (!to.isWritable()) {
            to.flush();
            if (!to.isWritable()) {
                clientGate.close(ReadGate.PEER_FULL);
            }
        }
    }

    /** Sends what was written. */
    public void flush() {
        if (server != null) {
            server.flush();
        }
    }

    /** A message of the client was passed on, or its first bytes. */
    public void sent(byte type) {
        if (requests.isIdle()) {
            queryStart = System.nanoTime();
            if (status == TransactionStatus.IDLE) {
                transactionStart = queryStart;
            }
        }
        requests.sent(type);
    }

    private void sendInternal(FrontendMessage message) {
        ServerConnection to = Objects.requireNonNull(server);
        ByteBuf out = client.alloc().buffer();
        message.encode(out);
        requests.sentInternal();
        to.write(out, loop);
    }

    /**
     * Runs an action, for instance a cancel request, at once or, while PostgreSQL works on a query of PgWeir's own, after
     * that; a cancel would hit that query and leave the client's to run. It runs in every case, even if the server is
     * released before.
     */
    public void afterInternal(Runnable action) {
        if (requests.headIsInternal()) {
            afterInternal.add(action);
        } else {
            action.run();
        }
    }

    private void runAfterInternal() {
        while (!afterInternal.isEmpty()) {
            afterInternal.remove().run();
        }
    }

    // ---- what the client's side wants to know ----

    /** Whether nothing is open. */
    public boolean isIdle() {
        return requests.isIdle();
    }

    /** Whether copy data are for the server, and not late ones of a COPY that has failed. */
    public boolean takesCopyData() {
        return requests.takesCopyData();
    }

    /** How many ReadyForQuery the client still expects. */
    public int answersOwed() {
        return requests.answersOwed();
    }

    /** Whether the client has sent messages of the extended protocol, or copy data, that only a Sync ends. */
    public boolean awaitsSync() {
        return requests.isUnsynced();
    }

    /** Whether the client has part of a message. */
    public boolean isClientTorn() {
        return clientTorn;
    }

    /** The transaction status of the last answer. */
    public TransactionStatus status() {
        return status;
    }

    /** When the transaction began, or would have: {@link System#nanoTime}. */
    public long transactionStart() {
        return transactionStart;
    }

    /** When the request that is being answered came, or when the last answer was complete: {@link System#nanoTime}. */
    public long queryStart() {
        return queryStart;
    }

    private PoolStats stats() {
        return Objects.requireNonNull(slot).pool().stats();
    }

    // ---- from the server to the client ----

    @Override
    public EventLoop loop() {
        return loop;
    }

    @Override
    public void onServerRead(ServerConnection from, long link, ByteBuf data) {
        if (from != server || link != number) {
            onLateData(from, data);
            return;
        }
        try {
            relaying = true;
            relay(from, data);
            relaying = false;
        } catch (ProtocolException e) {
            breakOff(
                    from,
                    DisconnectReason.SERVER_PROTOCOL_ERROR,
                    ErrorResponse.of(Severity.ERROR, e.sqlState(), "bad packet from server: " + e.getMessage()));
            return;
        } catch (RuntimeException e) {
            LOG.error("{}: relaying an answer failed: a fault of PgWeir", from, e);
            breakOff(
                    from,
                    DisconnectReason.INTERNAL_ERROR,
                    ErrorResponse.of(Severity.ERROR, SqlState.INTERNAL_ERROR, "internal error of PgWeir"));
            return;
        }
        ErrorResponse refused = settingsError;
        if (refused != null && !discarding && !requests.headIsInternal()) {
            settingsError = null;
            owner.onSettingsRefused(refused);
        } else if (discarding && !draining) {
            startDrain();
        } else if (holdsClient && !settling) {
            holdsClient = false;
            owner.onSettled();
        } else if (server == from && requests.isIdle() && from.scanner().atBoundary()) {
            onAllAnswered();
        }
    }

    /** The server cannot be understood any more. */
    private void breakOff(ServerConnection from, DisconnectReason reason, ErrorResponse why) {
        relaying = false;
        from.close(reason);
        if (discarding) {
            release(Release.close(reason), false);
        } else {
            owner.onServerLost(why);
        }
    }

    /**
     * The server's loop may have read the beginning of a notice just before the server was bound, where nobody could have
     * it: the rest is no more use.
     */
    private void skipForeign(FrameScanner scanner, ByteBuf data) {
        int rest = scanner.isCollecting() ? 0 : scanner.bodyRemaining();
        if (rest > 0) {
            ByteBuf foreign = data.readSlice(Math.min(rest, data.readableBytes()));
            while (scanner.next(foreign) != FrameScanner.END) {
                // It is dropped.
            }
            rest = scanner.bodyRemaining();
        }
        fresh = rest > 0;
    }

    private void relay(ServerConnection from, ByteBuf data) {
        FrameScanner scanner = from.scanner();
        if (fresh) {
            skipForeign(scanner, data);
        }
        int first = data.readerIndex();
        int end = data.writerIndex();
        int run = first;
        int runEnd = first;
        boolean passedOn = false;
        try {
            int event;
            while ((event = scanner.next(data)) != FrameScanner.END) {
                // Of the answer behind refused settings not a byte: it may end within a message, where no error can
                // follow.
                boolean keep = !discarding && settingsError == null && !requests.headIsInternal();
                if (event == FrameScanner.MESSAGE) {
                    keep &= onMessage(from, scanner.type(), scanner);
                } else if (event == FrameScanner.HEADER) {
                    onHeader(scanner.type());
                }
                if (keep) {
                    int from0 = scanner.from();
                    if (scanner.isSplit()) {
                        toClient(scanner.buffer().retainedSlice(from0, scanner.to() - from0));
                        run = data.readerIndex();
                        runEnd = run;
                    } else {
                        if (from0 != runEnd) {
                            toClient(data, run, runEnd);
                            run = from0;
                        }
                        runEnd = scanner.to();
                    }
                    clientTorn = event != FrameScanner.MESSAGE && scanner.bodyRemaining() > 0;
                }
            }
            if (run == first && runEnd == end && end > first) {
                passedOn = true;
                toClient(data.readerIndex(first));
            } else {
                toClient(data, run, runEnd);
            }
        } catch (ProtocolException e) {
            // What stood before it counts as answered, so the client has to have it.
            toClient(data, run, runEnd);
            client.flush();
            throw e;
        } finally {
            if (!passedOn) {
                data.release();
            }
        }
    }

    /** Whether the client may see it. */
    private boolean onMessage(ServerConnection from, byte type, FrameScanner scanner) {
        switch (type) {
            case BackendMessageType.READY_FOR_QUERY -> {
                return onReady(from, ReadyForQuery.decode(scanner.body()).status());
            }
            case BackendMessageType.PARAMETER_STATUS -> {
                ParameterStatus change = ParameterStatus.decode(scanner.body());
                from.parameters().reported(change.name(), change.value());
                if (!requests.headIsInternal()) {
                    wanted.reported(change.name(), change.value());
                }
                return true;
            }
            default -> {
                return onError(ErrorResponse.decode(scanner.body()));
            }
        }
    }

    /** A message of which only the type is looked at, or one that is too long to be seen whole. */
    private void onHeader(byte type) {
        if (type == BackendMessageType.COPY_IN_RESPONSE) {
            requests.onCopyIn();
            if (draining) {
                endGroup();
            }
        } else if (type == BackendMessageType.ERROR_RESPONSE) {
            if (requests.headIsInternal()) {
                settingsError = ErrorResponse.of(
                        Severity.ERROR, SqlState.INTERNAL_ERROR, "the server refused the settings at great length");
            } else {
                requests.onError();
            }
        }
    }

    private boolean onReady(ServerConnection from, TransactionStatus now) {
        status = now;
        if (requests.onReady() == RequestQueue.INTERNAL) {
            if (settling && settingsError == null) {
                from.parameters().nowSuit(wanted);
            }
            settling = false;
            runAfterInternal();
            return false;
        }
        long time = System.nanoTime();
        PoolStats stats = stats();
        stats.queryCount().increment();
        stats.queryTime().add((time - queryStart) / 1000);
        queryStart = time;
        if (now == TransactionStatus.IDLE) {
            stats.xactCount().increment();
            stats.xactTime().add((time - transactionStart) / 1000);
            transactionStart = time;
        }
        return true;
    }

    private boolean onError(ErrorResponse error) {
        if (error.severity() == Severity.FATAL || error.severity() == Severity.PANIC) {
            // The connection ends, which is the pooler's business: the client keeps its own and is told what it lost.
            fatal = error;
            return false;
        }
        if (requests.headIsInternal()) {
            settingsError = error;
            return false;
        }
        requests.onError();
        return true;
    }

    private void toClient(ByteBuf data, int from, int to) {
        if (to > from) {
            toClient(data.retainedSlice(from, to - from));
        }
    }

    private void toClient(ByteBuf data) {
        if (discarding) {
            // A write of a moment ago has shown that the client is gone.
            data.release();
            return;
        }
        stats().bytesSent().add(data.readableBytes());
        client.write(data, client.voidPromise());
        if (!client.isWritable()) {
            client.flush();
            if (!discarding && !client.isWritable() && !serverPaused && server != null) {
                serverPaused = true;
                server.setReadable(false);
            }
        }
    }

    /** The client takes more again, or has gone. */
    public void resumeServer() {
        if (serverPaused) {
            serverPaused = false;
            if (server != null) {
                server.setReadable(true);
            }
        }
    }

    @Override
    public void onServerReadComplete(ServerConnection from, long link) {
        client.flush();
    }

    @Override
    public void onServerWritabilityChanged(ServerConnection from, long link) {
        if (from == server && link == number && from.isWritable()) {
            clientGate.open(ReadGate.PEER_FULL);
        }
    }

    @Override
    public void onServerClosed(ServerConnection from, long link) {
        if (from == server && link == number) {
            if (discarding) {
                release(Release.close(DisconnectReason.SERVER_CRASHED), true);
            } else {
                owner.onServerLost(fatal);
            }
        }
        // Nobody scans a closed server: a link that comes too late sees that it is closed before anything else.
        from.scanner().release();
    }

    /**
     * The server was released before these bytes, read on another loop, arrived here. Notices and notifications may be
     * dropped, since they come in whole messages and nobody waits for them; anything else means that the server cannot be
     * trusted any more.
     */
    private static void onLateData(ServerConnection from, ByteBuf data) {
        try {
            while (data.readableBytes() >= FrameScanner.HEADER_LENGTH) {
                byte type = data.getByte(data.readerIndex());
                int length = data.getInt(data.readerIndex() + 1);
                boolean harmless =
                        type == BackendMessageType.NOTICE_RESPONSE || type == BackendMessageType.NOTIFICATION_RESPONSE;
                if (!harmless || length < 4 || length > data.readableBytes() - 1) {
                    break;
                }
                data.skipBytes(length + 1);
            }
            if (data.isReadable()) {
                from.close(DisconnectReason.SERVER_UNSYNC);
            }
        } finally {
            data.release();
        }
    }

    // ---- when the client is gone ----

    /**
     * The client has left in the middle of something: brings the server back to a clean state and releases it then,
     * instead of throwing the connection away.
     *
     * @param atBoundary whether the client's last message had been passed on completely
     * @param whenClean how the server is released in the end
     * @return whether a request is being worked on, which it may be worth to cancel
     */
    public boolean drain(boolean atBoundary, Release whenClean) {
        discarding = true;
        afterDrain = whenClean;
        leftInMessage = !atBoundary;
        resumeServer();
        if (relaying) {
            // It was a write to the client that failed; the buffer that is being read is finished first.
            return atBoundary && !requests.isIdle();
        }
        return startDrain();
    }

    private boolean startDrain() {
        draining = true;
        if (leftInMessage || requests.isDoubtful()) {
            release(Release.close(DisconnectReason.CLIENT_LEFT_IN_TRANSACTION), !leftInMessage);
            return false;
        }
        endGroup();
        if (requests.isIdle()) {
            onAllAnswered();
            return false;
        }
        return true;
    }

    /** Ends what only the client could have ended. */
    private void endGroup() {
        if (requests.isCopyIn()) {
            fromPooler(new CopyFail("the client has left"), FrontendMessageType.COPY_FAIL);
        }
        if (requests.isUnsynced()) {
            fromPooler(EmptyFrontendMessage.SYNC, FrontendMessageType.SYNC);
        }
        flush();
    }

    private Release afterDrain = Release.REUSE;

    private void fromPooler(FrontendMessage message, byte type) {
        ByteBuf out = client.alloc().buffer();
        message.encode(out);
        Objects.requireNonNull(server).write(out, loop);
        requests.sent(type);
    }

    private void onAllAnswered() {
        if (!discarding) {
            owner.onIdle();
        } else if (status != TransactionStatus.IDLE) {
            sendInternal(new Query("ROLLBACK"));
            flush();
        } else {
            release(afterDrain, true);
        }
    }
}

package dev.pgweir.proxy.link;

import dev.pgweir.protocol.BackendMessageType;
import dev.pgweir.protocol.FrontendMessageType;
import dev.pgweir.protocol.ProtocolException;
import dev.pgweir.protocol.Severity;
import dev.pgweir.protocol.SqlState;
import dev.pgweir.protocol.TransactionStatus;
import dev.pgweir.protocol.frame.FrameScanner;
import dev.pgweir.protocol.message.backend.CommandComplete;
import dev.pgweir.protocol.message.backend.ErrorResponse;
import dev.pgweir.protocol.message.backend.ParameterStatus;
import dev.pgweir.protocol.message.backend.ReadyForQuery;
import dev.pgweir.protocol.message.frontend.EmptyFrontendMessage;
import dev.pgweir.protocol.message.frontend.Query;
import dev.pgweir.proxy.net.ReadGate;
import dev.pgweir.proxy.pool.PooledServer;
import dev.pgweir.proxy.pool.Release;
import dev.pgweir.proxy.prepare.Effect;
import dev.pgweir.proxy.prepare.Effects;
import dev.pgweir.proxy.prepare.StatementTable;
import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.LinkedClient;
import dev.pgweir.proxy.server.ServerConnection;
import dev.pgweir.proxy.server.SessionParameters;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
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

        /** Answers have come, for which {@link #awaitAnswers} was called. */
        void onAnswers();

        /** The number of the client's event loop, under which times are recorded. */
        int loopIndex();

        /**
         * PostgreSQL has done what was asked of it and is ready for the next.
         *
         * @param nanos how long it took
         */
        default void onQueryDone(long nanos) {}

        /** A request has left a transaction open where {@link #refuseTransactions} was called. Its answer is not passed on. */
        void onTransactionRefused();
    }

    private static final Logger LOG = LoggerFactory.getLogger(Link.class);

    private final Owner owner;
    private final Channel client;
    private final EventLoop loop;
    private final SessionParameters wanted;
    private final FollowedSettings followed;
    private final SettingsTransfer settings;

    private final RequestQueue requests;
    private final GroupCopy copy = new GroupCopy();
    private final ServerSide server;
    private long number;
    private @Nullable ErrorResponse fatal;
    /** The client has part of a message, so that nothing else can be said to it before the rest. */
    private boolean clientTorn;
    /** The client is gone; answers are awaited but not passed on. */
    private boolean discarding;
    /** Statement mode: each request ends what it began. */
    private boolean refusesTransactions;
    /** One did not; nothing more is passed on. */
    private boolean transactionRefused;

    /** The draining has begun, which it does not before the buffer at hand is read. */
    private boolean draining;
    /** The client left in the middle of a message. */
    private boolean leftInMessage;
    /** How the server is released when it is clean again. */
    private Release afterDrain = Release.REUSE;
    /** A read buffer is being passed on; writing to the client may show that it is gone. */
    private boolean relaying;
    private boolean serverPaused;
    /** Nothing of the bound server has been read yet. */
    private boolean fresh;

    /** The body that is being read is for the client. */
    private boolean keepsBody;
    /** Takes the place of the message that was just read. */
    private @Nullable ByteBuf replacement;
    /** The body of a message whose header was seen is being read. */
    private boolean inBody;
    /** The client's side waits for answers. */
    private boolean awaited;
    /** What {@link RequestQueue#left} was then. */
    private long awaitedFrom;

    private final Slices slices = new Slices();
    private @Nullable Preparer preparer;
    private @Nullable StatementRepair repair;

    /**
     * @param clientGate stops the client while the server takes no more
     * @param wanted the client's own settings; changed when PostgreSQL reports a change
     * @param follows whether the client's statements or settings are to be followed: each of its messages of the extended protocol has
     *     to be announced then
     */
    public Link(Owner owner, Channel client, ReadGate clientGate, SessionParameters wanted, boolean follows) {
        this.owner = owner;
        this.client = client;
        this.loop = client.eventLoop();
        this.wanted = wanted;
        this.followed = new FollowedSettings(wanted);
        this.requests = new RequestQueue(follows);
        this.server = new ServerSide(client, clientGate, requests, copy, follows);
        this.settings = new SettingsTransfer(server, requests, followed, wanted);
    }

    /**
     * Follows the client's statements, or with a limit of 0 its settings alone.
     *
     * @param limit setting {@code max_prepared_statements}: how many a server may have
     */
    public Preparer follow(StatementTable table, int limit) {
        Preparer made = new Preparer(server, requests, followed, table, wanted, limit);
        preparer = made;
        repair = new StatementRepair(server, requests, copy, made);
        server.follow(made.client());
        return made;
    }

    // ---- binding ----

    /**
     * Binds a server and, if it has other settings than the client wants, sends the query that changes them; the client's
     * first request follows in the same flight.
     *
     * @return false if the server died before it could be bound; it is released then
     */
    public boolean bind(PooledServer assigned) {
        ServerConnection to = server.bind(assigned);
        number++;
        fatal = null;
        inBody = false;
        clientTorn = false;
        serverPaused = false;
        fresh = true;
        to.link(this, number);
        if (!to.isUsable() || !to.scanner().atBoundary()) {
            // It is ending, or part of a message that nobody asked for is still to come.
            release(Release.close(DisconnectReason.SERVER_CRASHED), true);
            return false;
        }
        if (preparer == null || preparer.passes()) {
            // What the client prepares and deallocates will not be known.
            to.statements().doubt();
            to.statements().forgetUnnamed();
        }
        settings.bound(to);
        return true;
    }

    /**
     * Whether the client's first request has to wait for {@link Owner#onSettled}: it asked for settings by name that
     * PostgreSQL may refuse, and no statement may run without them.
     */
    public boolean isSettling() {
        return settings.holdsClient();
    }

    /** Whether a server is bound. */
    public boolean isBound() {
        return server.isBound();
    }

    /** The bound server. */
    public @Nullable PooledServer slot() {
        return server.slot();
    }

    /**
     * Gives the server back.
     *
     * @param clean whether the client's side stands between messages
     */
    public void release(Release how, boolean clean) {
        if (!server.isBound()) {
            return;
        }
        resumeServer();
        settings.left();
        if (preparer != null) {
            preparer.left();
        }
        awaited = false;
        server.release(how, clean);
    }

    // ---- from the client to the server ----

    /** Sends the client's bytes on with the next {@link #flush}. Takes over the buffer. */
    public void write(ByteBuf data) {
        server.write(data);
    }

    /** Sends what was written. */
    public void flush() {
        server.flush();
    }

    /** A message of the client of which nothing is followed was passed on, or its first bytes. */
    public void sent(byte type) {
        if (type == FrontendMessageType.COPY_DATA && preparer != null && !requests.isCopyIn()) {
            beforeCopyData(preparer);
        }
        server.sent(type, null);
    }

    /**
     * Copy data of which PostgreSQL has not said that it takes them: what PgWeir itself has to say to the server while they are
     * being sent would come to lie in the middle of a message, and what follows be read as something else.
     */
    private void beforeCopyData(Preparer of) {
        of.answered();
        if (of.isHeld()) {
            server.isUnreadable();
        }
    }

    /** From now on a transaction that is still open at the end of a request is one too many. */
    public void refuseTransactions() {
        refusesTransactions = true;
    }

    /** The client's next message depends on answers to earlier ones, which PostgreSQL is asked to give now. */
    public void awaitAnswers() {
        awaited = true;
        awaitedFrom = requests.left();
        server.send(EmptyFrontendMessage.FLUSH, FrontendMessageType.FLUSH);
        server.flush();
    }

    /**
     * Asks PostgreSQL what the settings are that the client may have changed; they follow it from then on. To be called
     * between transactions.
     *
     * @return false if there is nothing to ask
     */
    public boolean readSettings() {
        return settings.read();
    }

    /** Before ReadyForQuery: the client is told what a reset has come to. */
    public void tellReset(ByteBuf out) {
        followed.tellReset(out);
    }

    /** Whether PostgreSQL drops what the client sends before its next Sync. */
    public boolean isSkipping() {
        return requests.isSkipping();
    }

    /**
     * Runs an action, for instance a cancel request, at once or, while PostgreSQL works on a query of PgWeir's own, after
     * that; a cancel would hit that query and leave the client's to run. It runs in every case, even if the server is
     * released before.
     */
    public void afterInternal(Runnable action) {
        server.afterInternal(action);
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
        return server.status();
    }

    /** When the transaction began, or would have: {@link System#nanoTime}. */
    public long transactionStart() {
        return server.transactionStart();
    }

    /** When the request that is being answered came, or when the last answer was complete: {@link System#nanoTime}. */
    public long queryStart() {
        return server.queryStart();
    }

    // ---- from the server to the client ----

    @Override
    public EventLoop loop() {
        return loop;
    }

    @Override
    public void onServerRead(ServerConnection from, long link, ByteBuf data) {
        if (!server.isBoundTo(from) || link != number) {
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
        ErrorResponse refused = discarding || transactionRefused ? null : settings.takeRefusal();
        if (transactionRefused && !discarding) {
            owner.onTransactionRefused();
        } else if (refused != null) {
            owner.onSettingsRefused(refused);
        } else if (discarding && !draining) {
            startDrain();
        } else if (!discarding && settings.takeSettled()) {
            owner.onSettled();
        } else if (server.isBoundTo(from)) {
            if (requests.isIdle() && from.scanner().atBoundary()) {
                onAllAnswered();
            }
            if (server.isBoundTo(from) && awaited && !discarding && requests.left() != awaitedFrom) {
                awaited = false;
                owner.onAnswers();
            }
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
        slices.begin(data.readerIndex(), data.readerIndex());
        // The end of the last answer that is complete.
        int complete = data.readerIndex();
        boolean torn = clientTorn;
        boolean passedOn = false;
        try {
            int event;
            while ((event = scanner.next(data)) != FrameScanner.END) {
                // Of the answer behind refused settings not a byte: it may end within a message, where no error can
                // follow.
                boolean body = event == FrameScanner.OPAQUE && inBody;
                boolean keep = body
                        ? keepsBody && !discarding
                        : !discarding && !settings.isRefused() && !transactionRefused && !requests.headIsInternal();
                if (event == FrameScanner.MESSAGE) {
                    keep &= onMessage(from, scanner.type(), scanner);
                    if (transactionRefused) {
                        // What came before the end of that answer is not to be seen either.
                        if (!torn) {
                            slices.dropFrom(complete);
                        }
                        toClient(slices.take(data));
                    }
                } else if (event == FrameScanner.HEADER) {
                    keep &= onHeader(scanner.type());
                    keepsBody = keep;
                }
                inBody = (body || event == FrameScanner.HEADER) && scanner.bodyRemaining() > 0;
                ByteBuf other = replacement;
                if (other != null) {
                    replacement = null;
                    keep = false;
                    toClient(slices.take(data));
                    toClient(other);
                }
                if (keep) {
                    if (scanner.isSplit()) {
                        toClient(scanner.buffer().retainedSlice(scanner.from(), scanner.to() - scanner.from()));
                    } else {
                        toClient(slices.keep(data, scanner.from(), scanner.to()));
                    }
                    if (event == FrameScanner.MESSAGE && scanner.type() == BackendMessageType.READY_FOR_QUERY) {
                        complete = data.readerIndex();
                    }
                    clientTorn = event != FrameScanner.MESSAGE && scanner.bodyRemaining() > 0;
                }
            }
            if (slices.isWhole(data)) {
                passedOn = true;
                toClient(data.readerIndex(slices.first()));
            } else {
                toClient(slices.take(data));
            }
        } catch (ProtocolException e) {
            // What stood before it counts as answered, so the client has to have it.
            toClient(slices.take(data));
            client.flush();
            throw e;
        } finally {
            if (!passedOn) {
                data.release();
            }
        }
    }

    /** Whether the client may see it. */
    private boolean onHeader(byte type) {
        if (type == BackendMessageType.COPY_IN_RESPONSE) {
            copy.end();
            requests.onCopyIn();
            if (draining) {
                server.endGroup();
            }
            return true;
        }
        if (type == BackendMessageType.ERROR_RESPONSE) {
            // Too long to be read, but an error all the same.
            return onError(ErrorResponse.of(
                    Severity.ERROR, SqlState.INTERNAL_ERROR, "the server answered with a very long error"));
        }
        if (type == BackendMessageType.DATA_ROW && settings.takesRows()) {
            settings.onLongRow();
        }
        return !server.isWatching() || !onAnswer(type);
    }

    /** Whether it is hidden from the client. */
    private boolean onAnswer(byte type) {
        return switch (type) {
            case BackendMessageType.PARSE_COMPLETE -> requests.onAnswer(type, FrontendMessageType.PARSE);
            case BackendMessageType.BIND_COMPLETE -> requests.onAnswer(type, FrontendMessageType.BIND);
            case BackendMessageType.CLOSE_COMPLETE -> requests.onAnswer(type, FrontendMessageType.CLOSE);
            case BackendMessageType.NO_DATA, BackendMessageType.ROW_DESCRIPTION -> {
                if (preparer != null && !requests.headIsInternal()) {
                    preparer.answered();
                }
                yield requests.onAnswer(type, FrontendMessageType.DESCRIBE);
            }
            case BackendMessageType.COMMAND_COMPLETE,
                    BackendMessageType.EMPTY_QUERY_RESPONSE,
                    BackendMessageType.PORTAL_SUSPENDED -> {
                if (!requests.headIsInternal() && !requests.isHeadHidden()) {
                    copy.executed();
                }
                yield requests.onAnswer(type, FrontendMessageType.EXECUTE);
            }
            default -> false;
        };
    }

    /** Whether the client may see it. */
    private boolean onMessage(ServerConnection from, byte type, FrameScanner scanner) {
        switch (type) {
            case BackendMessageType.READY_FOR_QUERY -> {
                return onReady(from, ReadyForQuery.decode(scanner.body()).status());
            }
            case BackendMessageType.PARAMETER_STATUS -> {
                return settings.onReport(from, ParameterStatus.decode(scanner.body()));
            }
            case BackendMessageType.COMMAND_COMPLETE -> {
                if (requests.headType() == FrontendMessageType.QUERY
                        && requests.headEffect() instanceof Effects effects) {
                    effects.completed(CommandComplete.decode(scanner.body()).tag());
                }
                return !onAnswer(type);
            }
            case BackendMessageType.DATA_ROW -> {
                if (settings.takesRows()) {
                    settings.onRow(scanner.body());
                }
                return true;
            }
            default -> {
                return onError(scanner.body());
            }
        }
    }

    private boolean onReady(ServerConnection from, TransactionStatus now) {
        server.onReady(now);
        if (!requests.headIsInternal()) {
            copy.end();
        }
        if (requests.onReady() == RequestQueue.INTERNAL) {
            settings.onOwnDone(from);
            server.runAfterInternal();
            return false;
        }
        if (refusesTransactions && now != TransactionStatus.IDLE && !discarding) {
            transactionRefused = true;
            return false;
        }
        if (followed.hasReset() && !discarding) {
            replacement = client.alloc().buffer();
            followed.tellReset(replacement);
            new ReadyForQuery(now).encode(replacement);
            if (now == TransactionStatus.IN_TRANSACTION) {
                settings.settle(from);
            }
        }
        owner.onQueryDone(server.onDone(owner.loopIndex()));
        return true;
    }

    private boolean onError(ByteBuf body) {
        ErrorResponse error = ErrorResponse.decode(body);
        server.stats().errors().add(error.code());
        if (repair != null) {
            if (repair.mends(error, !discarding)) {
                return false;
            }
            replacement = discarding ? null : repair.retold(error, body);
        }
        return onError(error);
    }

    /** Whether the client may see it. */
    private boolean onError(ErrorResponse error) {
        if (error.severity() == Severity.FATAL || error.severity() == Severity.PANIC) {
            // The connection ends, which is the pooler's business: the client keeps its own and is told what it lost.
            fatal = error;
            return false;
        }
        if (requests.headIsInternal() && settings.onOwnError(error)) {
            return false;
        }
        followed.onError();
        if (requests.onError()) {
            server.send(EmptyFrontendMessage.SYNC, FrontendMessageType.SYNC);
            server.flush();
        }
        return true;
    }

    private void toClient(@Nullable ByteBuf data) {
        if (data == null) {
            return;
        }
        if (discarding) {
            // A write of a moment ago has shown that the client is gone.
            data.release();
            return;
        }
        server.stats().bytesSent().add(data.readableBytes());
        client.write(data, client.voidPromise());
        if (!client.isWritable()) {
            client.flush();
            if (!discarding && !client.isWritable() && !serverPaused && server.isBound()) {
                serverPaused = true;
                server.server().setReadable(false);
            }
        }
    }

    /** The client takes more again, or has gone. */
    public void resumeServer() {
        if (serverPaused) {
            serverPaused = false;
            if (server.isBound()) {
                server.server().setReadable(true);
            }
        }
    }

    @Override
    public void onServerReadComplete(ServerConnection from, long link) {
        client.flush();
    }

    @Override
    public void onServerWritabilityChanged(ServerConnection from, long link) {
        if (server.isBoundTo(from) && link == number && from.isWritable()) {
            server.onWritable();
        }
    }

    @Override
    public void onServerClosed(ServerConnection from, long link) {
        if (server.isBoundTo(from) && link == number) {
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

    /**
     * Gives PostgreSQL as long as for a login (server_connect_timeout) to bring the server to a clean state: after that the
     * network is taken to be dead, and what is only closed politely there would keep its place until TCP notices.
     */
    public void limitDrain() {
        if (!server.isBound()) {
            return;
        }
        ServerConnection on = server.server();
        if (on.profile().connectTimeout().isZero()) {
            return;
        }
        long mine = number;
        loop.schedule(
                () -> {
                    if (server.isBoundTo(on) && number == mine) {
                        on.abort(DisconnectReason.CLIENT_LEFT_IN_TRANSACTION);
                    }
                },
                on.profile().connectTimeout().toNanos(),
                TimeUnit.NANOSECONDS);
    }

    private boolean startDrain() {
        draining = true;
        if (leftInMessage || requests.isDoubtful()) {
            release(Release.close(DisconnectReason.CLIENT_LEFT_IN_TRANSACTION), !leftInMessage);
            return false;
        }
        server.endGroup();
        if (requests.isIdle()) {
            onAllAnswered();
            return false;
        }
        return true;
    }

    private void onAllAnswered() {
        if (!discarding) {
            owner.onIdle();
        } else if (server.status() != TransactionStatus.IDLE) {
            server.sendInternal(new Query("ROLLBACK"));
            server.flush();
        } else if (!settings.read()) {
            release(afterDrain, true);
        }
    }
}

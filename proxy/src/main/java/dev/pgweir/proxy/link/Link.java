package dev.pgweir.proxy.link;

import dev.pgweir.protocol.BackendMessageType;
import dev.pgweir.protocol.FrontendMessageType;
import dev.pgweir.protocol.ProtocolException;
import dev.pgweir.protocol.Severity;
import dev.pgweir.protocol.SqlState;
import dev.pgweir.protocol.TransactionStatus;
import dev.pgweir.protocol.frame.FrameScanner;
import dev.pgweir.protocol.message.backend.CommandComplete;
import dev.pgweir.protocol.message.backend.DataRow;
import dev.pgweir.protocol.message.backend.ErrorResponse;
import dev.pgweir.protocol.message.backend.ParameterStatus;
import dev.pgweir.protocol.message.backend.ReadyForQuery;
import dev.pgweir.protocol.message.frontend.CopyFail;
import dev.pgweir.protocol.message.frontend.EmptyFrontendMessage;
import dev.pgweir.protocol.message.frontend.FrontendMessage;
import dev.pgweir.protocol.message.frontend.PreparedKind;
import dev.pgweir.protocol.message.frontend.Query;
import dev.pgweir.proxy.log.LogSubject;
import dev.pgweir.proxy.net.ReadGate;
import dev.pgweir.proxy.pool.PoolStats;
import dev.pgweir.proxy.pool.PooledServer;
import dev.pgweir.proxy.pool.Release;
import dev.pgweir.proxy.prepare.ClientStatements;
import dev.pgweir.proxy.prepare.Effect;
import dev.pgweir.proxy.prepare.Effects;
import dev.pgweir.proxy.prepare.PreparedStatement;
import dev.pgweir.proxy.prepare.Reference;
import dev.pgweir.proxy.prepare.ServerStatements;
import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.LinkedClient;
import dev.pgweir.proxy.server.ServerConnection;
import dev.pgweir.proxy.server.SessionParameters;
import dev.pgweir.proxy.server.SettingsTrace;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
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

        /**
         * PostgreSQL has refused a statement's name. Called from within: it only tells the log.
         *
         * @return whether the client is not to see that error, nor what follows, but {@link #onNameRefused} is to be called
         */
        default boolean refusesName(WrongName name) {
            return false;
        }

        /** What {@link #refusesName} has asked for. */
        default void onNameRefused() {}

        /** Whom lines of the log are about. */
        LogSubject subject();
    }

    private static final Logger LOG = LoggerFactory.getLogger(Link.class);

    private final Owner owner;
    private final Channel client;
    private final EventLoop loop;
    private final ReadGate clientGate;
    private final SessionParameters wanted;
    private final FollowedSettings settings;

    private final RequestQueue requests;
    /** Whether each message of the extended protocol is followed, for the sake of the client's statements and settings. */
    private final boolean follows;

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
    /** Statement mode: each request ends what it began. */
    private boolean refusesTransactions;
    /** One did not; nothing more is passed on. */
    private boolean transactionRefused;
    /** The client has used a name that it should not have; nothing more is passed on. */
    private boolean nameRefused;

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

    /** The scanner looks at each answer. */
    private boolean watching;
    /** The body that is being read is for the client. */
    private boolean keepsBody;
    /** Takes the place of the message that was just read. */
    private @Nullable ByteBuf replacement;
    /** It is not known what the client has left on the server. */
    private boolean unreadable;
    /** The body of a message whose header was seen is being read. */
    private boolean inBody;
    /** The client's side waits for answers. */
    private boolean awaited;
    /** What {@link RequestQueue#left} was then. */
    private long awaitedFrom;

    private final GroupCopy copy = new GroupCopy();
    private @Nullable Preparer preparer;

    private long transactionStart;
    private long queryStart;

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
        this.clientGate = clientGate;
        this.wanted = wanted;
        this.settings = new FollowedSettings(wanted);
        this.follows = follows;
        this.requests = new RequestQueue(follows);
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
        unreadable = false;
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
        long now = System.nanoTime();
        transactionStart = now;
        queryStart = now;
        settling = !to.parameters().suits(wanted);
        holdsClient = settling && wanted.mayBeRefused();
        if (settling) {
            sendSettings(to);
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
        boolean reusable = clean && serverClean && !unreadable && !requests.isDoubtful();
        Release safe =
                reusable || how.kind() == Release.Kind.CLOSE ? how : Release.close(DisconnectReason.SERVER_UNSYNC);
        slot = null;
        server = null;
        requests.clear();
        settings.left();
        if (preparer != null) {
            preparer.left();
        }
        awaited = false;
        copy.end();
        if (watching) {
            watching = false;
            to.scanner().interest(ServerConnection.RELAY);
        }
        to.unlink(clean && serverClean);
        from.pool().release(from, safe);
        runAfterInternal();
    }

    // ---- from the client to the server ----

    /** Sends the client's bytes on with the next {@link #flush}. Takes over the buffer. */
    public void write(ByteBuf data) {
        ServerConnection to = Objects.requireNonNull(server);
        stats().bytesReceived().add(data.readableBytes());
        if (copy.isActive()) {
            copy.add(data);
        }
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

    /**
     * A message of the client was passed on, or its first bytes.
     *
     * @param effect what its answer means to the books of prepared statements
     */
    public void sent(byte type, @Nullable Effect effect) {
        if (requests.isIdle()) {
            queryStart = System.nanoTime();
            if (status == TransactionStatus.IDLE) {
                transactionStart = queryStart;
            }
        }
        if (follows) {
            beginCopy(type);
            copy.sent(type);
            if (type == FrontendMessageType.COPY_DATA) {
                beforeCopyData();
            }
        }
        requests.sent(type, effect);
        if (follows && (requests.isUnsynced() || effect != null)) {
            watch();
        }
    }

    /**
     * Copy data of which PostgreSQL has not said that it takes them: what PgWeir itself has to say to the server while they are
     * being sent would come to lie in the middle of a message, and what follows be read as something else.
     */
    private void beforeCopyData() {
        if (preparer != null && !requests.isCopyIn()) {
            preparer.answered();
            unreadable |= preparer.isHeld();
        }
    }

    /** A group that begins outside of a transaction, of a client that has statements to lose. */
    private void beginCopy(byte type) {
        if (copy.isActive() || !requests.hasOnlyInternal()) {
            return;
        }
        boolean extended = type == FrontendMessageType.PARSE
                || type == FrontendMessageType.BIND
                || type == FrontendMessageType.DESCRIBE
                || type == FrontendMessageType.CLOSE;
        if (extended
                && status == TransactionStatus.IDLE
                && preparer != null
                && preparer.client().size() > 0) {
            copy.begin();
        }
    }

    /** From now on a transaction that is still open at the end of a request is one too many. */
    public void refuseTransactions() {
        refusesTransactions = true;
    }

    /** Whose statements they are, where they are followed. */
    public void preparer(Preparer of) {
        preparer = of;
    }

    /** A message of PgWeir's own that belongs before one of the client is among what will be written. */
    void sentHidden(byte type, Effect effect) {
        beginCopy(type);
        requests.sentHidden(type, effect);
        watch();
    }

    /** The same for a simple query. */
    void sentHiddenQuery(Effect effect) {
        requests.sentInternal(effect);
    }

    private void watch() {
        if (!watching && server != null) {
            watching = true;
            server.scanner().interest(ServerConnection.RELAY_EACH);
        }
    }

    private void sendInternal(FrontendMessage message, @Nullable Effect effect) {
        ServerConnection to = Objects.requireNonNull(server);
        ByteBuf out = client.alloc().buffer();
        message.encode(out);
        requests.sentInternal(effect);
        to.statements().forgetUnnamed();
        to.write(out, loop);
    }

    /** The client's next message depends on answers to earlier ones, which PostgreSQL is asked to give now. */
    public void awaitAnswers() {
        awaited = true;
        awaitedFrom = requests.left();
        fromPooler(EmptyFrontendMessage.FLUSH, FrontendMessageType.FLUSH);
        flush();
    }

    /**
     * Asks PostgreSQL what the settings are that the client may have changed; they follow it from then on. To be called
     * between transactions.
     *
     * @return false if there is nothing to ask
     */
    public boolean readSettings() {
        String question = settings.question();
        if (question != null) {
            sendInternal(new Query(question), null);
            watching = true;
            Objects.requireNonNull(server).scanner().interest(ServerConnection.RELAY_ROWS);
            flush();
        }
        return settings.isAsking();
    }

    /** The client's next message, which may be on its way already, is to meet its own settings. */
    private void settle(ServerConnection on) {
        if (on.parameters().suits(wanted)) {
            on.parameters().shareExtra(wanted);
        } else {
            settling = true;
            sendSettings(on);
            flush();
        }
    }

    private void sendSettings(ServerConnection to) {
        SettingsTrace.applied(to, wanted);
        sendInternal(new Query(to.parameters().queryToSuit(wanted)), null);
    }

    /**
     * The client has reset settings; the empty name stands for all.
     *
     * @param forGood whether no error can take it back any more
     */
    void wasReset(Set<String> names, boolean forGood) {
        settings.wasReset(names, forGood, server == null ? null : server.parameters());
    }

    /** Before ReadyForQuery: the client is told what a reset has come to. */
    public void tellReset(ByteBuf out) {
        settings.tellReset(out);
    }

    // ---- for the preparer ----

    /** What the bound server is believed to have prepared. */
    ServerStatements statements() {
        return Objects.requireNonNull(server).statements();
    }

    /** The number of the group of messages that is being sent. */
    long group() {
        return requests.group();
    }

    /** Whether no answer is being waited for. */
    boolean isAnswered() {
        return requests.isAnswered();
    }

    ByteBufAllocator alloc() {
        return client.alloc();
    }

    /** Whether the client's next message is the first of what would be a transaction. */
    boolean isFirstOutsideTransaction() {
        return status == TransactionStatus.IDLE && requests.hasOnlyInternal();
    }

    /** Whether PgWeir has messages or queries of its own under way. */
    boolean hasOwnMessages() {
        return requests.hasOwn();
    }

    /** Whether PostgreSQL was asked for the settings that the client has changed, and has not answered. */
    boolean isReadingSettings() {
        return settings.isAsking();
    }

    /** Whether nothing of the client is open. */
    boolean hasOnlyInternal() {
        return requests.hasOnlyInternal();
    }

    /** The client changes these settings, though not by a reset; the empty name stands for any. */
    void changedSinceReset(List<String> names) {
        settings.changedSinceReset(names);
    }

    /** The client may have changed these settings; the empty name stands for any. */
    void touched(List<String> names) {
        settings.touched(names);
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
        if (requests.headIsInternal()) {
            afterInternal.add(action);
        } else {
            action.run();
        }
    }

    private void runAfterInternal() {
        // Behind one query of PgWeir's own there may be another.
        while (!afterInternal.isEmpty() && !requests.headIsInternal()) {
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

    PoolStats stats() {
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
        if (transactionRefused && !discarding) {
            owner.onTransactionRefused();
        } else if (nameRefused && !discarding) {
            owner.onNameRefused();
        } else if (refused != null && !discarding && !requests.headIsInternal()) {
            settingsError = null;
            owner.onSettingsRefused(refused);
        } else if (discarding && !draining) {
            startDrain();
        } else if (holdsClient && !settling && !discarding) {
            holdsClient = false;
            owner.onSettled();
        } else if (server == from) {
            if (requests.isIdle() && from.scanner().atBoundary()) {
                onAllAnswered();
            }
            if (server == from && awaited && !discarding && requests.left() != awaitedFrom) {
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

    /** The client will be told something else than what PostgreSQL answers. */
    private boolean isRefused() {
        return settingsError != null || transactionRefused || nameRefused;
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
        // The end of the last answer that is complete.
        int complete = first;
        boolean torn = clientTorn;
        boolean passedOn = false;
        try {
            int event;
            while ((event = scanner.next(data)) != FrameScanner.END) {
                // Of the answer behind refused settings not a byte: it may end within a message, where no error can
                // follow.
                boolean body = event == FrameScanner.OPAQUE && inBody;
                boolean keep =
                        body ? keepsBody && !discarding : !discarding && !isRefused() && !requests.headIsInternal();
                if (event == FrameScanner.MESSAGE) {
                    keep &= onMessage(from, scanner.type(), scanner);
                    if (transactionRefused && run < end) {
                        // What came before the end of that answer is not to be seen either.
                        toClient(data, run, torn ? runEnd : complete);
                        run = end;
                        runEnd = end;
                    }
                } else if (event == FrameScanner.HEADER) {
                    keep &= onHeader(scanner.type());
                    keepsBody = keep;
                }
                inBody = (body || event == FrameScanner.HEADER) && scanner.bodyRemaining() > 0;
                ByteBuf other = replacement;
                if (other != null && nameRefused) {
                    // It stands behind what was refused.
                    replacement = null;
                    keep = false;
                    other.release();
                } else if (other != null) {
                    replacement = null;
                    keep = false;
                    toClient(data, run, runEnd);
                    run = data.readerIndex();
                    runEnd = run;
                    toClient(other);
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
                    if (refusesTransactions
                            && event == FrameScanner.MESSAGE
                            && scanner.type() == BackendMessageType.READY_FOR_QUERY) {
                        complete = runEnd;
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
    private boolean onHeader(byte type) {
        if (type == BackendMessageType.COPY_IN_RESPONSE) {
            copy.end();
            requests.onCopyIn();
            if (draining) {
                endGroup();
            }
            return true;
        }
        if (type == BackendMessageType.ERROR_RESPONSE) {
            // Too long to be read, but an error all the same.
            return onError(ErrorResponse.of(
                    Severity.ERROR, SqlState.INTERNAL_ERROR, "the server answered with a very long error"));
        }
        if (type == BackendMessageType.DATA_ROW && settings.isAsking() && requests.headIsInternal()) {
            LOG.warn("{}: a setting of the client is too long to follow it", server);
            loseSettings();
        }
        return !watching || !onAnswer(type);
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
                ParameterStatus change = ParameterStatus.decode(scanner.body());
                from.parameters().reported(change.name(), change.value());
                if (settings.isOfReset(change.name(), requests.headEffect())) {
                    return false;
                }
                if (!requests.headIsInternal()) {
                    wanted.reported(change.name(), change.value());
                }
                return true;
            }
            case BackendMessageType.COMMAND_COMPLETE -> {
                if (requests.headType() == FrontendMessageType.QUERY
                        && requests.headEffect() instanceof Effects effects) {
                    effects.completed(CommandComplete.decode(scanner.body()).tag());
                }
                return !onAnswer(type);
            }
            case BackendMessageType.DATA_ROW -> {
                if (settings.isAsking() && requests.headIsInternal()) {
                    settings.onRow(DataRow.decode(scanner.body()));
                }
                return true;
            }
            default -> {
                return onError(scanner.body());
            }
        }
    }

    private boolean onReady(ServerConnection from, TransactionStatus now) {
        status = now;
        if (!requests.headIsInternal()) {
            copy.end();
        }
        if (requests.onReady() == RequestQueue.INTERNAL) {
            if (settling && settingsError == null) {
                SettingsTrace.canonical(owner.subject(), wanted, from.parameters());
                settings.onSuited(from.parameters());
            }
            settling = false;
            if (settings.isAsking()) {
                from.scanner().interest(ServerConnection.RELAY_EACH);
                settings.onAnswer(from.parameters());
                settingsError = settings.excess();
                if (settingsError == null) {
                    settle(from);
                }
            }
            runAfterInternal();
            return false;
        }
        if (refusesTransactions && now != TransactionStatus.IDLE && !discarding) {
            transactionRefused = true;
            return false;
        }
        if (settings.hasReset() && !discarding) {
            replacement = client.alloc().buffer();
            settings.tellReset(replacement);
            new ReadyForQuery(now).encode(replacement);
            if (now == TransactionStatus.IN_TRANSACTION) {
                settle(from);
            }
        }
        long time = System.nanoTime();
        PoolStats stats = stats();
        stats.queryCount().increment();
        int writer = owner.loopIndex();
        stats.queryTime().add((time - queryStart) / 1000);
        stats.queryTimes().record(writer, time - queryStart);
        owner.onQueryDone(time - queryStart);
        queryStart = time;
        if (now == TransactionStatus.IDLE) {
            stats.xactCount().increment();
            stats.xactTime().add((time - transactionStart) / 1000);
            stats.xactTimes().record(writer, time - transactionStart);
            transactionStart = time;
        }
        return true;
    }

    private boolean onError(ByteBuf body) {
        ErrorResponse error = ErrorResponse.decode(body);
        stats().errors().add(error.code());
        if (requests.headEffect() instanceof ClientStatements.Name name && repair(error, name)) {
            return false;
        }
        if (requests.headEffect() instanceof Effects effects && server != null) {
            if (executeAgain(error, effects, server)) {
                return false;
            }
            if (error.code().equals(SqlState.INVALID_SQL_STATEMENT_NAME.code()) || ExecuteRepair.isChanged(error)) {
                effects.executed().forEach(server.statements()::lost);
            }
        }
        if (requests.headEffect() instanceof WrongName wrong && !discarding && !nameRefused && wrong.isWhy(error)) {
            nameRefused = owner.refusesName(wrong);
        }
        if (requests.headEffect() instanceof ClientStatements.Name && !copy.isDescribed() && !discarding) {
            replacement = OldColumns.asCachedPlan(error, client.alloc());
        }
        if (requests.headEffect() instanceof Reference reference
                && !discarding
                && replacement == null
                && !nameRefused) {
            replacement = ErrorNames.inWordsOfClient(body, reference, client.alloc());
        }
        return onError(error) && !nameRefused;
    }

    /** Whether the client need not see the error of a query. */
    private boolean executeAgain(ErrorResponse error, Effects effects, ServerConnection on) {
        if (preparer == null
                || discarding
                || !requests.isOnlyQuery()
                || !preparer.executeAgain(error, effects, requests::hideQuery)) {
            return false;
        }
        on.write(Objects.requireNonNull(preparer.takeBefore()), loop);
        on.flush();
        return true;
    }

    /**
     * A statement that the server has lost, or whose result has other columns since a table was altered: it is prepared
     * anew, and outside of a transaction, where nothing was executed yet, the client's messages are sent once more. A
     * client that relies on an old description of the columns has to know, though.
     *
     * @return whether the client needs not see the error
     */
    private boolean repair(ErrorResponse error, ClientStatements.Name name) {
        boolean lost = error.code().equals(SqlState.INVALID_SQL_STATEMENT_NAME.code());
        boolean changed = error.code().equals(SqlState.FEATURE_NOT_SUPPORTED.code());
        PreparedStatement statement = name.statement();
        ServerConnection on = server;
        if (!(lost || changed) || statement == null || on == null) {
            return false;
        }
        on.statements().lost(statement);
        if (changed && preparer != null) {
            preparer.table().retire(statement);
        }
        boolean again = !discarding
                && copy.isRepeatable()
                && (lost || copy.isDescribed())
                && !requests.isHeadHidden()
                && statement.kind() == PreparedStatement.Kind.PARSE
                && requests.isLastGroup()
                && (preparer == null || preparer.readsAlike(statement));
        if (again) {
            sendAgain(on, statement);
        }
        return again;
    }

    private void sendAgain(ServerConnection on, PreparedStatement statement) {
        List<RequestQueue.Entry> group = new ArrayList<>();
        boolean synced = requests.takeGroup(group);
        ByteBuf out = client.alloc().buffer();
        if (!synced) {
            EmptyFrontendMessage.SYNC.encode(out);
        }
        StatementMessages.close(out, PreparedKind.STATEMENT, statement.name());
        requests.sentHidden(FrontendMessageType.CLOSE, Effects.NONE);
        StatementMessages.parse(out, statement);
        requests.sentHidden(FrontendMessageType.PARSE, on.statements().preparing(statement, requests.group()));
        stats().serverParseCount().increment();
        group.forEach(requests::sentAgain);
        if (synced) {
            requests.sent(FrontendMessageType.SYNC, null);
        }
        out.writeBytes(copy.last(group.size() + (synced ? 1 : 0)));
        on.write(out, loop);
        on.flush();
    }

    private void loseSettings() {
        settings.failed();
        unreadable = true;
    }

    /** Whether the client may see it. */
    private boolean onError(ErrorResponse error) {
        if (error.severity() == Severity.FATAL || error.severity() == Severity.PANIC) {
            // The connection ends, which is the pooler's business: the client keeps its own and is told what it lost.
            fatal = error;
            return false;
        }
        if (requests.headIsInternal() && settling) {
            settingsError = error;
            // If it was the settings of somebody else that could not be taken back, they would be in everybody's way.
            unreadable |=
                    !Objects.requireNonNull(server).parameters().extraNames().isEmpty();
            return false;
        }
        if (requests.headIsInternal() && settings.isAsking()) {
            // What the client has changed is not known, so nobody else must meet it.
            LOG.warn("{}: asking for the settings failed: {} {}", server, error.code(), error.message());
            loseSettings();
        }
        settings.onError();
        if (requests.onError()) {
            fromPooler(EmptyFrontendMessage.SYNC, FrontendMessageType.SYNC);
            flush();
        }
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

    /**
     * Gives PostgreSQL as long as for a login (server_connect_timeout) to bring the server to a clean state: after that the
     * network is taken to be dead, and what is only closed politely there would keep its place until TCP notices.
     */
    public void limitDrain() {
        ServerConnection on = server;
        if (on == null || on.profile().connectTimeout().isZero()) {
            return;
        }
        long mine = number;
        loop.schedule(
                () -> {
                    if (server == on && number == mine) {
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
        requests.sent(type, null);
    }

    private void onAllAnswered() {
        if (!discarding) {
            owner.onIdle();
        } else if (status != TransactionStatus.IDLE) {
            sendInternal(new Query("ROLLBACK"), null);
            flush();
        } else if (!readSettings()) {
            release(afterDrain, true);
        }
    }
}

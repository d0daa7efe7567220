package dev.pgweir.proxy.client;

import dev.pgweir.config.ClientSettings;
import dev.pgweir.config.ProxyConfig;
import dev.pgweir.config.value.PoolMode;
import dev.pgweir.protocol.FrontendMessageType;
import dev.pgweir.protocol.ProtocolException;
import dev.pgweir.protocol.Severity;
import dev.pgweir.protocol.SqlState;
import dev.pgweir.protocol.TransactionStatus;
import dev.pgweir.protocol.frame.FrameScanner;
import dev.pgweir.protocol.frame.Interest;
import dev.pgweir.protocol.message.backend.AuthenticationOk;
import dev.pgweir.protocol.message.backend.BackendKeyData;
import dev.pgweir.protocol.message.backend.BackendMessage;
import dev.pgweir.protocol.message.backend.CommandComplete;
import dev.pgweir.protocol.message.backend.ErrorResponse;
import dev.pgweir.protocol.message.backend.NoticeResponse;
import dev.pgweir.protocol.message.backend.ParameterStatus;
import dev.pgweir.protocol.message.backend.ReadyForQuery;
import dev.pgweir.proxy.cancel.CancelTarget;
import dev.pgweir.proxy.link.DatabasePool;
import dev.pgweir.proxy.link.Link;
import dev.pgweir.proxy.link.PoolDefinitions;
import dev.pgweir.proxy.link.Preparer;
import dev.pgweir.proxy.net.ReadGate;
import dev.pgweir.proxy.pool.PoolClient;
import dev.pgweir.proxy.pool.PooledServer;
import dev.pgweir.proxy.pool.Release;
import dev.pgweir.proxy.pool.WaitFailure;
import dev.pgweir.proxy.pool.Waiter;
import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.SessionParameters;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A client that has logged in: its messages are passed on to a server, which is taken from the pool when the first
 * message comes that needs one, and given back when the pool mode says so.
 *
 * <p>Each read buffer is scanned for message headers and, where nothing has to be left out, written to the server as one.
 * While the client waits for a server a bounded part of what it sends is kept; beyond that its channel is not read.
 */
public final class ActivePhase implements ClientPhase, Link.Owner, Waiter, CancelTarget {
    /**
     * How many bytes are kept while the client waits for a server; then it is not read any more. Not 0, because a
     * channel that is read is the only one that reports on every transport that its client has left the queue.
     */
    private static final int MAX_INBOX = 64 * 1024;

    /** Of each message only the type matters. A password now is a breach of the protocol, as is any unknown type. */
    private static final Interest RELAY = Interest.builder()
            .header(FrontendMessageType.all())
            .reject(FrontendMessageType.PASSWORD)
            .build();

    /** Where prepared statements or settings are followed: of a Bind the names are read, the others are read whole. */
    private static final Interest RELAY_STATEMENTS = RELAY.toBuilder()
            .whole(
                    FrontendMessageType.QUERY,
                    FrontendMessageType.PARSE,
                    FrontendMessageType.BIND,
                    FrontendMessageType.DESCRIBE,
                    FrontendMessageType.EXECUTE,
                    FrontendMessageType.CLOSE)
            .build();

    /**
     * How long a message may be that is read whole, in bytes. Beyond the longest statements that programs make (a list of
     * 65,535 parameters takes about 500 kB), and no more than a client may make PgWeir keep.
     */
    static final int MAX_WHOLE = 1024 * 1024;

    private final ClientSession session;
    private final Channel channel;
    private final FrameScanner scanner;
    private final DatabasePool pool;
    private final Clients clients;
    private ProxyConfig config;
    private ClientSettings settings;
    private boolean resetAlways;
    private boolean hasReset;
    private final SessionParameters wanted;
    private final PoolClient place;
    private final Link link;
    private final BackendKeyData key;
    /** Null in session mode, where statements and settings are on the client's own server. */
    private final @Nullable Preparer preparer;

    /** The buffer whose next message waits for a server, and what was read behind it. */
    private @Nullable ByteBuf stalled;

    private int stalledEvent;
    private byte stalledType;
    private int stalledFrom;
    /** The header or message itself, if it does not stand in {@link #stalled}. */
    private @Nullable ByteBuf stalledMessage;

    private final ArrayDeque<ByteBuf> inbox = new ArrayDeque<>(0);
    private int inboxBytes;

    private boolean waiting;
    private boolean gone;
    private long requestTime = System.nanoTime();
    /** When it last got an answer, or logged in. */
    private long idleSince = System.nanoTime();
    /** Told with the next request: what was lost while the client was not asking for anything. */
    private @Nullable ErrorResponse owed;
    /** An error was sent within a group of the extended protocol: everything up to its Sync is dropped. */
    private boolean skipToSync;
    /** The body of the message that is being read is dropped. */
    private boolean dropBody;
    /** The names of a Bind that is too long to be read whole, until both are there. */
    private @Nullable ByteBuf longBind;

    private int longBindNames;
    /** A Parse that is too long to be read whole: only an unnamed statement may be. */
    private boolean longParse;
    /** What of the message at hand is sent begins here. */
    private int keepFrom;

    private final boolean simpleIsRefused;
    /** Whether it has to leave as soon as the server connection of its session is outdated. */
    private boolean fastClose;
    /** Why it has to leave. */
    private @Nullable DisconnectReason leave;

    private boolean writtenToServer;
    /** Null unless queries that take long are logged. */
    private @Nullable OpenQueries openQueries;
    /** Its last transaction without work has been named in the log. */
    private boolean named;
    /** As it was found at the last tick; written on the client's loop. */
    private volatile long idleInTransactionSince;

    /** The client has said that it leaves, so what it asked for before is meant to be done. */
    private boolean terminated;

    ActivePhase(
            ClientSession session,
            FrameScanner scanner,
            DatabasePool pool,
            Clients clients,
            ProxyConfig config,
            ClientSettings settings,
            Map<String, String> startupSettings,
            Map<String, String> welcome) {
        this.session = session;
        this.channel = session.channel();
        this.scanner = scanner;
        this.pool = pool;
        this.clients = clients;
        this.config = config;
        this.settings = settings;
        takeServerSettings(config);
        this.wanted = new SessionParameters(clients.tracked());
        wanted.request(startupSettings);
        SessionParameters defaults = new SessionParameters(clients.tracked());
        welcome.forEach(defaults::reported);
        wanted.fillFrom(defaults);
        this.place = new PoolClient(this);
        this.simpleIsRefused = config.protocol().disablePqexec();
        place.waitLimit(settings.queryWait().toNanos());
        int statements = config.protocol().maxPreparedStatements();
        boolean follows = settings.poolMode() != PoolMode.SESSION;
        this.link = new Link(this, channel, session.gate(), wanted, follows);
        this.preparer = follows ? new Preparer(link, clients.statements(), wanted, statements) : null;
        if (preparer != null) {
            link.preparer(preparer);
        }
        if (settings.poolMode() == PoolMode.STATEMENT) {
            link.refuseTransactions();
        }
        this.key = clients.keys().register(this, session.version());
        takeQueryLog();
        scanner.interest(follows || openQueries != null ? RELAY_STATEMENTS : RELAY);
        scanner.maxWholeLength(MAX_WHOLE);
    }

    private void takeServerSettings(ProxyConfig from) {
        fastClose = from.server().serverFastClose() && settings.poolMode() == PoolMode.SESSION;
        hasReset = from.server().serverResetQuery() != null;
        resetAlways = hasReset && from.server().serverResetQueryAlways();
    }

    private void takeQueryLog() {
        boolean logs = !config.eventLog().minDuration().isZero();
        if (logs != (openQueries != null)) {
            openQueries = logs ? new OpenQueries(preparer) : null;
        }
    }

    /**
     * A new configuration is in force. Times and limits hold from now on; the pool mode and whether statements are followed
     * stay what they were at the login, because the session at hand has been built on them.
     */
    void reload(ProxyConfig now) {
        ProxyConfig before = config;
        config = now;
        takeQueryLog();
        String database = pool.pool().key().database();
        String user = Objects.requireNonNull(session.user());
        if (now.database(database).isEmpty()) {
            leave = DisconnectReason.DATABASE_REMOVED;
        } else if (!now.poolSettings(database, user)
                .target()
                .user()
                .equals(pool.pool().key().user())) {
            leave = DisconnectReason.SERVER_CONFIG_CHANGED;
        } else if (PoolDefinitions.isUserRemoved(before, now, user)) {
            leave = DisconnectReason.USER_REMOVED;
        } else {
            PoolMode mode = settings.poolMode();
            settings = now.clientSettings(database, user).withPoolMode(mode);
            place.waitLimit(settings.queryWait().toNanos());
            takeServerSettings(now);
            if (preparer != null) {
                preparer.limit(now.protocol().maxPreparedStatements());
            }
        }
        leaveIfTold();
    }

    /** The configuration has no place for this client any more, so it goes as soon as nothing is lost by it. */
    private boolean leaveIfTold() {
        if (fastClose && leave == null) {
            PooledServer server = link.slot();
            leave = server != null && server.isOutdated() ? DisconnectReason.SERVER_CONFIG_CHANGED : null;
        }
        if (leave == null || gone || waiting || stalled != null || !inbox.isEmpty() || isInMessage()) {
            return false;
        }
        if (link.isBound() && !(link.isIdle() && link.status() == TransactionStatus.IDLE)) {
            return false;
        }
        session.fail(leave == DisconnectReason.DATABASE_REMOVED ? "57P04" : "57P01", leave.text(), leave);
        return true;
    }

    /**
     * PgWeir is ending: goes if nothing is lost by it.
     *
     * @param quiet how long it must have asked for nothing; zero: from now on it goes as soon as it could
     */
    void leave(Duration quiet) {
        if (quiet.isZero()) {
            leave = DisconnectReason.SHUTDOWN;
            leaveIfTold();
            return;
        }
        long since = link.isBound() ? link.queryStart() : idleSince;
        if (leave == null && System.nanoTime() - since >= quiet.toNanos()) {
            leave = DisconnectReason.SHUTDOWN;
            if (!leaveIfTold()) {
                leave = null;
            }
        }
    }

    /** Answers the login. */
    void begin(Map<String, String> welcome) {
        pool.pool().clientConnected();
        pool.pool().stats().clientLoginCount().increment();
        ByteBuf out = channel.alloc().buffer(512);
        new AuthenticationOk().encode(out);
        Map<String, String> told = new LinkedHashMap<>(welcome);
        told.replaceAll((name, value) -> {
            String own = wanted.get(name);
            return own == null ? value : own;
        });
        told.forEach((name, value) -> new ParameterStatus(name, value).encode(out));
        key.encode(out);
        String notice = config.protocol().loginNotifyMessage();
        if (!notice.isEmpty()) {
            NoticeResponse.of(Severity.NOTICE, SqlState.SUCCESSFUL_COMPLETION, notice)
                    .encode(out);
        }
        new ReadyForQuery(TransactionStatus.IDLE).encode(out);
        channel.writeAndFlush(out, channel.voidPromise());
    }

    // ---- figures for the console ----

    /** The pool it uses. */
    public DatabasePool pool() {
        return pool;
    }

    /** Its membership in the pool. */
    public PoolClient place() {
        return place;
    }

    /** When its last request came: {@link System#nanoTime}. */
    public long requestTime() {
        return requestTime;
    }

    /** Since when it holds a server in a transaction and asks for nothing: {@link System#nanoTime}; 0 if it does not. */
    public long idleInTransactionSince() {
        return idleInTransactionSince;
    }

    /** When it gives its server back. */
    public PoolMode poolMode() {
        return settings.poolMode();
    }

    /** How many prepared statements it has names for. */
    public int preparedStatements() {
        return preparer == null ? 0 : preparer.client().size();
    }

    /** What it was told to name itself last. */
    public @Nullable String applicationName() {
        return wanted.get("application_name");
    }

    @Override
    public ClientState state() {
        if (waiting) {
            return ClientState.WAITING;
        }
        return link.isBound() ? ClientState.ACTIVE : ClientState.IDLE;
    }

    @Override
    public boolean isTorn() {
        return link.isClientTorn();
    }

    // ---- from the client ----

    @Override
    public void onRead(ByteBuf data) {
        if (waiting || stalled != null || !inbox.isEmpty()) {
            inbox.add(data);
            inboxBytes += data.readableBytes();
            if (inboxBytes > MAX_INBOX) {
                session.gate().close(ReadGate.WAITING);
            }
        } else {
            process(data, data.readerIndex(), false);
        }
    }

    @Override
    public void onReadComplete() {
        flushServer();
    }

    private void flushServer() {
        if (writtenToServer) {
            writtenToServer = false;
            link.flush();
        }
    }

    /**
     * Passes the buffer on, or as much of it as is possible now. Takes it over.
     *
     * @param from where to begin; bytes before the scanner's place belong to a message that was accepted already
     * @param accepted whether there are such bytes
     */
    private void process(ByteBuf data, int from, boolean accepted) {
        int run = from;
        int runEnd = accepted ? data.readerIndex() : from;
        boolean keepsBuffer = false;
        try {
            int event;
            while (!gone && (event = scanner.next(data)) != FrameScanner.END) {
                boolean keep;
                if (event == FrameScanner.OPAQUE) {
                    keepFrom = scanner.from();
                    keep = !dropBody && (longBind == null || onLongBind()) && onBody();
                } else {
                    if (scanner.type() == FrontendMessageType.TERMINATE) {
                        // What stands before it is still to be done.
                        toServer(data, run, runEnd);
                        run = runEnd;
                    }
                    Decision decision = decide(event, scanner.type(), scanner.buffer(), scanner.from(), scanner.to());
                    if (decision == Decision.WAIT) {
                        toServer(data, run, runEnd);
                        stall(event, data);
                        keepsBuffer = true;
                        return;
                    }
                    keep = decision == Decision.PASS;
                    dropBody = !keep && longBind == null;
                }
                ByteBuf before = preparer == null ? null : preparer.takeBefore();
                if (before != null) {
                    toServer(data, run, runEnd);
                    run = scanner.isSplit() ? data.readerIndex() : scanner.from();
                    runEnd = run;
                    toServer(before);
                }
                if (keep && keepFrom < scanner.to()) {
                    if (scanner.isSplit()) {
                        toServer(scanner.buffer().retainedSlice(keepFrom, scanner.to() - keepFrom));
                        run = data.readerIndex();
                        runEnd = run;
                    } else {
                        if (keepFrom != runEnd) {
                            toServer(data, run, runEnd);
                            run = keepFrom;
                        }
                        runEnd = scanner.to();
                    }
                }
            }
            if (gone) {
                return;
            }
            if (run == from && runEnd == data.writerIndex() && runEnd > run) {
                keepsBuffer = true;
                toServer(data.readerIndex(run));
            } else {
                toServer(data, run, runEnd);
            }
        } catch (ProtocolException e) {
            // What stands before it counts as sent, so the server has to get it.
            toServer(data, run, runEnd);
            throw e;
        } finally {
            if (!keepsBuffer) {
                data.release();
            }
        }
        if (link.isBound() && link.isIdle()) {
            // Late copy data may have been all that kept the server.
            releaseIfAllowed();
        }
    }

    private void toServer(ByteBuf data, int from, int to) {
        if (to > from) {
            toServer(data.retainedSlice(from, to - from));
        }
    }

    private void toServer(ByteBuf data) {
        if (!link.isBound()) {
            // The server was lost while this buffer was being read.
            data.release();
            return;
        }
        writtenToServer = true;
        link.write(data);
    }

    private enum Decision {
        PASS,
        DROP,
        WAIT
    }

    /**
     * What becomes of a message. One that passes has been announced to the link, and is sent from {@link #keepFrom} on.
     *
     * @param event whether the whole message stands at from…to, or its header
     */
    private Decision decide(int event, byte type, ByteBuf buffer, int from, int to) {
        keepFrom = from;
        if (type == FrontendMessageType.TERMINATE) {
            terminated = true;
            session.close(DisconnectReason.CLIENT_CLOSE_REQUEST);
            return Decision.DROP;
        }
        if (simpleIsRefused && type == FrontendMessageType.QUERY) {
            session.fail("08P01", "PQexec disallowed", DisconnectReason.CLIENT_PROTOCOL_ERROR);
            return Decision.DROP;
        }
        if (skipToSync) {
            if (type == FrontendMessageType.SYNC) {
                skipToSync = false;
                answer(new ReadyForQuery(TransactionStatus.IDLE));
            }
            return Decision.DROP;
        }
        if (link.isSkipping() && type != FrontendMessageType.SYNC) {
            // PostgreSQL would drop it.
            return Decision.DROP;
        }
        if (preparer != null && link.isBound() && preparer.isBlocked()) {
            return Decision.WAIT;
        }
        switch (type) {
            case FrontendMessageType.COPY_DATA, FrontendMessageType.COPY_DONE, FrontendMessageType.COPY_FAIL -> {
                // Late data of a COPY that failed: PostgreSQL would drop them as well.
                return link.isBound() && link.takesCopyData() ? pass(type) : Decision.DROP;
            }
            case FrontendMessageType.FLUSH -> {
                return link.isBound() ? pass(type) : Decision.DROP;
            }
            case FrontendMessageType.SYNC -> {
                if (link.isBound()) {
                    return pass(type);
                }
                if (owed != null) {
                    answer(owed);
                    owed = null;
                }
                answer(new ReadyForQuery(TransactionStatus.IDLE));
                return Decision.DROP;
            }
            default -> {
                return decideRequest(event, type, buffer, from, to);
            }
        }
    }

    private Decision pass(byte type) {
        if (type == FrontendMessageType.SYNC && openQueries != null) {
            openQueries.asked(type, Unpooled.EMPTY_BUFFER, 0, 0, false);
        }
        link.sent(type, null);
        return Decision.PASS;
    }

    private Decision decideRequest(int event, byte type, ByteBuf buffer, int from, int to) {
        requestTime = System.nanoTime();
        if (owed != null) {
            answer(owed);
            owed = null;
            if (type == FrontendMessageType.QUERY || type == FrontendMessageType.FUNCTION_CALL) {
                answer(new ReadyForQuery(TransactionStatus.IDLE));
            } else {
                skipToSync = true;
            }
            return Decision.DROP;
        }
        if (link.isBound()) {
            return request(event, type, buffer, from, to);
        }
        if (preparer != null && type == FrontendMessageType.QUERY && event == FrameScanner.MESSAGE) {
            CommandComplete alone = preparer.answerAlone(buffer, from, to);
            if (alone != null) {
                answer(alone);
                ByteBuf settingsNow = channel.alloc().buffer();
                link.tellReset(settingsNow);
                channel.write(settingsNow, channel.voidPromise());
                answer(new ReadyForQuery(TransactionStatus.IDLE));
                return Decision.DROP;
            }
        }
        while (true) {
            PooledServer server = pool.pool().acquire(place);
            if (server == null) {
                return waitForServer();
            }
            if (link.bind(server)) {
                writtenToServer = true;
                // Settings that PostgreSQL may refuse come first: nothing runs without them.
                return link.isSettling() ? waitForServer() : request(event, type, buffer, from, to);
            }
        }
    }

    private Decision waitForServer() {
        waiting = true;
        return Decision.WAIT;
    }

    /** A message that goes to the server that is bound. */
    private Decision request(int event, byte type, ByteBuf buffer, int from, int to) {
        boolean whole = event == FrameScanner.MESSAGE;
        if (preparer == null) {
            note(type, buffer, from, to, whole);
            return pass(type);
        }
        if (type == FrontendMessageType.FUNCTION_CALL) {
            if (preparer.isHeld()) {
                return Decision.WAIT;
            }
            note(type, buffer, from, to, whole);
            return pass(type);
        }
        if (type == FrontendMessageType.BIND && !whole) {
            longBind = channel.alloc().buffer(256, FrameScanner.HEADER_LENGTH + Preparer.MAX_NAMES);
            longBind.writeBytes(buffer, from, FrameScanner.HEADER_LENGTH);
            longBindNames = 0;
            note(type, buffer, from, to, false);
            return Decision.DROP;
        }
        if (preparer.onMessage(type, buffer, from, to, whole) == Preparer.Outcome.WAIT) {
            return Decision.WAIT;
        }
        note(type, buffer, from, to, whole);
        longParse = type == FrontendMessageType.PARSE && !whole;
        keepFrom = preparer.keepFrom();
        return Decision.PASS;
    }

    private void note(byte type, ByteBuf buffer, int from, int to, boolean whole) {
        if (openQueries != null) {
            openQueries.asked(type, buffer, from, to, whole);
        }
    }

    @Override
    public void onQueryDone(long nanos) {
        OpenQueries queries = openQueries;
        if (queries == null) {
            return;
        }
        String text = queries.answered();
        if (link.isIdle()) {
            // PostgreSQL has ignored the Sync of a COPY.
            queries.clear();
        }
        PooledServer server = link.slot();
        if (nanos > config.eventLog().minDuration().toNanos() && server != null) {
            session.slowQuery(nanos, server.id(), text);
        }
    }

    /**
     * The body of a Bind that is too long to be read whole goes on.
     *
     * @return whether the names are complete, so that the rest can be sent
     */
    private boolean onLongBind() {
        ByteBuf names = Objects.requireNonNull(longBind);
        Preparer statements = Objects.requireNonNull(preparer);
        ByteBuf body = scanner.buffer();
        int at = scanner.from();
        while (at < scanner.to() && longBindNames < 2) {
            if (!names.isWritable() && names.writerIndex() == names.maxCapacity()) {
                throw ProtocolException.violation(
                        "the names of a Bind are too long: accepted are " + Preparer.MAX_NAMES + " bytes");
            }
            byte next = body.getByte(at++);
            names.writeByte(next);
            longBindNames += next == 0 ? 1 : 0;
        }
        if (longBindNames < 2) {
            return false;
        }
        longBind = null;
        try {
            statements.onLongBind(names);
        } finally {
            names.release();
        }
        keepFrom = at;
        return true;
    }

    /** The body of a message goes on. Of a Parse that is not kept the name is looked at. */
    private boolean onBody() {
        if (longParse) {
            longParse = false;
            if (!Objects.requireNonNull(preparer).passes() && scanner.buffer().getByte(scanner.from()) != 0) {
                throw ProtocolException.violation("the statement is too long to be prepared under a name: accepted are "
                        + MAX_WHOLE + " bytes; without a name there is no limit");
            }
        }
        return true;
    }

    private void answer(BackendMessage message) {
        idleSince = System.nanoTime();
        ByteBuf out = channel.alloc().buffer();
        message.encode(out);
        channel.writeAndFlush(out, channel.voidPromise());
    }

    // ---- waiting for a server ----

    /** Keeps the buffer, from the message that was just seen, until there is a server or an answer. */
    private void stall(int event, ByteBuf data) {
        stalled = data;
        stalledEvent = event;
        stalledType = scanner.type();
        if (scanner.isSplit()) {
            stalledFrom = data.readerIndex();
            stalledMessage = scanner.buffer().retainedSlice(scanner.from(), scanner.to() - scanner.from());
        } else {
            stalledFrom = scanner.from();
        }
        if (!waiting) {
            link.awaitAnswers();
        }
    }

    @Override
    public int loopIndex() {
        return session.loopIndex();
    }

    @Override
    public void onServerAssigned(PooledServer server) {
        channel.eventLoop().execute(() -> gotServer(server));
    }

    private void gotServer(PooledServer server) {
        if (gone || !waiting) {
            server.pool().release(server, Release.REUSE);
            return;
        }
        if (!link.bind(server)) {
            acquireAgain();
        } else if (!link.isSettling()) {
            writtenToServer = true;
            resume();
        }
    }

    private void acquireAgain() {
        PooledServer other = pool.pool().acquire(place);
        if (other != null) {
            gotServer(other);
        }
    }

    @Override
    public void onSettled() {
        if (!gone && waiting) {
            writtenToServer = true;
            resume();
        }
    }

    /** Goes on with what was kept, with a server or with an error that takes its place. */
    private void resume() {
        waiting = false;
        ByteBuf data = stalled;
        if (data == null) {
            return;
        }
        ByteBuf split = stalledMessage;
        try {
            Decision decision = split == null
                    ? decide(stalledEvent, stalledType, data, stalledFrom, data.readerIndex())
                    : decide(stalledEvent, stalledType, split, 0, split.writerIndex());
            if (gone) {
                return;
            }
            if (decision == Decision.WAIT) {
                if (!waiting) {
                    link.awaitAnswers();
                }
                return;
            }
            stalled = null;
            stalledMessage = null;
            boolean pass = decision == Decision.PASS;
            dropBody = !pass && longBind == null;
            ByteBuf before = preparer == null ? null : preparer.takeBefore();
            if (before != null) {
                toServer(before);
            }
            if (split != null) {
                if (pass && keepFrom < split.writerIndex()) {
                    toServer(split.readerIndex(keepFrom));
                } else {
                    split.release();
                }
            }
            boolean inBuffer = split == null && pass;
            process(data, inBuffer ? keepFrom : data.readerIndex(), inBuffer);
            while (!gone && stalled == null && !inbox.isEmpty()) {
                ByteBuf next = inbox.remove();
                process(next, next.readerIndex(), false);
            }
        } catch (ProtocolException e) {
            session.onProtocolError(e);
        }
        flushServer();
        if (stalled == null) {
            inboxBytes = 0;
            session.gate().open(ReadGate.WAITING);
        }
    }

    @Override
    public void onWaitFailed(WaitFailure failure) {
        channel.eventLoop().execute(() -> {
            if (gone || !waiting) {
                return;
            }
            if (failure.kind() == WaitFailure.Kind.QUERY_WAIT_TIMEOUT) {
                session.fail(waitedTooLong(failure), DisconnectReason.QUERY_WAIT_TIMEOUT);
            } else if (failure.kind() == WaitFailure.Kind.POOL_CLOSED) {
                session.fail(failure.sqlState(), failure.message(), DisconnectReason.SHUTDOWN);
            } else {
                session.passOn(failure.sqlState(), failure.message(), DisconnectReason.CLIENT_LOGIN_FAILED);
            }
        });
    }

    private ErrorResponse waitedTooLong(WaitFailure failure) {
        return ErrorResponse.of(Severity.FATAL, ClientSession.sqlState(failure.sqlState()), failure.message())
                .withDetail("No server connection of pool " + pool.pool().key() + " was free for "
                        + settings.queryWait().toMillis() + " ms (pool_size is "
                        + pool.pool().spec().sizes().pool() + ").")
                .withHint("SHOW POOLS and SHOW SERVERS on the console tell who holds them.");
    }

    @Override
    public void onWaitLong() {
        channel.eventLoop().execute(() -> {
            if (!gone && waiting) {
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

    // ---- from the server ----

    @Override
    public void onAnswers() {
        if (!gone && stalled != null && !waiting) {
            resume();
        }
    }

    @Override
    public void onIdle() {
        if (!leaveIfTold()) {
            releaseIfAllowed();
        }
    }

    private void releaseIfAllowed() {
        if (settings.poolMode() == PoolMode.SESSION || isInMessage()) {
            return;
        }
        if (link.status() == TransactionStatus.IDLE) {
            if (link.readSettings()) {
                return;
            }
            channel.flush();
            idleSince = System.nanoTime();
            if (openQueries != null) {
                openQueries.clear();
            }
            link.release(resetAlways ? Release.RESET : Release.REUSE, true);
            if (stalled != null && !waiting) {
                resume();
            }
        }
    }

    @Override
    public void onTransactionRefused() {
        session.fail(
                "08P01",
                "transaction blocks not allowed in statement pooling mode",
                DisconnectReason.STATEMENT_POOLING_TRANSACTION);
    }

    @Override
    public void onSettingsRefused(ErrorResponse error) {
        // The client asked for it in its startup packet, where PostgreSQL would have refused the login.
        session.fail(
                ErrorResponse.of(Severity.FATAL, ClientSession.sqlState(error.code()), error.message()),
                DisconnectReason.CLIENT_LOGIN_FAILED);
    }

    @Override
    public void onServerLost(@Nullable ErrorResponse fatal) {
        ErrorResponse error = lost(fatal);
        boolean torn = link.isClientTorn();
        boolean sessionIsLost = settings.poolMode() == PoolMode.SESSION;
        int answers = link.answersOwed();
        boolean group = link.awaitsSync();
        boolean idle = link.isIdle();
        boolean inTransaction = link.status() != TransactionStatus.IDLE;
        link.release(Release.close(DisconnectReason.SERVER_CRASHED), true);
        if (openQueries != null) {
            openQueries.clear();
        }
        idleSince = System.nanoTime();
        if (waiting) {
            // Nothing of the client had been sent yet.
            acquireAgain();
            return;
        }
        if (torn) {
            session.close(DisconnectReason.SERVER_CRASHED);
            return;
        }
        if (sessionIsLost) {
            // What the client had in its session is gone for good; only a new connection can begin afresh.
            session.fail(
                    ErrorResponse.of(Severity.FATAL, ClientSession.sqlState(error.code()), error.message()),
                    DisconnectReason.SERVER_CRASHED);
            return;
        }
        if (isInMessage()) {
            dropBody = true;
            dropLongBind();
        }
        boolean blocked = stalled != null;
        if (idle) {
            owed = inTransaction ? error : null;
            return;
        }
        ByteBuf out = channel.alloc().buffer();
        for (int i = 0; i < answers; i++) {
            error.encode(out);
            new ReadyForQuery(TransactionStatus.IDLE).encode(out);
        }
        if (group) {
            error.encode(out);
            skipToSync = true;
        }
        channel.writeAndFlush(out, channel.voidPromise());
        if (blocked) {
            resume();
        }
    }

    /** Part of a message was sent to the server, or dropped; of one that is being collected nothing was. */
    private boolean isInMessage() {
        return scanner.bodyRemaining() > 0 && !scanner.isCollecting();
    }

    private void dropLongBind() {
        if (longBind != null) {
            longBind.release();
            longBind = null;
        }
    }

    private ErrorResponse lost(@Nullable ErrorResponse fatal) {
        String text = "the server closed the connection while PgWeir was using it for this client";
        return fatal == null
                ? ErrorResponse.of(Severity.ERROR, session.own(SqlState.CONNECTION_FAILURE.code()), text)
                : ErrorResponse.of(Severity.ERROR, ClientSession.sqlState(fatal.code()), text + ": " + fatal.message());
    }

    @Override
    public void onWritabilityChanged() {
        if (channel.isWritable()) {
            link.resumeServer();
        }
    }

    // ---- cancel ----

    @Override
    public void onCancelRequest(Runnable whenOver) {
        channel.eventLoop().execute(() -> {
            PooledServer server = link.slot();
            if (!gone && waiting && server != null) {
                // It waits for its settings only; its request is answered when they are in force.
                owed = cancelled();
                whenOver.run();
                return;
            }
            if (!gone && server != null && !link.isIdle()) {
                link.afterInternal(() -> cancel(server, whenOver));
                return;
            }
            if (!gone && waiting && pool.pool().abandon(place)) {
                // PostgreSQL has not seen the query, so it is cancelled here.
                owed = cancelled();
                resume();
            }
            whenOver.run();
        });
    }

    private static ErrorResponse cancelled() {
        return ErrorResponse.of(Severity.ERROR, SqlState.QUERY_CANCELED, "canceling statement due to user request");
    }

    private void cancel(PooledServer server, Runnable whenOver) {
        if (link.slot() == server && !link.isIdle()) {
            clients.forwarder().forward(server, whenOver);
        } else {
            whenOver.run();
        }
    }

    // ---- time, and the end ----

    @Override
    public void onTick(long now) {
        if (leaveIfTold()) {
            return;
        }
        lookAtTransaction(now);
        if (link.isBound()) {
            boolean idle = link.isIdle();
            if (!idle && over(settings.query(), link.queryStart(), now)) {
                session.fail(
                        "57014", "query timeout: query_timeout" + is(settings.query()), DisconnectReason.QUERY_TIMEOUT);
            } else if (over(settings.transaction(), link.transactionStart(), now)
                    && (!idle || link.status() != TransactionStatus.IDLE)) {
                session.fail(
                        "25P04",
                        "transaction timeout: transaction_timeout" + is(settings.transaction()),
                        DisconnectReason.TRANSACTION_TIMEOUT);
            } else if (idle
                    && link.status() != TransactionStatus.IDLE
                    && over(settings.idleTransaction(), link.queryStart(), now)) {
                session.fail(
                        "25P03",
                        "idle transaction timeout: idle_transaction_timeout" + is(settings.idleTransaction()),
                        DisconnectReason.IDLE_TRANSACTION_TIMEOUT);
            } else if (idle
                    && link.status() == TransactionStatus.IDLE
                    && over(settings.idle(), link.queryStart(), now)) {
                idleTooLong();
            }
        } else if (!waiting && over(settings.idle(), idleSince, now)) {
            idleTooLong();
        }
    }

    private void lookAtTransaction(long now) {
        boolean idles = link.isBound() && link.isIdle() && link.status() != TransactionStatus.IDLE;
        long since = idles ? link.queryStart() : 0;
        if (since != idleInTransactionSince) {
            idleInTransactionSince = since;
            named = false;
        }
        PooledServer server = link.slot();
        if (since != 0 && !named && server != null && over(config.eventLog().idleTransaction(), since, now)) {
            named = true;
            session.idlesInTransaction(now - since, now - link.transactionStart(), server.id(), applicationName());
        }
    }

    private void idleTooLong() {
        session.fail("57P05", "client_idle_timeout" + is(settings.idle()), DisconnectReason.CLIENT_IDLE_TIMEOUT);
    }

    private static String is(Duration limit) {
        return " is " + limit.toMillis() + " ms";
    }

    private static boolean over(Duration limit, long since, long now) {
        return !limit.isZero() && now - since > limit.toNanos();
    }

    @Override
    public void onClosed() {
        gone = true;
        clients.keys().remove(key);
        if (waiting) {
            // If it is too late to leave the queue, the server that comes is given back on arrival.
            pool.pool().abandon(place);
        }
        releaseBuffers();
        leaveServer();
        scanner.release();
        pool.pool().clientDisconnected();
    }

    private void leaveServer() {
        PooledServer server = link.slot();
        if (server == null) {
            return;
        }
        boolean reset = hasReset && (resetAlways || settings.poolMode() == PoolMode.SESSION);
        boolean busy = link.drain(!isInMessage(), reset ? Release.RESET : Release.REUSE);
        if (busy && !terminated) {
            link.afterInternal(() -> cancel(server, () -> {}));
        }
        if (!(busy && terminated)) {
            link.limitDrain();
        }
    }

    private void releaseBuffers() {
        if (stalled != null) {
            stalled.release();
            stalled = null;
        }
        if (stalledMessage != null) {
            stalledMessage.release();
            stalledMessage = null;
        }
        if (preparer != null) {
            preparer.release();
        }
        dropLongBind();
        inbox.forEach(ByteBuf::release);
        inbox.clear();
    }
}

package dev.pgweir.proxy.client;

import dev.pgweir.config.ClientSettings;
import dev.pgweir.config.ProxyConfig;
import dev.pgweir.config.value.PoolMode;
import dev.pgweir.protocol.Severity;
import dev.pgweir.protocol.SqlState;
import dev.pgweir.protocol.TransactionStatus;
import dev.pgweir.protocol.frame.FrameScanner;
import dev.pgweir.protocol.message.backend.BackendKeyData;
import dev.pgweir.protocol.message.backend.ErrorResponse;
import dev.pgweir.proxy.cancel.CancelEnd;
import dev.pgweir.proxy.cancel.CancelTarget;
import dev.pgweir.proxy.link.DatabasePool;
import dev.pgweir.proxy.link.Link;
import dev.pgweir.proxy.link.PoolDefinitions;
import dev.pgweir.proxy.link.Preparer;
import dev.pgweir.proxy.link.WrongName;
import dev.pgweir.proxy.log.LogSubject;
import dev.pgweir.proxy.pool.PoolClient;
import dev.pgweir.proxy.pool.PooledServer;
import dev.pgweir.proxy.pool.Release;
import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.SessionParameters;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A client that has logged in: its messages are passed on to a server, which is taken from the pool when the first
 * message comes that needs one, and given back when the pool mode says so.
 *
 * <p>What it sends goes through {@link Inflow}, what it gets through its {@link Link}; here is what both have to do with each
 * other, and how it ends.
 */
public final class ActivePhase implements ClientPhase, Link.Owner, CancelTarget {
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
    private final Link link;
    private final PoolPlace place;
    private final Intake intake;
    private final TimeLimits limits;
    private final SlowQueryLog queries;
    private final Inflow inflow;
    private final BackendKeyData key;
    /** Null in session mode, where statements and settings are on the client's own server. */
    private final @Nullable Preparer preparer;

    /** Whether it has to leave as soon as the server connection of its session is outdated. */
    private boolean fastClose;
    /** Why it has to leave. */
    private @Nullable DisconnectReason leave;

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
        this.settings = pool.shared(settings);
        takeServerSettings(config);
        this.wanted = new SessionParameters(clients.tracked());
        wanted.request(startupSettings);
        SessionParameters defaults = new SessionParameters(clients.tracked());
        welcome.forEach(defaults::reported);
        wanted.fillFrom(defaults);
        int statements = config.protocol().maxPreparedStatements();
        boolean follows = settings.poolMode() != PoolMode.SESSION;
        this.link = new Link(this, channel, session.gate(), wanted, follows);
        this.preparer = follows ? link.follow(clients.statements(), statements) : null;
        if (settings.poolMode() == PoolMode.STATEMENT) {
            link.refuseTransactions();
        }
        this.place = new PoolPlace(session, pool, link, this::resume);
        this.limits = new TimeLimits(session, link, wanted);
        this.queries = new SlowQueryLog(session, preparer);
        takeTimes();
        boolean simpleIsRefused = config.protocol().disablePqexec();
        this.intake = new Intake(session, scanner, link, preparer, queries, limits, simpleIsRefused);
        this.inflow = new Inflow(session, scanner, link, place, intake, this::releaseIfAllowed);
        this.key = clients.keys().register(this, session.version());
    }

    private void takeServerSettings(ProxyConfig from) {
        fastClose = from.server().serverFastClose() && settings.poolMode() == PoolMode.SESSION;
        hasReset = from.server().serverResetQuery() != null;
        resetAlways = hasReset && from.server().serverResetQueryAlways();
    }

    private void takeTimes() {
        place.limit(settings.queryWait());
        queries.limit(config.eventLog().minDuration());
    }

    /**
     * A new configuration is in force. Times and limits hold from now on; the pool mode and whether statements are followed
     * stay what they were at the login, because the session at hand has been built on them.
     */
    void reload(ProxyConfig now) {
        ProxyConfig before = config;
        config = now;
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
            settings = pool.shared(now.clientSettings(database, user).withPoolMode(mode));
            takeServerSettings(now);
            if (preparer != null) {
                preparer.limit(now.protocol().maxPreparedStatements());
            }
        }
        takeTimes();
        intake.chooseInterest();
        leaveIfTold();
    }

    /** The configuration has no place for this client any more, so it goes as soon as nothing is lost by it. */
    private boolean leaveIfTold() {
        if (fastClose && leave == null) {
            PooledServer server = link.slot();
            leave = server != null && server.isOutdated() ? DisconnectReason.SERVER_CONFIG_CHANGED : null;
        }
        if (leave == null || session.isEnded() || place.isWaiting() || !inflow.isEmpty() || intake.isInMessage()) {
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
        if (leave == null && limits.isQuiet(quiet)) {
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
        Map<String, String> told = new LinkedHashMap<>(welcome);
        told.replaceAll((name, value) -> {
            String own = wanted.get(name);
            return own == null ? value : own;
        });
        new Welcome(told, key).send(channel, config.protocol().loginNotifyMessage());
    }

    // ---- figures for the console ----

    /** The pool it uses. */
    public DatabasePool pool() {
        return pool;
    }

    /** Its membership in the pool. */
    public PoolClient place() {
        return place.member();
    }

    /** When its last request came: {@link System#nanoTime}. */
    public long requestTime() {
        return intake.requestTime();
    }

    /** Since when it holds a server in a transaction and asks for nothing: {@link System#nanoTime}; 0 if it does not. */
    public long idleInTransactionSince() {
        return limits.idleInTransactionSince();
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
        if (place.isWaiting()) {
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
        inflow.onRead(data);
    }

    @Override
    public void onReadComplete() {
        inflow.flush();
    }

    private void resume() {
        inflow.resume();
    }

    // ---- from the server ----

    @Override
    public int loopIndex() {
        return session.loopIndex();
    }

    @Override
    public void onSettled() {
        if (place.isWaiting()) {
            inflow.resume();
        }
    }

    @Override
    public void onAnswers() {
        inflow.resumeUnlessWaiting();
    }

    @Override
    public void onQueryDone(long nanos) {
        queries.done(nanos, link.slot(), link.isIdle());
    }

    @Override
    public void onIdle() {
        if (!leaveIfTold()) {
            releaseIfAllowed();
        }
    }

    private void releaseIfAllowed() {
        if (settings.poolMode() == PoolMode.SESSION || intake.isInMessage()) {
            return;
        }
        if (link.status() == TransactionStatus.IDLE) {
            if (link.readSettings()) {
                return;
            }
            channel.flush();
            limits.answered();
            queries.clear();
            link.release(resetAlways ? Release.RESET : Release.REUSE, true);
            inflow.resumeUnlessWaiting();
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
    public boolean refusesName(WrongName name) {
        return WrongNames.refuses(session, name, config.compatible());
    }

    @Override
    public void onNameRefused() {
        session.fail("26000", DisconnectReason.STATEMENT_MISSING.text(), DisconnectReason.STATEMENT_MISSING);
    }

    @Override
    public LogSubject subject() {
        return session;
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
        queries.clear();
        limits.answered();
        if (place.isWaiting()) {
            // Nothing of the client had been sent yet.
            place.takeAnother();
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
        intake.dropRest();
        if (idle) {
            intake.owe(inTransaction ? error : null);
            return;
        }
        intake.answerAll(error, answers, group);
        inflow.resumeUnlessWaiting();
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
    public @Nullable String database() {
        return session.database();
    }

    @Override
    public void onCancelRequest(CancelEnd whenOver) {
        channel.eventLoop().execute(() -> {
            PooledServer server = link.slot();
            if (place.isWaiting() && server != null) {
                // It waits for its settings only; its request is answered when they are in force.
                intake.cancelNext();
                whenOver.run();
                return;
            }
            if (!session.isEnded() && server != null && !link.isIdle()) {
                link.afterInternal(() -> cancel(server, whenOver));
                return;
            }
            if (place.isWaiting() && place.abandon()) {
                // PostgreSQL has not seen the query, so it is cancelled here.
                intake.cancelNext();
                inflow.resume();
            }
            whenOver.run();
        });
    }

    private void cancel(PooledServer server, CancelEnd whenOver) {
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
        limits.lookAtTransaction(config.eventLog().idleTransaction(), now);
        limits.enforce(settings, now, place);
    }

    @Override
    public void onClosed() {
        clients.keys().remove(key);
        if (place.isWaiting()) {
            // If it is too late to leave the queue, the server that comes is given back on arrival.
            place.end();
            place.abandon();
        }
        inflow.release();
        intake.release();
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
        boolean busy = link.drain(!intake.isInMessage(), reset ? Release.RESET : Release.REUSE);
        if (busy && !intake.isTerminated()) {
            link.afterInternal(() -> cancel(server, () -> {}));
        }
        if (!(busy && intake.isTerminated())) {
            link.limitDrain();
        }
    }
}

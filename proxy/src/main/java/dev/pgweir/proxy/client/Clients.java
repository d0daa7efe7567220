package dev.pgweir.proxy.client;

import dev.pgweir.config.DatabaseConfig;
import dev.pgweir.config.PoolSettings;
import dev.pgweir.config.ProxyConfig;
import dev.pgweir.config.ServerTarget;
import dev.pgweir.config.setting.Settings;
import dev.pgweir.protocol.message.frontend.CancelRequest;
import dev.pgweir.protocol.message.frontend.StartupMessage;
import dev.pgweir.proxy.auth.AuthenticatedUser;
import dev.pgweir.proxy.auth.ClientAuthenticators;
import dev.pgweir.proxy.auth.Credential;
import dev.pgweir.proxy.authquery.AuthQueries;
import dev.pgweir.proxy.cancel.CancelForwarder;
import dev.pgweir.proxy.cancel.CancelKeys;
import dev.pgweir.proxy.cancel.PeerForwarder;
import dev.pgweir.proxy.link.DatabasePool;
import dev.pgweir.proxy.link.DatabasePools;
import dev.pgweir.proxy.link.PoolDefinitions;
import dev.pgweir.proxy.log.LimitedLog;
import dev.pgweir.proxy.net.ClientAcceptor.UnixClient;
import dev.pgweir.proxy.net.EventLoops;
import dev.pgweir.proxy.net.LoginAdmission;
import dev.pgweir.proxy.pool.PoolKey;
import dev.pgweir.proxy.prepare.StatementTable;
import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.ServerProfile;
import dev.pgweir.proxy.server.TrackedParameters;
import dev.pgweir.proxy.tls.ClientTls;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** All clients, and the making of a new one's phases. For any thread. */
public final class Clients {
    /**
     * What a login may take where the places for logins are all taken. PgBouncer's and PostgreSQL's limit of a minute is
     * for somebody who types a password; with it, a thousand silent connections would keep everybody out for a minute.
     */
    private static final Duration IN_A_HURRY = Duration.ofSeconds(5);

    private final Supplier<ProxyConfig> config;
    private final Supplier<@Nullable ClientTls> tls;
    private final EventLoops loops;
    private final DatabasePools pools;
    private final LoginMethods methods;
    private final AuthQueries queries;
    private final CancelKeys keys;
    private final CancelForwarder forwarder;
    private final PeerForwarder peers;
    private final TrackedParameters tracked;
    private final LoginAdmission admission;
    private final StatementTable statements = new StatementTable();
    private final ConsoleAccess console;
    private final Map<String, String> consoleWelcome;
    private final ClientLimits limits = new ClientLimits();
    private final List<LoopClients> byLoop = new ArrayList<>();
    private final LimitedLog strangers = new LimitedLog(ClientSession.LOG);
    private final AtomicLong ids = new AtomicLong();
    private final Set<String> disabled = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;
    private volatile boolean letsLateIn;
    private volatile long closedAt;

    /**
     * From the connection to the startup packet it takes a client a round trip, or a few for TLS; and where everybody connects
     * at once, as after a restart, the time until it is its turn.
     */
    private static final long LATE_NANOS = 5_000_000_000L;

    /**
     * @param config the configuration of the moment
     * @param tls what the next connection is encrypted by; null if by nothing
     * @param version of PgWeir, which the console tells drivers
     */
    public Clients(
            Supplier<ProxyConfig> config,
            Supplier<@Nullable ClientTls> tls,
            EventLoops loops,
            DatabasePools pools,
            ClientAuthenticators authenticators,
            CancelKeys keys,
            CancelForwarder forwarder,
            PeerForwarder peers,
            TrackedParameters tracked,
            LoginAdmission admission,
            ConsoleAccess console,
            String version) {
        this.config = config;
        this.tls = tls;
        this.loops = loops;
        this.pools = pools;
        this.queries = new AuthQueries(config, pools, loops::at, disabled::contains);
        this.methods = new LoginMethods(authenticators, queries);
        this.keys = keys;
        this.forwarder = forwarder;
        this.peers = peers;
        this.tracked = tracked;
        this.admission = admission;
        this.console = console;
        this.consoleWelcome = Map.of(
                // PgBouncer's form: by what follows the number programs tell its console from PostgreSQL.
                "server_version", version + "/bouncer",
                "client_encoding", "UTF8",
                "server_encoding", "UTF8",
                "DateStyle", "ISO",
                "TimeZone", "GMT",
                "integer_datetimes", "on",
                "standard_conforming_strings", "on",
                "is_superuser", "on");
        for (int i = 0; i < loops.size(); i++) {
            byLoop.add(new LoopClients(loops.at(i)));
        }
    }

    /**
     * The handler of an accepted connection. Called on its event loop.
     *
     * @param unix null if it came by TCP
     */
    public ChannelHandler accept(Channel channel, @Nullable UnixClient unix) {
        ProxyConfig now = config.get();
        int loop = loops.indexOf(channel.eventLoop());
        ClientSession session =
                new ClientSession(ids.incrementAndGet(), channel, unix, loop, byLoop.get(loop), config, strangers);
        // Unix sockets go without TLS, as in PgBouncer and PostgreSQL.
        session.beginWith(
                new StartupPhase(session, this, now.timeouts().clientLoginTimeout(), unix == null ? tls.get() : null));
        ProxyHeader.awaitIfDue(now.values().get(Settings.PROXY_PROTOCOL_FROM), channel, unix, session);
        return new ClientHandler(session);
    }

    /** All of them at this moment. */
    public List<ClientSession> sessions() {
        List<ClientSession> all = new ArrayList<>();
        byLoop.forEach(clients -> all.addAll(clients.snapshot()));
        return all;
    }

    /** What is counted on each event loop, in their order. */
    public List<ClientCounts> counts() {
        return byLoop.stream().map(LoopClients::counts).toList();
    }

    /** How many hold a place under {@code max_client_conn}. */
    public int total() {
        return limits.total();
    }

    /** How many questions of {@code auth_query} wait for their turn. */
    public int questionsWaiting() {
        return queries.waiting();
    }

    /** How many are logged in to a database. */
    public int ofDatabase(String name) {
        return limits.ofDatabase(name);
    }

    /** How many are logged in as a user. */
    public int ofUser(String name) {
        return limits.ofUser(name);
    }

    // ---- for the console ----

    /** Whether clients may log in to a database; those who have stay. */
    public void enable(String name, boolean enabled) {
        if (enabled) {
            disabled.remove(name);
        } else {
            disabled.add(name);
        }
    }

    /** The databases nobody may log in to. */
    public Set<String> disabled() {
        return new TreeSet<>(disabled);
    }

    /**
     * Ends the clients of a database (all but those of the console where it is null), whatever they do.
     *
     * @param reason what they are told
     */
    public void kill(@Nullable String database, DisconnectReason reason) {
        for (ClientSession session : sessions()) {
            String own = session.database();
            if (own != null && (database == null ? !DatabaseConfig.isConsole(own) : database.equals(own))) {
                kill(session, reason);
            }
        }
    }

    /** Ends a client, whatever it does. */
    public void kill(ClientSession session) {
        kill(session, DisconnectReason.ADMIN_KILL);
    }

    private static void kill(ClientSession session, DisconnectReason reason) {
        session.channel().eventLoop().execute(() -> session.fail("57P01", reason.text(), reason));
    }

    /**
     * Stops reading from the clients of pools.
     *
     * @param limit for them to take what was written to them; those that have not are closed. Zero: no limit
     * @return completes when all of them have; fails with CancellationException if {@link #resume} comes before that
     */
    public CompletableFuture<Void> suspend(Duration limit) {
        return CompletableFuture.allOf(
                byLoop.stream().map(clients -> clients.suspend(limit)).toArray(CompletableFuture[]::new));
    }

    /** Ends {@link #suspend}. */
    public void resume() {
        byLoop.forEach(LoopClients::resume);
    }

    /** Puts a new configuration in force for clients that have logged in; {@link #configuration} has it already. */
    public void reload() {
        queries.forgetAll();
        for (ClientSession session : sessions()) {
            session.channel().eventLoop().execute(() -> {
                ActivePhase active = session.active();
                if (active != null) {
                    active.reload(config.get());
                }
            });
        }
    }

    /** Writes to the log what was left out of it; to be called about once a second. */
    public void sweepLog() {
        strangers.sweep();
        queries.sweepLog();
    }

    /**
     * From now on nobody logs in but to the console.
     *
     * @param late whether those are let in all the same who are about to: where another process listens on the port as well,
     *     nobody need notice that this one has stopped to
     */
    public void refuseLogins(boolean late) {
        closedAt = System.nanoTime();
        letsLateIn = late;
        closed = true;
        for (ClientSession session : sessions()) {
            session.channel().eventLoop().execute(() -> {
                if (session.phase() instanceof LoginPhase login) {
                    login.refuseIfClosed();
                }
            });
        }
    }

    /** Whether the login of a client is refused. */
    boolean isClosed(ClientSession session) {
        boolean isLate = letsLateIn && session.unix() == null && closedAt - session.connectNanos() < LATE_NANOS;
        return closed && !isLate;
    }

    /**
     * Sends clients away that hold no server, or one for nothing but their session, and have asked for nothing for a while.
     * The others are sent away when they reach that state, if this is called again.
     *
     * @param quiet that while; zero: they are sent away even in the moment in which they get an answer
     */
    public void leave(Duration quiet) {
        for (ClientSession session : sessions()) {
            session.channel().eventLoop().execute(() -> {
                ActivePhase active = session.active();
                if (active != null) {
                    active.leave(quiet);
                }
            });
        }
    }

    /** How many talk to the console. */
    public long consoles() {
        return sessions().stream().filter(ClientSession::isConsole).count();
    }

    /** How many clients there are that an end has to wait for: neither the console's nor those that never said a word. */
    public long remaining() {
        return sessions().stream()
                .filter(session -> !session.isConsole() && (!session.isSilent() || isAboutToLogIn(session)))
                .count();
    }

    private boolean isAboutToLogIn(ClientSession session) {
        return closed && !isClosed(session) && System.nanoTime() - session.connectNanos() < LATE_NANOS;
    }

    /**
     * Ends clients that hold no server and wait for none; the others are ended when they reach that state, if this is
     * called again.
     *
     * @param all whether to end the others as well
     */
    public void shutDown(boolean all) {
        for (ClientSession session : sessions()) {
            session.channel().eventLoop().execute(() -> {
                if (all || session.state() == ClientState.IDLE) {
                    session.fail("57P01", DisconnectReason.SHUTDOWN.text(), DisconnectReason.SHUTDOWN);
                }
            });
        }
    }

    // ---- for the phases ----

    void cancel(ClientSession session, CancelRequest request) {
        CancelPhase phase = new CancelPhase(session, config.get().timeouts());
        session.become(phase);
        phase.begin(keys, peers, request, admission);
    }

    void login(ClientSession session, StartupMessage startup) {
        LoginPhase phase = new LoginPhase(session, this, startup);
        session.become(phase);
        phase.begin();
    }

    /**
     * The pool for a client that has logged in. Its own password, or what SCRAM has shown of it, is what the server is
     * asked with, unless the database has a user of its own.
     *
     * @return held for the caller, who lets it go; null if a reload has removed the database this very moment
     */
    @Nullable
    DatabasePool pool(String database, AuthenticatedUser who) {
        return pools.defining(() -> {
            ProxyConfig now = config.get();
            if (now.database(database).isEmpty()) {
                return null;
            }
            PoolSettings settings = now.poolSettings(database, who.name());
            ServerTarget target = settings.target();
            PoolKey key = new PoolKey(database, target.user());
            Credential credential = forServer(who, target, pools.find(key));
            ServerProfile profile = PoolDefinitions.profile(now, settings, credential);
            DatabasePool pool = pools.pool(
                    now,
                    key,
                    () -> PoolDefinitions.spec(now, settings, now.clientSettings(database, who.name())),
                    () -> profile);
            pool.profile(profile);
            pool.pool().hold();
            return pool;
        });
    }

    /**
     * What the next server connections log in with. Who came in without showing a secret that PostgreSQL takes (by
     * certificate, say) does not take away what another login of the same user has shown.
     */
    private static Credential forServer(AuthenticatedUser who, ServerTarget target, @Nullable DatabasePool known) {
        if (target.userForced()) {
            return PoolDefinitions.stored(target);
        }
        Credential credential =
                who.forServer() instanceof Credential.None ? PoolDefinitions.stored(target) : who.forServer();
        return known != null && credential.onlyChecksClients() ? known.profile().credential() : credential;
    }

    /**
     * Makes the pool of a database that has a user of its own, so that it can be filled before a client comes.
     *
     * @param user that user
     */
    public void prepare(String database, String user) {
        DatabasePool pool = pool(database, new AuthenticatedUser(user, new Credential.None()));
        if (pool != null) {
            pool.pool().letGo();
        }
    }

    /** Whether this is the first client of a database that the configuration does not name. */
    boolean isNewAutomatic(ProxyConfig now, String database) {
        return !now.databases().containsKey(database) && !pools.hasDatabase(database);
    }

    /** The configuration of the moment. */
    ProxyConfig configuration() {
        return config.get();
    }

    boolean isDisabled(String database) {
        return disabled.contains(database);
    }

    LoginAdmission admission() {
        return admission;
    }

    /** Whether a login has taken too long, or longer than others should wait for its place. */
    boolean isLate(ClientSession session, long now, Duration configured) {
        Duration limit = loginLimit(configured);
        return !limit.isZero() && now - session.connectNanos() > limit.toNanos();
    }

    /** Ends such a login. */
    void timeOut(ClientSession session, long now, Duration configured) {
        if (isLate(session, now, configured)) {
            Duration limit = loginLimit(configured);
            session.fail(
                    "08P01",
                    "client_login_timeout: the login was not complete within " + limit.toMillis() + " ms"
                            + (limit.equals(configured) ? "" : " while max_client_logins is reached"),
                    DisconnectReason.CLIENT_LOGIN_TIMEOUT);
        }
    }

    private Duration loginLimit(Duration configured) {
        boolean hurry = admission.isFull() && (configured.isZero() || configured.compareTo(IN_A_HURRY) > 0);
        return hurry ? IN_A_HURRY : configured;
    }

    ClientLimits limits() {
        return limits;
    }

    LoginMethods methods() {
        return methods;
    }

    CancelKeys keys() {
        return keys;
    }

    CancelForwarder forwarder() {
        return forwarder;
    }

    /** The prepared statements of all clients. */
    public StatementTable statements() {
        return statements;
    }

    TrackedParameters tracked() {
        return tracked;
    }

    ConsoleAccess console() {
        return console;
    }

    Map<String, String> consoleWelcome() {
        return consoleWelcome;
    }
}

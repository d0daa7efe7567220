package dev.pgweir.proxy.client;

import dev.pgweir.config.DatabaseConfig;
import dev.pgweir.config.ProxyConfig;
import dev.pgweir.config.setting.Settings;
import dev.pgweir.protocol.FrontendMessageType;
import dev.pgweir.protocol.ProtocolException;
import dev.pgweir.protocol.ProtocolVersion;
import dev.pgweir.protocol.frame.FrameScanner;
import dev.pgweir.protocol.frame.Interest;
import dev.pgweir.protocol.message.backend.NegotiateProtocolVersion;
import dev.pgweir.protocol.message.frontend.StartupMessage;
import dev.pgweir.proxy.auth.AuthenticatedUser;
import dev.pgweir.proxy.auth.ClientAuthStep;
import dev.pgweir.proxy.auth.ClientAuthenticator;
import dev.pgweir.proxy.auth.LoginMessage;
import dev.pgweir.proxy.link.DatabasePool;
import dev.pgweir.proxy.net.ClientAcceptor.UnixClient;
import dev.pgweir.proxy.net.ReadGate;
import dev.pgweir.proxy.pool.PoolClient;
import dev.pgweir.proxy.pool.PooledServer;
import dev.pgweir.proxy.pool.Release;
import dev.pgweir.proxy.pool.WaitFailure;
import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.ServerConnection;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * From the startup packet to ReadyForQuery. Whether a database or a user exists shows only after the password was right:
 * unknown ones go through the same exchange.
 *
 * <p>The first client of a pool waits for a server, because PostgreSQL's parameters are part of the answer to a login;
 * later ones are told what it said then.
 */
final class LoginPhase extends SessionWaiter implements ClientPhase {
    /** Who administers PgWeir without a password, through a Unix socket, if run by the same user: PgBouncer's rule. */
    private static final String CONSOLE_OWNER = "pgbouncer";

    /** Longer than the longest password PostgreSQL's tools send, and all that a stranger can make us keep. */
    private static final int MAX_PASSWORD_MESSAGE = 65_536 + FrameScanner.HEADER_LENGTH;

    /** Enough for any first query that is sent without awaiting the login's end; then the channel is not read. */
    private static final int MAX_EARLY = 64 * 1024;

    /** PostgreSQL's words for false. */
    private static final Pattern NO_REPLICATION = Pattern.compile("(?i)|f(a(l(se?)?)?)?|of|off|no?|0");

    private static final Interest PASSWORDS = Interest.builder()
            .whole(FrontendMessageType.PASSWORD)
            .header(FrontendMessageType.TERMINATE)
            .build();

    private final Clients clients;
    private ProxyConfig config;
    private final StartupMessage startup;
    private final FrameScanner scanner;
    private final String user;
    private final String database;
    private final Entrance entrance;
    private @Nullable StartupParameters parameters;
    private @Nullable ClientAuthenticator authenticator;
    private @Nullable DatabasePool pool;
    private @Nullable PoolClient poolClient;
    /** What it says of replication, if it wants any: {@code database}, or one of PostgreSQL's words for true. */
    private final String replication;

    private final ShownNames names;
    private boolean handedOver;
    /** PgWeir's own user, at the console. */
    private boolean owner;
    /**
     * What came while the login waits for a server, for the next phase. The channel is read meanwhile, because NIO tells
     * of a client that has left only by reading.
     */
    private final ArrayDeque<ByteBuf> early = new ArrayDeque<>(0);

    private int earlyBytes;

    LoginPhase(ClientSession session, Clients clients, StartupMessage startup) {
        super(session);
        this.clients = clients;
        this.config = clients.configuration();
        this.startup = startup;
        this.scanner = new FrameScanner(
                PASSWORDS,
                config.net().maxPacketSize(),
                MAX_PASSWORD_MESSAGE,
                session.channel().alloc());
        this.user = startup.user() == null ? "" : startup.user();
        this.database = startup.database() == null ? "" : startup.database();
        this.entrance = new Entrance(session, clients, user, database);
        String wanted = startup.parameters().getOrDefault("replication", "");
        this.replication = NO_REPLICATION.matcher(wanted).matches() ? "" : wanted;
        this.names = new ShownNames(session, config, user, database, this::logAttempt);
    }

    private void logAttempt() {
        if (config.log().logConnections()) {
            session.strangers()
                    .info(
                            "login attempt",
                            session,
                            "login attempt: db=" + database + " user=" + user + " tls="
                                    + (session.tls() == null
                                            ? "no"
                                            : session.tls().info()) + " replication="
                                    + (replication.isEmpty() ? "no" : "yes"));
        }
    }

    void begin() {
        session.replicates(replication);
        session.identify(
                startup.user(), startup.database(), startup.parameters().getOrDefault("application_name", ""));
        names.begin();
        if (user.isEmpty()) {
            session.fail(
                    "28000",
                    "no PostgreSQL user name specified in startup packet",
                    DisconnectReason.CLIENT_LOGIN_FAILED);
            return;
        }
        refuseIfClosed();
        if (session.isEnded()) {
            return;
        }
        boolean compatible = config.compatible();
        parameters = StartupParameters.of(
                startup.parameters(),
                config.protocol().ignoreStartupParameters(),
                // What a replication connection asks for stays with its own server, so nothing need be followed.
                name -> !compatible
                        || !replication.isEmpty()
                        || clients.tracked().indexOf(name) >= 0);
        negotiate(parameters);
        // PgBouncer's clients count from here on. Later is better: strangers would fill the places of those who have a
        // password.
        if (!compatible || entrance.holdPlaceAmongAll(config)) {
            authenticate();
        }
    }

    /** PgWeir is ending: only the console takes somebody in. */
    void refuseIfClosed() {
        entrance.refuseIfClosed();
    }

    private void negotiate(StartupParameters asked) {
        // PgBouncer, as one of the [peers], does not pass on the long cancel keys of protocol 3.2.
        boolean besidePgBouncer = config.compatible() && config.values().get(Settings.PEER_ID) > 0;
        ProtocolVersion newest = besidePgBouncer ? ProtocolVersion.V3_0 : ProtocolVersion.V3_2;
        boolean tooNew = startup.version().compareTo(newest) > 0;
        ProtocolVersion agreed = tooNew ? newest : startup.version();
        session.speaks(agreed);
        if (tooNew || !asked.unknownOptions().isEmpty()) {
            ByteBuf out = session.channel().alloc().buffer();
            new NegotiateProtocolVersion(agreed, asked.unknownOptions()).encode(out);
            session.channel().write(out, session.channel().voidPromise());
        }
    }

    // ---- the password ----

    private void authenticate() {
        UnixClient unix = session.unix();
        if (unix != null && unix.ownUser() && CONSOLE_OWNER.equals(user) && DatabaseConfig.isConsole(database)) {
            // Whoever may send signals to PgWeir and read its files needs no password to be its administrator.
            owner = true;
            names.isKnown(true);
            openConsole();
            return;
        }
        authenticator = clients.methods().begin(session, config, user, database, names);
        take(authenticator.start());
    }

    @Override
    public void onRead(ByteBuf data) {
        if (poolClient != null) {
            early.add(data);
            earlyBytes += data.readableBytes();
            if (earlyBytes > MAX_EARLY) {
                session.gate().close(ReadGate.LOGIN);
            }
            return;
        }
        try {
            int event;
            while (!handedOver && !session.isEnded() && (event = scanner.next(data)) != FrameScanner.END) {
                if (event == FrameScanner.MESSAGE) {
                    ClientAuthenticator asked = authenticator;
                    if (asked == null) {
                        throw ProtocolException.violation("unexpected message PasswordMessage");
                    }
                    take(asked.onMessage(scanner.body()));
                } else if (event == FrameScanner.HEADER) {
                    onHeader(scanner.type());
                }
            }
            if (data.isReadable() && (handedOver || poolClient != null)) {
                // Nothing may follow a password before its answer; it would be lost here without a word.
                throw ProtocolException.violation("unexpected bytes behind the password");
            }
        } finally {
            data.release();
        }
    }

    private void onHeader(byte type) {
        if (type == FrontendMessageType.TERMINATE) {
            session.close(DisconnectReason.CLIENT_CLOSE_REQUEST);
        } else {
            throw ProtocolException.violation("the password message has " + scanner.bodyLength()
                    + " bytes, accepted are " + (MAX_PASSWORD_MESSAGE - FrameScanner.HEADER_LENGTH));
        }
    }

    private void take(ClientAuthStep step) {
        if (session.isEnded()) {
            return;
        }
        if (step instanceof ClientAuthStep.Continue next) {
            send(next.message());
            session.channel().flush();
        } else if (step instanceof ClientAuthStep.Success success) {
            if (success.last() != null) {
                send(success.last());
            }
            authenticated(success.user());
        } else if (step instanceof ClientAuthStep.Failure failure) {
            session.strangers().info("login refused", session, "login refused: " + failure.detail());
            refuse(failure.ofServer(), failure.sqlState(), failure.message());
        } else if (step instanceof ClientAuthStep.Pending pending) {
            if (!pending.unasked()) {
                session.gate().close(ReadGate.LOGIN);
            }
            pending.until()
                    .whenComplete(
                            (done, failure) -> session.channel().eventLoop().execute(this::resume));
        }
    }

    private void resume() {
        if (!session.isEnded() && authenticator != null) {
            session.gate().open(ReadGate.LOGIN);
            take(authenticator.resume());
        }
    }

    private void send(LoginMessage message) {
        ByteBuf out = session.channel().alloc().buffer();
        message.encode(out);
        session.channel().write(out, session.channel().voidPromise());
    }

    // ---- what the client may use ----

    private void authenticated(AuthenticatedUser who) {
        if (session.isEnded()) {
            return;
        }
        clients.admission().over(session.channel());
        if (DatabaseConfig.isConsole(database)) {
            openConsole();
            return;
        }
        if (!config.compatible() && !entrance.holdPlaceAmongAll(config)) {
            return;
        }
        // The password may have taken its time; what the client may use is asked of the configuration of now.
        config = clients.configuration();
        DatabasePool mine = entrance.pool(config, who);
        if (mine == null) {
            return;
        }
        names.loggedIn();
        pool = mine;
        Map<String, String> welcome = replication.isEmpty() ? mine.welcome() : null;
        if (welcome != null) {
            finish(welcome);
        } else {
            awaitServer(mine);
        }
    }

    private void openConsole() {
        boolean admin = owner || config.admin().adminUsers().contains(user);
        if (!admin && !config.admin().statsUsers().contains(user)) {
            session.fail(
                    "42501",
                    "not allowed: user is neither in admin_users nor in stats_users",
                    DisconnectReason.CLIENT_LOGIN_FAILED);
            return;
        }
        handedOver = true;
        ConsolePhase phase = new ConsolePhase(session, scanner, clients.console(), clients.keys(), user, admin);
        new Welcome(clients.consoleWelcome(), phase.key()).send(session.channel(), "");
        session.become(phase);
    }

    private void awaitServer(DatabasePool from) {
        PoolClient place = replication.isEmpty() ? new PoolClient(this) : PoolClient.dedicated(this, ownParameters());
        place.waitLimit(config.clientSettings(database, user).queryWait().toNanos());
        poolClient = place;
        // Whoever waits for its login is a client of the pool, else min_pool_size would not hold for it.
        PooledServer server = from.pool().acquire(place);
        if (server != null) {
            gotServer(server);
        }
    }

    /** PostgreSQL is told all that the client has said, since nobody else will use the connection. */
    private Map<String, String> ownParameters() {
        Map<String, String> own =
                new LinkedHashMap<>(Objects.requireNonNull(parameters).settings());
        own.put("replication", replication);
        return own;
    }

    @Override
    void gotServer(PooledServer server) {
        poolClient = null;
        if (!replication.isEmpty()) {
            replicate(server);
            return;
        }
        Map<String, String> welcome =
                server.connection() instanceof ServerConnection connection ? connection.welcome() : Map.of();
        server.pool().release(server, Release.REUSE);
        if (!session.isEnded()) {
            session.gate().open(ReadGate.LOGIN);
            finish(welcome);
        }
    }

    private void replicate(PooledServer slot) {
        if (session.isEnded() || !(slot.connection() instanceof ServerConnection server)) {
            slot.pool().release(slot, Release.close(DisconnectReason.CLIENT_UNEXPECTED_EOF));
            return;
        }
        session.gate().open(ReadGate.LOGIN);
        handedOver = true;
        ReplicationPhase phase = new ReplicationPhase(session, scanner, clients, slot, server);
        session.become(phase);
        phase.begin();
        handOnEarly();
    }

    @Override
    void gotNone(WaitFailure failure) {
        poolClient = null;
        if (failure.kind() == WaitFailure.Kind.LOGIN_REFUSED) {
            refuse(
                    failure.ofServer(),
                    failure.sqlState(),
                    (replication.isEmpty() ? "" : "server login failed: ") + failure.message());
        } else {
            session.fail(
                    failure.sqlState(),
                    failure.message(),
                    failure.kind() == WaitFailure.Kind.QUERY_WAIT_TIMEOUT
                            ? DisconnectReason.QUERY_WAIT_TIMEOUT
                            : DisconnectReason.CLIENT_LOGIN_FAILED);
        }
    }

    private void finish(Map<String, String> welcome) {
        handedOver = true;
        ActivePhase active = new ActivePhase(
                session,
                scanner,
                Objects.requireNonNull(pool),
                clients,
                config,
                config.clientSettings(database, user),
                settings(),
                welcome);
        session.become(active);
        active.begin(welcome);
        if (config != clients.configuration()) {
            active.reload(clients.configuration());
        }
        handOnEarly();
    }

    /** What the startup packet asks to be set. */
    private Map<String, String> settings() {
        Map<String, String> asked = Objects.requireNonNull(parameters).settings();
        if (!config.protocol().applicationNameAddHost()) {
            return asked;
        }
        Map<String, String> named = new LinkedHashMap<>(asked);
        // PgBouncer's word for a client without a name, too.
        named.merge(
                "application_name", "app - " + session.peerText(), (name, none) -> name + " - " + session.peerText());
        return named;
    }

    private void handOnEarly() {
        try {
            // A session that has ended takes them as well, and lets them go.
            while (!early.isEmpty()) {
                session.phase().onRead(early.remove());
            }
            session.phase().onReadComplete();
        } catch (ProtocolException e) {
            session.onProtocolError(e);
            early.forEach(ByteBuf::release);
            early.clear();
        }
    }

    @Override
    public void onTick(long now) {
        Duration limit = config.timeouts().clientLoginTimeout();
        if (pool == null) {
            clients.timeOut(session, now, limit);
        } else if (!limit.isZero() && now - session.connectNanos() > limit.toNanos()) {
            // PgBouncer's words for a first client that waits in vain for what the server says at its login.
            session.fail(
                    "08P01",
                    "client_login_timeout (server down): no server connection was ready for the login within "
                            + limit.toMillis() + " ms",
                    DisconnectReason.CLIENT_LOGIN_TIMEOUT);
        } else if (poolClient != null) {
            TimeLimits.enforceWaiting(session, config.clientSettings(database, user), now, poolClient);
        }
    }

    @Override
    public void onClosed() {
        scanner.release();
        if (authenticator != null) {
            authenticator.abandon();
        }
        early.forEach(ByteBuf::release);
        early.clear();
        if (poolClient != null && pool != null) {
            // If it is too late to leave the queue, the server that comes is given back on arrival.
            pool.pool().abandon(poolClient);
        }
    }

    @Override
    public ClientState state() {
        return poolClient != null ? ClientState.WAITING : ClientState.LOGIN;
    }
}

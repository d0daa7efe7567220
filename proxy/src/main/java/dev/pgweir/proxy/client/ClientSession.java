package dev.pgweir.proxy.client;

import dev.pgweir.config.ProxyConfig;
import dev.pgweir.protocol.ProtocolException;
import dev.pgweir.protocol.ProtocolVersion;
import dev.pgweir.protocol.Severity;
import dev.pgweir.protocol.SqlState;
import dev.pgweir.protocol.message.backend.ErrorResponse;
import dev.pgweir.proxy.log.ConnectionAddress;
import dev.pgweir.proxy.log.LimitedLog;
import dev.pgweir.proxy.log.LogPrefix;
import dev.pgweir.proxy.log.LogSubject;
import dev.pgweir.proxy.net.ClientAcceptor.UnixClient;
import dev.pgweir.proxy.net.ReadGate;
import dev.pgweir.proxy.net.UnixSockets;
import dev.pgweir.proxy.pool.PoolClient;
import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.tls.TlsFailure;
import dev.pgweir.proxy.tls.TlsPeer;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOutboundBuffer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client connection: who it is, which phase it is in, and its end. Touched on its event loop; the getters are for the
 * console too, which may see a value late.
 */
public final class ClientSession implements LogSubject {
    static final Logger LOG = LoggerFactory.getLogger(ClientSession.class);

    /** How long a client has to take its last error. Long enough for any network, short for a descriptor to be lost. */
    private static final int LAST_WORD_SECONDS = 5;

    private final long id;
    private final Channel channel;
    private final int loopIndex;
    private final ReadGate gate;
    private final LoopClients registry;
    private final Supplier<ProxyConfig> config;
    /** For what strangers bring about. */
    private final LimitedLog strangers;

    private final @Nullable UnixClient unix;
    private volatile SocketAddress peer;
    /** A load balancer speaks for it. */
    private volatile boolean passedOn;

    private final long connectMillis = System.currentTimeMillis();
    private final long connectNanos = System.nanoTime();
    private final List<ClientLimits.Place> places = new ArrayList<>(3);

    private ClientPhase phase = ClosedPhase.INSTANCE;
    private @Nullable ClientPhase first;
    private volatile @Nullable String user;
    private volatile @Nullable String database;
    /** What lines of the log call it by; see {@link ShownNames}. */
    private volatile @Nullable String shownUser;

    private volatile @Nullable String shownDatabase;
    private volatile String applicationName = "";
    private volatile String replication = "none";
    private volatile @Nullable TlsPeer tls;
    private ProtocolVersion version = ProtocolVersion.V3_0;
    private boolean ended;
    private boolean sentSomething;

    /** Where {@link LoopClients} keeps it. */
    int place;

    ClientSession(
            long id,
            Channel channel,
            @Nullable UnixClient unix,
            int loopIndex,
            LoopClients registry,
            Supplier<ProxyConfig> config,
            LimitedLog strangers) {
        this.id = id;
        this.channel = channel;
        this.loopIndex = loopIndex;
        this.gate = new ReadGate(channel);
        this.unix = unix;
        // Asked now, because a closed channel does not tell any more.
        this.peer = unix == null
                ? channel.remoteAddress()
                : UnixSockets.shown(unix.peer() == null ? 0 : unix.peer().pid(), unix.port());
        this.registry = registry;
        this.config = config;
        this.strangers = strangers;
    }

    // ---- who it is ----

    /** A number that no other client of this process has or had. */
    public long id() {
        return id;
    }

    /** The name it logs in with; null before its startup packet. */
    public @Nullable String user() {
        return user;
    }

    /** The database it asks for; null before its startup packet. */
    public @Nullable String database() {
        return database;
    }

    /** What it calls itself. */
    public String applicationName() {
        return applicationName;
    }

    /** What kind of replication it asked for: {@code none}, {@code logical} or {@code physical}. */
    public String replication() {
        return replication;
    }

    /** The same for a value of the startup parameter; empty if it was not given, or says no. */
    public static String replication(String parameter) {
        if (parameter.isEmpty()) {
            return "none";
        }
        return parameter.equalsIgnoreCase("database") ? "logical" : "physical";
    }

    void replicates(String parameter) {
        replication = replication(parameter);
    }

    /** When its connection was accepted. */
    public Instant connectTime() {
        return Instant.ofEpochMilli(connectMillis);
    }

    /** Where it comes from; through a Unix socket, the name {@code unix} and the port in the socket's name. */
    public InetSocketAddress remoteAddress() {
        return unix == null || passedOn ? (InetSocketAddress) peer : UnixSockets.shown(unix.port());
    }

    /** The same as the log writes it: {@code 10.0.0.7:51442}, {@code unix(1234):6432}. */
    String peerText() {
        return ConnectionAddress.text(peer);
    }

    /** Where it was accepted; through a Unix socket as {@link #remoteAddress}. */
    public InetSocketAddress localAddress() {
        return unix == null ? (InetSocketAddress) channel.localAddress() : UnixSockets.shown(unix.port());
    }

    /** What is known of its Unix socket; null if it came by TCP, or a load balancer speaks for somebody there. */
    @Nullable
    UnixClient unix() {
        return passedOn ? null : unix;
    }

    /**
     * It comes through a load balancer. The process at a Unix socket is that one then, and its rights are not the client's.
     *
     * @param source where it comes from; null if that is not told
     */
    void isPassedOn(@Nullable InetSocketAddress source) {
        if (source != null) {
            peer = source;
        } else if (unix != null) {
            peer = UnixSockets.shown(unix.port());
        }
        passedOn = true;
    }

    /** What its TLS handshake has shown; null while it is not encrypted. */
    public @Nullable TlsPeer tls() {
        return tls;
    }

    void secured(TlsPeer peerOfHandshake) {
        tls = peerOfHandshake;
    }

    /** Where it stands. */
    public ClientState state() {
        return phase.state();
    }

    /** Whether it talks to PgWeir itself. */
    boolean isConsole() {
        return phase instanceof ConsolePhase;
    }

    /** Whether nothing is known of it but that it is connected. */
    boolean isSilent() {
        return phase instanceof StartupPhase;
    }

    /** Its part in a pool, once it has logged in to one. */
    public @Nullable ActivePhase active() {
        return phase instanceof ActivePhase active ? active : null;
    }

    /** Its membership in a pool, once it has logged in to one. */
    public @Nullable PoolClient member() {
        ClientPhase now = phase;
        if (now instanceof ActivePhase active) {
            return active.place();
        }
        return now instanceof ReplicationPhase replicating ? replicating.place() : null;
    }

    void identify(@Nullable String startupUser, @Nullable String startupDatabase, String name) {
        user = startupUser;
        database = startupDatabase;
        applicationName = name;
    }

    /** Its names once more, as others have them already. */
    void sharesNames(String sameUser, String sameDatabase) {
        user = sameUser;
        database = sameDatabase;
    }

    /** From now on lines of the log call it by these; null where they say that it is not known. */
    void shows(@Nullable String userInLog, @Nullable String databaseInLog) {
        shownUser = userInLog;
        shownDatabase = databaseInLog;
    }

    /** What was agreed on with it. */
    ProtocolVersion version() {
        return version;
    }

    void speaks(ProtocolVersion agreed) {
        version = agreed;
    }

    // ---- its phases ----

    Channel channel() {
        return channel;
    }

    int loopIndex() {
        return loopIndex;
    }

    ReadGate gate() {
        return gate;
    }

    ClientPhase phase() {
        return phase;
    }

    void beginWith(ClientPhase startup) {
        first = startup;
    }

    void become(ClientPhase next) {
        if (!ended) {
            phase = next;
            if (registry.isSuspended()) {
                suspend(true);
            }
        }
    }

    /** SUSPEND, or its end. The console goes on, and so do logins, which may be to the console. */
    void suspend(boolean suspended) {
        if (ended || !isServed()) {
            return;
        }
        if (suspended) {
            gate.close(ReadGate.SUSPENDED);
        } else {
            gate.open(ReadGate.SUSPENDED);
        }
    }

    private boolean isServed() {
        return phase instanceof ActivePhase || phase instanceof ReplicationPhase;
    }

    /** Whether something was written to a client of a pool that it has not taken. */
    boolean hasUnsent() {
        ChannelOutboundBuffer out = channel.unsafe().outboundBuffer();
        return !ended && isServed() && out != null && out.totalPendingWriteBytes() > 0;
    }

    /** A place under a limit, given back at the end. */
    void holds(ClientLimits.Place taken) {
        if (ended) {
            taken.giveBack();
        } else {
            places.add(taken);
        }
    }

    void onConnected() {
        if (first != null) {
            phase = first;
            first = null;
        }
        registry.add(this);
    }

    void onTick(long now) {
        phase.onTick(now);
    }

    long connectNanos() {
        return connectNanos;
    }

    boolean isEnded() {
        return ended;
    }

    // ---- its end ----

    void onProtocolError(ProtocolException e) {
        fail(e.sqlState().code(), e.getMessage(), DisconnectReason.CLIENT_PROTOCOL_ERROR);
    }

    void onException(Throwable cause) {
        if (TlsFailure.is(cause)) {
            onTlsFailed(cause);
        } else if (cause instanceof IOException) {
            end(DisconnectReason.CLIENT_UNEXPECTED_EOF, null);
        } else {
            LOG.error("{} a fault of PgWeir", this, cause);
            end(DisconnectReason.INTERNAL_ERROR, null);
        }
        channel.close();
    }

    void onTlsFailed(Throwable cause) {
        if (!ended && TlsFailure.isEnd(cause)) {
            end(DisconnectReason.CLIENT_UNEXPECTED_EOF, null);
        } else {
            onTlsFailed(TlsFailure.text(cause));
        }
    }

    /** The handshake failed, or a record was damaged. The other end has been told by an alert, as far as there is one. */
    void onTlsFailed(String why) {
        if (!ended) {
            strangers.warn("TLS handshake error", this, "TLS handshake error: " + why);
            end(DisconnectReason.CLIENT_TLS_FAILED, null);
            // Later, for the alert is sent behind this.
            channel.eventLoop().execute(() -> channel.close());
        }
    }

    void onDisconnected() {
        end(DisconnectReason.CLIENT_UNEXPECTED_EOF, null);
        registry.remove(this);
    }

    /**
     * Tells the client why (FATAL) and closes.
     *
     * @param sqlState what fits best; PgBouncer, where PgWeir is to be compatible with it, has one for everything
     * @param text what fits best, too; null: what the reason says
     */
    void fail(String sqlState, @Nullable String text, DisconnectReason reason) {
        String own = text == null ? reason.text() : text;
        boolean compatible = config.get().compatible();
        passOn(own(sqlState).code(), compatible ? PgBouncerWords.of(reason, own) : own, reason);
    }

    /** Closes with what PostgreSQL has said (FATAL), under its own code. */
    void passOn(String sqlState, String text, DisconnectReason reason) {
        fail(ErrorResponse.of(Severity.FATAL, sqlState(sqlState), text), reason);
    }

    /** The code for an error of PgWeir's own. */
    SqlState own(String fitting) {
        return config.get().compatible() ? SqlState.PROTOCOL_VIOLATION : sqlState(fitting);
    }

    /** Tells the client why, unless it is in the middle of a message, and closes. */
    void fail(ErrorResponse error, DisconnectReason reason) {
        if (ended) {
            return;
        }
        boolean torn = phase.isTorn();
        boolean stranger = isStranger(phase);
        registry.counts().errors().add(error.code());
        end(reason, error.message());
        if (config.get().log().logPoolerErrors()) {
            if (stranger) {
                strangers.warn("pooler error: " + reason.text(), this, "pooler error: " + error.message());
            } else {
                LOG.warn("{} pooler error: {}", this, error.message());
            }
        }
        if (torn) {
            channel.flush();
            channel.close();
            return;
        }
        ByteBuf out = channel.alloc().buffer();
        error.encode(out);
        channel.writeAndFlush(out).addListener(ChannelFutureListener.CLOSE);
        // A client that does not read would never see it, and never be closed.
        channel.eventLoop().schedule(() -> channel.close(), LAST_WORD_SECONDS, TimeUnit.SECONDS);
    }

    /** Closes without a word to the client. */
    void close(DisconnectReason reason) {
        end(reason, null);
        channel.flush();
        channel.close();
    }

    /** Shows that the end of this connection is worth a line: it was no mere probe of the port. */
    void heard() {
        sentSomething = true;
    }

    private void end(DisconnectReason reason, @Nullable String detail) {
        if (ended) {
            return;
        }
        ended = true;
        registry.counts().disconnects().add(reason);
        ClientPhase last = phase;
        phase = ClosedPhase.INSTANCE;
        if (sentSomething && config.get().log().logDisconnections()) {
            long age = (System.nanoTime() - connectNanos) / 1_000_000_000L;
            String why = detail == null ? reason.text() : detail;
            if (isStranger(last)) {
                strangers.info("closing because: " + reason.text(), this, line(why, age));
            } else {
                LOG.info("{} {}", this, line(why, age));
            }
        }
        places.forEach(ClientLimits.Place::giveBack);
        places.clear();
        gate.openAll();
        last.onClosed();
    }

    private static String line(String why, long age) {
        return "closing because: " + why + " (age=" + age + "s)";
    }

    /** Whether it has shown nothing yet that a stranger could not have shown as well. */
    private static boolean isStranger(ClientPhase phase) {
        return !(phase instanceof ActivePhase || phase instanceof ConsolePhase);
    }

    /** The log for lines that a stranger can bring about. */
    LimitedLog strangers() {
        return strangers;
    }

    /** The code if it is one: a hostile server may have made it up. */
    static SqlState sqlState(String code) {
        try {
            return new SqlState(code);
        } catch (IllegalArgumentException e) {
            return SqlState.INTERNAL_ERROR;
        }
    }

    @Override
    public LogPrefix prefix() {
        return new LogPrefix(LogPrefix.Side.CLIENT, id, shownDatabase, shownUser, peer);
    }

    @Override
    public String toString() {
        return prefix().toString();
    }
}

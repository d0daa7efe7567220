package dev.pgweir.proxy.server;

import dev.pgweir.config.LogConfig;
import dev.pgweir.protocol.BackendMessageType;
import dev.pgweir.protocol.ProtocolException;
import dev.pgweir.protocol.ProtocolVersion;
import dev.pgweir.protocol.SqlState;
import dev.pgweir.protocol.TransactionStatus;
import dev.pgweir.protocol.frame.FrameScanner;
import dev.pgweir.protocol.frame.Interest;
import dev.pgweir.protocol.message.backend.BackendKeyData;
import dev.pgweir.protocol.message.backend.ErrorResponse;
import dev.pgweir.protocol.message.backend.NegotiateProtocolVersion;
import dev.pgweir.protocol.message.backend.ParameterStatus;
import dev.pgweir.protocol.message.backend.ReadyForQuery;
import dev.pgweir.protocol.message.frontend.StartupMessage;
import dev.pgweir.proxy.auth.LoginMessage;
import dev.pgweir.proxy.auth.ServerAuthStep;
import dev.pgweir.proxy.auth.ServerAuthenticator;
import dev.pgweir.proxy.log.LogText;
import dev.pgweir.proxy.log.ServerLog;
import dev.pgweir.proxy.net.ReadGate;
import dev.pgweir.proxy.net.UnixPeer;
import dev.pgweir.proxy.net.UnixSockets;
import dev.pgweir.proxy.tls.ServerTls;
import dev.pgweir.proxy.tls.TlsPeer;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From the open socket to the first ReadyForQuery of a server. Used on the server's event loop.
 *
 * <p>Its parameters are those of the configuration and nothing else: what a client asked for in its startup packet is
 * applied when that client is linked, never to the login.
 */
final class ServerLogin implements ServerEncryption.Outcome {
    private static final Logger LOG = LoggerFactory.getLogger(ServerLogin.class);

    private static final Interest LOGIN = Interest.builder()
            .none(BackendMessageType.NOTICE_RESPONSE)
            .whole(
                    BackendMessageType.NEGOTIATE_PROTOCOL_VERSION,
                    BackendMessageType.AUTHENTICATION,
                    BackendMessageType.PARAMETER_STATUS,
                    BackendMessageType.BACKEND_KEY_DATA,
                    BackendMessageType.ERROR_RESPONSE,
                    BackendMessageType.READY_FOR_QUERY)
            .build();

    /** A handful with some hundred characters in fact; the bounds keep a hostile server from filling the memory. */
    private static final int MAX_REPORTED = 200;

    private static final int MAX_REPORTED_LENGTH = 64 * 1024;

    private final long id;
    private final int loopIndex;
    private final ServerOwner owner;
    private final ServerProfile profile;
    private final ServerAuthenticator authenticator;
    private final SessionParameters parameters;
    private final Supplier<@Nullable ServerTls> tls;
    private final Supplier<LogConfig> logging;
    private final int maxPacketSize;
    private final ProtocolVersion newest;
    private final long begun = System.nanoTime();
    private @Nullable TlsPeer peer;
    private DisconnectReason closing = DisconnectReason.SERVER_LOGIN_FAILED;

    private @Nullable Channel channel;
    private @Nullable ServerLog log;
    private @Nullable ServerHandler handler;
    private @Nullable FrameScanner scanner;
    private @Nullable BackendKeyData key;
    private boolean authenticated;
    private boolean over;
    private boolean timedOut;
    /** The connection came to be after its time was up, and nobody owns it. */
    private boolean abandoned;

    ServerLogin(
            long id,
            int loopIndex,
            ServerOwner owner,
            ServerProfile profile,
            ServerAuthenticator authenticator,
            SessionParameters parameters,
            Supplier<@Nullable ServerTls> tls,
            Supplier<LogConfig> logging,
            int maxPacketSize,
            ProtocolVersion newest) {
        this.id = id;
        this.loopIndex = loopIndex;
        this.owner = owner;
        this.profile = profile;
        this.authenticator = authenticator;
        this.parameters = parameters;
        this.tls = tls;
        this.logging = logging;
        this.maxPacketSize = maxPacketSize;
        this.newest = newest;
    }

    /** The connection could not be made. */
    void onConnectFailed(Throwable cause) {
        over = true;
        abandoned = true;
        boolean unknown = cause instanceof UnknownHostException;
        DisconnectReason reason = unknown ? DisconnectReason.SERVER_DNS_FAILED : DisconnectReason.SERVER_CONNECT_FAILED;
        String text = reason.text() + ": " + cause.getMessage();
        ServerLog lines = new ServerLog(
                LOG,
                logging,
                id,
                owner.database(),
                profile.user(),
                InetSocketAddress.createUnresolved(profile.host(), profile.port()));
        lines.warning("cannot connect: " + LogText.line(String.valueOf(cause.getMessage())));
        lines.closing(reason.text(), age());
        owner.onLoginFailed(
                new LoginFailure(LoginFailure.Kind.UNREACHABLE, SqlState.UNABLE_TO_ESTABLISH_CONNECTION.code(), text));
        owner.onClosed(reason);
    }

    void onConnected(Channel opened, ServerHandler from) {
        if (abandoned) {
            opened.close();
            return;
        }
        channel = opened;
        handler = from;
        scanner = new FrameScanner(LOGIN, maxPacketSize, ServerConnection.MAX_WHOLE, opened.alloc());
        log = new ServerLog(LOG, logging, id, owner.database(), profile.user(), shownPeer(opened));
        log.connected(
                opened.localAddress() instanceof InetSocketAddress local ? local : UnixSockets.shown(profile.port()));
        if (!profile.connectTimeout().isZero()) {
            opened.eventLoop()
                    .schedule(this::onTimeout, profile.connectTimeout().toNanos(), TimeUnit.NANOSECONDS);
        }
        ServerEncryption.begin(opened, profile, tls.get(), this);
    }

    @Override
    public void secured(@Nullable TlsPeer by) {
        Channel opened = channel;
        if (over || opened == null) {
            return;
        }
        peer = by;
        authenticator.connection(profile.encryption().channelBinding(), by != null, by == null ? null : by.endPoint());
        if (by != null && log != null && log.isDebugEnabled()) {
            log.debug("SSL established: " + by.info());
        }
        Map<String, String> startup = new LinkedHashMap<>();
        startup.put("user", profile.user());
        startup.put("database", profile.dbname());
        startup.putAll(profile.startupParameters());
        ByteBuf out = opened.alloc().buffer();
        new StartupMessage(newest, startup).encode(out);
        opened.writeAndFlush(out, opened.voidPromise());
    }

    @Override
    public void failed(DisconnectReason reason, String text) {
        if (over) {
            return;
        }
        closing = reason;
        if (log != null) {
            log.warning(text);
        }
        // One that is being restarted closes like that, or its settings are being changed: it is asked again.
        boolean passing = channel == null || !channel.isActive() || reason == DisconnectReason.SERVER_CONFIG_CHANGED;
        fail(
                passing ? LoginFailure.Kind.UNREACHABLE : LoginFailure.Kind.REFUSED,
                SqlState.UNABLE_TO_ESTABLISH_CONNECTION.code(),
                text);
    }

    private SocketAddress shownPeer(Channel opened) {
        if (!UnixSockets.isUnix(profile.host())) {
            return opened.remoteAddress();
        }
        UnixPeer peer = UnixPeer.of(opened);
        return UnixSockets.shown(peer == null ? 0 : peer.pid(), profile.port());
    }

    private void onTimeout() {
        if (!over && channel != null) {
            timedOut = true;
            fail(
                    LoginFailure.Kind.UNREACHABLE,
                    SqlState.UNABLE_TO_ESTABLISH_CONNECTION.code(),
                    "connect timeout: the login was not complete within server_connect_timeout ("
                            + profile.connectTimeout().toMillis() + " ms)");
        }
    }

    void onRead(ByteBuf data) {
        FrameScanner frames = scanner;
        try {
            if (over || frames == null) {
                return;
            }
            int event;
            while (!over && (event = frames.next(data)) != FrameScanner.END) {
                if (event == FrameScanner.MESSAGE) {
                    if (frames.type() == BackendMessageType.READY_FOR_QUERY && data.isReadable()) {
                        // Nobody has asked for anything yet, and the connection's next owner would miss them.
                        throw ProtocolException.violation("unexpected bytes behind the login's ReadyForQuery");
                    }
                    onMessage(frames.type(), frames.body());
                } else if (event == FrameScanner.HEADER) {
                    throw ProtocolException.violation("the server's message " + BackendMessageType.name(frames.type())
                            + " has " + frames.bodyLength() + " bytes, accepted during the login are "
                            + ServerConnection.MAX_WHOLE);
                }
            }
        } catch (ProtocolException e) {
            fail(LoginFailure.Kind.REFUSED, e.sqlState().code(), "bad packet from server: " + e.getMessage());
        } finally {
            data.release();
        }
    }

    private void onMessage(byte type, ByteBuf body) {
        switch (type) {
            case BackendMessageType.NEGOTIATE_PROTOCOL_VERSION -> agree(NegotiateProtocolVersion.decode(body));
            case BackendMessageType.AUTHENTICATION -> take(authenticator.onRequest(body));
            case BackendMessageType.PARAMETER_STATUS -> {
                ParameterStatus status = ParameterStatus.decode(body);
                parameters.reported(status.name(), status.value());
                onParameter(status);
            }
            case BackendMessageType.BACKEND_KEY_DATA -> key = BackendKeyData.decode(body);
            case BackendMessageType.ERROR_RESPONSE -> onError(ErrorResponse.decode(body));
            case BackendMessageType.READY_FOR_QUERY -> {
                if (ReadyForQuery.decode(body).status() != TransactionStatus.IDLE) {
                    throw ProtocolException.violation("a login that ends within a transaction");
                }
                onReady();
            }
            default -> throw ProtocolException.violation("unexpected message " + BackendMessageType.name(type));
        }
    }

    /** The server speaks an older version, which needs nothing to be done: its key is as long as it is. */
    private void agree(NegotiateProtocolVersion answer) {
        ProtocolVersion offered = answer.version();
        if (authenticated
                || offered.compareTo(newest) > 0
                || offered.compareTo(ProtocolVersion.V3_0) < 0
                || !answer.options().isEmpty()) {
            throw ProtocolException.violation("the server offers protocol " + offered + " and refuses "
                    + answer.options().size() + " options, asked for was " + newest + " without any");
        }
    }

    private final Map<String, String> reported = new LinkedHashMap<>();
    private int reportedLength;

    private void onParameter(ParameterStatus status) {
        int length = status.name().length() + status.value().length();
        if (reported.size() < MAX_REPORTED && reportedLength + length <= MAX_REPORTED_LENGTH) {
            reported.put(status.name(), status.value());
            reportedLength += length;
        }
    }

    private void take(ServerAuthStep step) {
        if (step instanceof ServerAuthStep.Send send) {
            send(send.message());
        } else if (step instanceof ServerAuthStep.Done) {
            authenticated = true;
        } else if (step instanceof ServerAuthStep.Failure failure) {
            fail(LoginFailure.Kind.REFUSED, failure.sqlState(), failure.message());
        } else if (step instanceof ServerAuthStep.Pending pending && channel != null) {
            Channel opened = channel;
            pending.until()
                    .whenComplete((done, failure) -> opened.eventLoop().execute(() -> {
                        if (!over) {
                            take(authenticator.resume());
                        }
                    }));
        }
    }

    private void send(LoginMessage message) {
        if (channel != null) {
            ByteBuf out = channel.alloc().buffer();
            message.encode(out);
            channel.writeAndFlush(out, channel.voidPromise());
        }
    }

    private void onReady() {
        if (!authenticated) {
            throw ProtocolException.violation("ReadyForQuery before the login was accepted");
        }
        if (channel == null || handler == null || scanner == null || log == null) {
            return;
        }
        over = true;
        ServerConnection connection = new ServerConnection(
                id,
                channel,
                loopIndex,
                owner,
                profile,
                scanner,
                parameters,
                new ReadGate(channel),
                Map.copyOf(reported),
                log,
                peer);
        handler.loggedIn(connection);
        connection.loggedIn(key);
    }

    private void onError(ErrorResponse error) {
        // Both lines of PgBouncer's, since either is looked for.
        LOG.error("S: login failed: {}: {}", error.severity(), error.message());
        LOG.warn("server login failed: {} {}", error.severity(), error.message());
        LoginFailure.Kind kind = switch (error.code()) {
            case "53300" -> LoginFailure.Kind.TOO_MANY_CONNECTIONS;
            // Starting up, shutting down, crashed: it will be back.
            case "57P01", "57P02", "57P03" -> LoginFailure.Kind.UNREACHABLE;
            default -> LoginFailure.Kind.REFUSED;
        };
        String text = error.message().isBlank() ? "the server refused the login without a reason" : error.message();
        fail(kind, error.code(), text);
    }

    private void fail(LoginFailure.Kind kind, String sqlState, String message) {
        if (!over) {
            over = true;
            owner.onLoginFailed(new LoginFailure(kind, sqlState, message));
        }
        if (channel != null) {
            channel.close();
        }
    }

    void onClosed() {
        if (abandoned) {
            return;
        }
        if (!over) {
            fail(
                    LoginFailure.Kind.UNREACHABLE,
                    SqlState.CONNECTION_FAILURE.code(),
                    "the server closed the connection during the login");
        }
        if (scanner != null) {
            scanner.release();
        }
        DisconnectReason reason = timedOut ? DisconnectReason.SERVER_CONNECT_TIMEOUT : closing;
        if (log != null) {
            log.closing(reason.text(), age());
        }
        owner.onClosed(reason);
    }

    /** Since the decision to open it, in seconds. */
    private long age() {
        return (System.nanoTime() - begun) / 1_000_000_000L;
    }
}

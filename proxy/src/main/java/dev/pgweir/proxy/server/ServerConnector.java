package dev.pgweir.proxy.server;

import dev.pgweir.config.LogConfig;
import dev.pgweir.protocol.ProtocolVersion;
import dev.pgweir.proxy.auth.KeyDeriver;
import dev.pgweir.proxy.auth.ServerAuthenticator;
import dev.pgweir.proxy.net.Dialer;
import dev.pgweir.proxy.net.EventLoops;
import dev.pgweir.proxy.tls.ServerTls;
import dev.pgweir.proxy.tls.TlsPeer;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Opens connections to PostgreSQL. Thread-safe. */
public final class ServerConnector {
    private final EventLoops loops;
    private final Dialer dialer;
    private final TrackedParameters tracked;
    private final SecureRandom random;
    private final KeyDeriver deriver;
    private final Supplier<@Nullable ServerTls> tls;
    private final Supplier<LogConfig> logging;
    private final IntSupplier maxPacketSize;
    private final Supplier<ProtocolVersion> newest;

    /**
     * @param tls what the next connection is encrypted by; null if none is
     * @param logging in force at the moment
     * @param maxPacketSize setting {@code max_packet_size}, bytes; asked for each connection
     * @param newest setting {@code server_max_protocol_version}; asked for each connection
     */
    public ServerConnector(
            EventLoops loops,
            Dialer dialer,
            TrackedParameters tracked,
            SecureRandom random,
            KeyDeriver deriver,
            Supplier<@Nullable ServerTls> tls,
            Supplier<LogConfig> logging,
            IntSupplier maxPacketSize,
            Supplier<ProtocolVersion> newest) {
        this.loops = loops;
        this.dialer = dialer;
        this.tracked = tracked;
        this.random = random;
        this.deriver = deriver;
        this.tls = tls;
        this.logging = logging;
        this.maxPacketSize = maxPacketSize;
        this.newest = newest;
    }

    /**
     * Connects and logs in; {@code owner} is told how it goes.
     *
     * @param id for log lines
     * @param preferredLoop the loop it should live on, or -1 for any
     */
    public void open(long id, ServerProfile profile, ServerOwner owner, int preferredLoop) {
        EventLoop loop = loops.at(preferredLoop);
        ServerLogin login = new ServerLogin(
                id,
                loops.indexOf(loop),
                owner,
                profile,
                new ServerAuthenticator(profile.user(), profile.credential(), random, deriver),
                new SessionParameters(tracked),
                tls,
                logging,
                maxPacketSize.getAsInt(),
                newest.get());
        dialer.connect(loop, () -> new ServerHandler(login), profile.host(), profile.port(), profile.connectTimeout())
                .addListener(connected -> {
                    if (!connected.isSuccess()) {
                        login.onConnectFailed(connected.cause());
                    }
                });
    }

    /**
     * A bare connection to where a server is connected, for a cancel request; {@link #secure} comes next.
     *
     * @param timeout zero means the operating system's
     */
    public Future<Channel> connectTo(
            EventLoop loop, ChannelHandler handler, ServerConnection server, Duration timeout) {
        return dialer.connectTo(loop, handler, server.connectedTo(), timeout);
    }

    /**
     * Encrypts such a connection if that of the server is. Called on its event loop.
     *
     * @param ready run when the request can be sent
     * @param failed takes the reason why it cannot
     */
    public void secure(Channel opened, ServerConnection server, Runnable ready, Consumer<String> failed) {
        if (server.tls() == null) {
            ready.run();
            return;
        }
        ServerEncryption.begin(opened, server.profile(), tls.get(), new ServerEncryption.Outcome() {
            @Override
            public void secured(@Nullable TlsPeer peer) {
                if (peer == null) {
                    failed.accept(DisconnectReason.SERVER_TLS_REFUSED.text());
                } else {
                    ready.run();
                }
            }

            @Override
            public void failed(DisconnectReason reason, String text) {
                failed.accept(text);
            }
        });
    }
}

package dev.pgweir.proxy.server;

import dev.pgweir.proxy.auth.KeyDeriver;
import dev.pgweir.proxy.auth.ServerAuthenticator;
import dev.pgweir.proxy.net.EventLoops;
import dev.pgweir.proxy.net.TcpOptions;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.resolver.AddressResolverGroup;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.function.IntSupplier;

/** Opens connections to PostgreSQL. Thread-safe. */
public final class ServerConnector {
    private final EventLoops loops;
    private final TcpOptions options;
    private final AddressResolverGroup<InetSocketAddress> resolver;
    private final TrackedParameters tracked;
    private final SecureRandom random;
    private final KeyDeriver deriver;
    private final IntSupplier maxPacketSize;

    /**
     * @param resolver must not block the event loops
     * @param maxPacketSize setting {@code max_packet_size}, bytes; asked for each connection
     */
    public ServerConnector(
            EventLoops loops,
            TcpOptions options,
            AddressResolverGroup<InetSocketAddress> resolver,
            TrackedParameters tracked,
            SecureRandom random,
            KeyDeriver deriver,
            IntSupplier maxPacketSize) {
        this.loops = loops;
        this.options = options;
        this.resolver = resolver;
        this.tracked = tracked;
        this.random = random;
        this.deriver = deriver;
        this.maxPacketSize = maxPacketSize;
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
                maxPacketSize.getAsInt());
        connect(
                        loop,
                        new ServerHandler(login),
                        InetSocketAddress.createUnresolved(profile.host(), profile.port()),
                        profile.connectTimeout())
                .addListener(connected -> {
                    if (!connected.isSuccess()) {
                        login.onConnectFailed(connected.cause());
                    }
                });
    }

    /**
     * A bare connection, for a cancel request.
     *
     * @param timeout zero means the operating system's
     */
    public ChannelFuture connect(EventLoop loop, ChannelHandler handler, InetSocketAddress address, Duration timeout) {
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channel(loops.transport().socketChannel().asSubclass(Channel.class))
                .resolver(resolver)
                .handler(handler);
        options.applyTo(bootstrap);
        // Beyond what an int of milliseconds can say nobody waits.
        long millis = Math.min(timeout.toMillis(), Integer.MAX_VALUE);
        bootstrap.option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) millis);
        return bootstrap.connect(address);
    }
}

package dev.pgweir.proxy.net;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What PgWeir and systemd have to do with each other: the sockets that systemd may have opened for it, see
 * {@link PassedSockets}, and telling systemd how PgWeir is, as sd_notify(3) describes it: datagrams to the Unix socket that the environment variable
 * {@value #VARIABLE} names. Without it these calls do nothing. Blocks until the datagram is on its way, for milliseconds; not
 * to be called on an event loop.
 */
public final class ServiceManager {
    /** Where systemd says that it wants to be told. */
    public static final String VARIABLE = "NOTIFY_SOCKET";

    /** A local datagram is sent at once or not at all. */
    private static final long PATIENCE_MILLIS = 1000;

    private static final Logger LOG = LoggerFactory.getLogger(ServiceManager.class);

    private final @Nullable String socket;
    private final Map<String, String> environment;

    /**
     * @param environment as {@link System#getenv()} has it
     */
    public ServiceManager(Map<String, String> environment) {
        this.environment = environment;
        String named = environment.get(VARIABLE);
        this.socket = named == null || named.isEmpty() ? null : named;
    }

    /**
     * The sockets that systemd has opened for PgWeir, to be listened on instead of those of the configuration; empty if
     * there are none.
     *
     * @throws IOException if one of them cannot be listened on; its text says why
     */
    public List<PassedSocket> sockets() throws IOException {
        return PassedSockets.of(environment, Path.of("/proc/self"));
    }

    /** PgWeir serves, after the start or after a reload. */
    public void ready() {
        send("READY=1\nSTATUS=ready\n");
    }

    /** A reload begins; {@link #ready} follows, whatever comes of it. */
    public void reloading() {
        // The JVM reads nanoTime from the clock that systemd wants, CLOCK_MONOTONIC.
        send("RELOADING=1\nMONOTONIC_USEC=" + System.nanoTime() / 1000 + "\nSTATUS=reloading\n");
    }

    /** PgWeir begins to end. */
    public void stopping(String how) {
        send("STOPPING=1\nSTATUS=" + how + "\n");
    }

    private void send(String message) {
        if (socket == null) {
            return;
        }
        if (!Epoll.isAvailable()) {
            LOG.warn(
                    "systemd is not told \"{}\": this machine has no epoll, which takes Unix datagrams",
                    message.strip());
            return;
        }
        // Loops of its own for a moment: PgWeir may run on another transport, and has none yet or any more.
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("pgweir-notify", true), EpollIoHandler.newFactory());
        try {
            Channel channel = new Bootstrap()
                    .group(loop)
                    .channel(EpollDomainDatagramChannel.class)
                    .handler(new ChannelInboundHandlerAdapter())
                    .connect(new DomainSocketAddress(path(socket)))
                    .syncUninterruptibly()
                    .channel();
            if (!channel.writeAndFlush(ByteBufUtil.writeUtf8(channel.alloc(), message))
                    .await(PATIENCE_MILLIS)) {
                LOG.warn("systemd does not take \"{}\"", message.strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.warn("systemd could not be told \"{}\": {}", message.strip(), e.getMessage());
        } finally {
            loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        }
    }

    /** An abstract name begins with @ in the variable and with a zero byte for the kernel. */
    private static String path(String name) {
        return name.startsWith("@") ? '\0' + name.substring(1) : name;
    }
}

package dev.pgweir.proxy.net;

import dev.pgweir.config.value.TransportChoice;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.kqueue.KQueue;
import io.netty.channel.kqueue.KQueueDomainSocketChannel;
import io.netty.channel.kqueue.KQueueIoHandler;
import io.netty.channel.kqueue.KQueueServerDomainSocketChannel;
import io.netty.channel.kqueue.KQueueServerSocketChannel;
import io.netty.channel.kqueue.KQueueSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringDomainSocketChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerDomainSocketChannel;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Which of the operating system's interfaces moves the bytes (setting {@code transport}). */
public enum Transport {
    IO_URING(IoUringSocketChannel.class, IoUringServerSocketChannel.class),
    EPOLL(EpollSocketChannel.class, EpollServerSocketChannel.class),
    KQUEUE(KQueueSocketChannel.class, KQueueServerSocketChannel.class),
    NIO(NioSocketChannel.class, NioServerSocketChannel.class);

    static {
        // With one call for many reads, or for many readinesses to read, the kernel tells only of what comes after.
        // Data and a reset that come together are told together; Netty 4.2 reads the data and waits for word of the
        // reset, so that whoever is at the other end of that connection waits for ever. Asking anew for each read costs
        // no system call, for it goes with those that are made anyway.
        unlessSet("io.netty.iouring.recvMultiShotEnabled", "false");
        unlessSet("io.netty.iouring.pollAddMultishotEnabled", "false");
        // With one call for many accepts the kernel goes on where Netty has stopped: without a descriptor left that
        // is an error each time, thousands of them a second. Nor does it tell who it is that was accepted.
        unlessSet("io.netty.iouring.acceptMultiShotEnabled", "false");
        // Else the kernel counts a thread that waits for its clients as waiting for a disk.
        unlessSet("io.netty.iouring.enterNoIoWaitEnabled", "true");
    }

    private final Class<? extends SocketChannel> client;
    private final Class<? extends ServerSocketChannel> server;

    Transport(Class<? extends SocketChannel> client, Class<? extends ServerSocketChannel> server) {
        this.client = client;
        this.server = server;
    }

    /**
     * The transport for a choice. {@code auto} takes the first that works here of epoll, kqueue and NIO; the package says why
     * not io_uring.
     *
     * @throws IllegalArgumentException if the one that was asked for is not available here; says why
     */
    public static Transport of(TransportChoice choice) {
        return switch (choice) {
            case AUTO -> best();
            case IO_URING -> required(IO_URING, IoUring::isAvailable, IoUring::unavailabilityCause);
            case EPOLL -> required(EPOLL, Epoll::isAvailable, Epoll::unavailabilityCause);
            case KQUEUE -> required(KQUEUE, KQueue::isAvailable, KQueue::unavailabilityCause);
            case NIO -> NIO;
        };
    }

    /** Netty reads its properties when its classes are first used, which is after this class. */
    private static void unlessSet(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    private static Transport best() {
        if (Epoll.isAvailable()) {
            return EPOLL;
        }
        return KQueue.isAvailable() ? KQUEUE : NIO;
    }

    /** The cause at the bottom: those above it only say that loading has failed. */
    private static String because(@Nullable Throwable unavailability) {
        Throwable cause = unavailability;
        while (cause != null && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause == null || cause.getMessage() == null ? "" : ": " + cause.getMessage();
    }

    private static Transport required(
            Transport transport, Supplier<Boolean> available, Supplier<@Nullable Throwable> unavailability) {
        if (available.get()) {
            return transport;
        }
        throw unavailable(transport, unavailability.get());
    }

    static IllegalArgumentException unavailable(Transport transport, @Nullable Throwable cause) {
        return new IllegalArgumentException(
                "transport = " + transport + " is not available on this machine" + because(cause), cause);
    }

    /** As the setting has it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Prepares a new channel of this transport; to be called before a handler is added. */
    void prepare(Channel channel) {
        if (this == IO_URING) {
            ClosingReads.addTo(channel);
            channel.config().setOption(BlockedWrites.LIMIT, BlockedWrites.limit());
        }
    }

    IoHandlerFactory handlers() {
        return switch (this) {
            case IO_URING -> IoUringIoHandler.newFactory();
            case EPOLL -> EpollIoHandler.newFactory();
            case KQUEUE -> KQueueIoHandler.newFactory();
            case NIO -> NioIoHandler.newFactory();
        };
    }

    /** Channels for outgoing connections. */
    public Class<? extends SocketChannel> socketChannel() {
        return client;
    }

    /** Channels for listening. */
    public Class<? extends ServerSocketChannel> serverSocketChannel() {
        return server;
    }

    /** Channels for outgoing connections through Unix sockets. */
    public Class<? extends Channel> unixChannel() {
        return switch (this) {
            case IO_URING -> IoUringDomainSocketChannel.class;
            case EPOLL -> EpollDomainSocketChannel.class;
            case KQUEUE -> KQueueDomainSocketChannel.class;
            case NIO -> NioDomainSocketChannel.class;
        };
    }

    /** Channels for listening on a Unix socket. */
    public Class<? extends ServerChannel> unixServerChannel() {
        return switch (this) {
            case IO_URING -> IoUringServerDomainSocketChannel.class;
            case EPOLL -> EpollServerDomainSocketChannel.class;
            case KQUEUE -> KQueueServerDomainSocketChannel.class;
            case NIO -> NioServerDomainSocketChannel.class;
        };
    }

    /**
     * The address of a Unix socket.
     *
     * @param path of its file; or an abstract name, which begins with {@code @}
     * @throws IllegalArgumentException if this transport or system has no abstract names
     */
    public SocketAddress unixAddress(String path) {
        if (UnixSockets.isAbstract(path)) {
            if (this == NIO || this == KQUEUE) {
                throw new IllegalArgumentException("the abstract Unix socket " + path
                        + " needs Linux, and transport = epoll or io_uring; here it is "
                        + this);
            }
            // What begins with a zero is a name and no file: unix(7).
            return new DomainSocketAddress("\0" + path.substring(1));
        }
        return this == NIO ? UnixDomainSocketAddress.of(path) : new DomainSocketAddress(path);
    }

    /** The option that lets several processes listen on one port. */
    ChannelOption<Boolean> reusePort() {
        return this == NIO ? NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT) : UnixChannelOption.SO_REUSEPORT;
    }
}

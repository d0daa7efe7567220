package dev.pgweir.proxy.net;

import dev.pgweir.config.ListenConfig;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The listening Unix socket and its file. Made and closed by one thread. */
final class UnixListener {
    /** The bits of a file's mode that tell its kind, and the kind of a socket: POSIX, sys/stat.h. */
    private static final int KIND_MASK = 0170000;

    private static final int SOCKET_KIND = 0140000;

    private final Channel channel;
    private final String path;
    /** The file as it was made; whoever has put another in its place owns that one. Null for an abstract name. */
    private final @Nullable Object fileKey;

    private UnixListener(Channel channel, String path, @Nullable Object fileKey) {
        this.channel = channel;
        this.path = path;
        this.fileKey = fileKey;
    }

    /**
     * Listens. A socket that another process has left behind is replaced, one that somebody listens on is not.
     *
     * @param port the one for the socket's name
     * @throws IOException if that is not possible; its text names the socket
     */
    static UnixListener open(
            ListenConfig config, int port, EventLoops loops, TcpOptions options, ClientAcceptor acceptor)
            throws IOException {
        String path;
        SocketAddress address;
        try {
            path = UnixSockets.path(config.unixSocketDir(), port);
            address = loops.transport().unixAddress(path);
        } catch (IllegalArgumentException e) {
            throw new IOException(String.valueOf(e.getMessage()), e);
        }
        boolean isFile = !UnixSockets.isAbstract(path);
        if (isFile) {
            removeStale(Path.of(path));
        }
        int owner = isFile ? -1 : uidOf(Path.of("/proc/self"));
        Owner own = new Owner(owner, System.getProperty("user.name", ""));
        ServerBootstrap bootstrap = bootstrap(port, own, loops, options, acceptor)
                .channel(loops.transport().unixServerChannel())
                .option(ChannelOption.SO_BACKLOG, config.listenBacklog());
        ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
        Throwable failure = bound.cause();
        if (failure != null) {
            throw new IOException("cannot listen on unix socket " + path + ": " + failure.getMessage(), failure);
        }
        if (!isFile) {
            return new UnixListener(bound.channel(), path, null);
        }
        try {
            Path file = Path.of(path);
            own.uid = uidOf(file);
            setAccess(file, config);
            return new UnixListener(bound.channel(), path, keyOf(file));
        } catch (IOException | UnsupportedOperationException e) {
            bound.channel().close().awaitUninterruptibly();
            throw new IOException(
                    "cannot set unix_socket_mode and unix_socket_group of " + path + ": " + e.getMessage(), e);
        }
    }

    /**
     * Listens on a socket that somebody else has made, whose file, if it has one, stays that one's.
     *
     * @param defaultPort where its name has none
     */
    static UnixListener adopt(
            PassedSocket socket, int defaultPort, EventLoops loops, TcpOptions options, ClientAcceptor acceptor)
            throws IOException {
        String path = String.valueOf(socket.unixPath());
        Owner own = new Owner(uidOf(Path.of("/proc/self")), System.getProperty("user.name", ""));
        int port = UnixSockets.port(path, defaultPort);
        ChannelFuture adopted = bootstrap(port, own, loops, options, acceptor)
                .channelFactory(() -> new EpollServerDomainSocketChannel(socket.fd(), true))
                .register()
                .syncUninterruptibly();
        return new UnixListener(adopted.channel(), path, null);
    }

    private static ServerBootstrap bootstrap(
            int port, Owner own, EventLoops loops, TcpOptions options, ClientAcceptor acceptor) {
        return new ServerBootstrap().group(loops.at(0), loops.forClients()).childHandler(new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel accepted) {
                accepted.closeFuture().addListener(closed -> loops.left(accepted.eventLoop()));
                options.applyToUnix(accepted);
                loops.transport().prepare(accepted);
                UnixPeer peer = UnixPeer.of(accepted);
                boolean ownUser = peer != null && peer.isUser(own.uid, own.name);
                accepted.pipeline()
                        .addLast(
                                "client",
                                acceptor.accept(accepted, new ClientAcceptor.UnixClient(port, peer, ownUser)));
            }
        });
    }

    /** Who runs this process: whoever owns the files it makes. */
    private static final class Owner {
        private volatile int uid;
        private final String name;

        Owner(int uid, String name) {
            this.uid = uid;
            this.name = name;
        }
    }

    private static int uidOf(Path file) throws IOException {
        return (Integer) Files.getAttribute(file, "unix:uid");
    }

    private static void removeStale(Path file) throws IOException {
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        int mode = (Integer) Files.getAttribute(file, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        if ((mode & KIND_MASK) != SOCKET_KIND) {
            throw new IOException("cannot listen on unix socket " + file + ": there is a file that is no socket");
        }
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            // Not waiting: one whose queue is full is alive as well.
            probe.configureBlocking(false);
            probe.connect(UnixDomainSocketAddress.of(file));
            throw new IOException("cannot listen on unix socket " + file + ": another process listens there");
        } catch (ConnectException refused) {
            Files.deleteIfExists(file);
        }
    }

    private static void setAccess(Path file, ListenConfig config) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
        if (!config.unixSocketGroup().isEmpty()) {
            // Before the mode: a change of the group may take permissions away.
            view.setGroup(file.getFileSystem()
                    .getUserPrincipalLookupService()
                    .lookupPrincipalByGroupName(config.unixSocketGroup()));
        }
        view.setPermissions(permissions(config.unixSocketMode()));
    }

    static Set<PosixFilePermission> permissions(int mode) {
        StringBuilder text = new StringBuilder("rwxrwxrwx");
        for (int bit = 0; bit < text.length(); bit++) {
            if ((mode & (0400 >> bit)) == 0) {
                text.setCharAt(bit, '-');
            }
        }
        return PosixFilePermissions.fromString(text.toString());
    }

    private static @Nullable Object keyOf(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    }

    Channel channel() {
        return channel;
    }

    String path() {
        return path;
    }

    /** Stops accepting and removes the file. */
    void close() {
        channel.close().awaitUninterruptibly();
        if (fileKey == null) {
            return;
        }
        Path file = Path.of(path);
        try {
            if (fileKey.equals(keyOf(file))) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            // It is gone, which is what was wanted; or it stays behind, and the next start replaces it.
            return;
        }
    }
}

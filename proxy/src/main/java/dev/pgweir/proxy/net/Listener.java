package dev.pgweir.proxy.net;

import dev.pgweir.config.ListenConfig;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/** The listening sockets. Made and closed by one thread. */
public final class Listener {
    private final List<Channel> channels = new ArrayList<>();
    private final List<UnixListener> unix = new ArrayList<>();
    private final LoginAdmission admission;
    /** The sockets are somebody else's, who keeps them open. */
    private final boolean passedOn;

    private Listener(LoginAdmission admission, boolean passedOn) {
        this.admission = admission;
        this.passedOn = passedOn;
    }

    /**
     * Listens on every address of the configuration, and on the Unix socket, which is there before the first client of
     * any other address is accepted. Where sockets are passed, on these and no others.
     *
     * @param passed sockets that somebody has opened for this process
     * @param admission is told of each connection by TCP
     * @param acceptor makes the handler of an accepted connection
     * @throws IOException if an address is unknown or taken; its text names address and port. Nothing is left open then
     */
    public static Listener open(
            ListenConfig config,
            List<PassedSocket> passed,
            EventLoops loops,
            TcpOptions options,
            LoginAdmission admission,
            ClientAcceptor acceptor)
            throws IOException {
        Listener listener = new Listener(admission, !passed.isEmpty());
        if (!passed.isEmpty()) {
            listener.adopt(passed, config.listenPort(), loops, options, acceptor);
            return listener;
        }
        boolean hasUnix = !config.unixSocketDir().isEmpty();
        // A port that the system chooses has to be known before the socket can be named after it.
        boolean unixLast = config.listenPort() == 0 && !config.listenAddr().isEmpty();
        try {
            if (hasUnix && !unixLast) {
                listener.unix.add(UnixListener.open(config, config.listenPort(), loops, options, acceptor));
            }
            for (String address : config.listenAddr()) {
                String name = address + ":" + config.listenPort();
                listener.bind(resolve(address, name, config.listenPort()), name, config, loops, options, acceptor);
            }
            if (hasUnix && unixLast) {
                int port = listener.addresses().get(0).getPort();
                listener.unix.add(UnixListener.open(config, port, loops, options, acceptor));
            }
        } catch (IOException e) {
            listener.close();
            throw new IOException(e.getMessage() + " (listen_addr, listen_port, unix_socket_dir)", e);
        }
        return listener;
    }

    private static InetSocketAddress resolve(String address, String name, int port) throws IOException {
        if (address.equals("*")) {
            return new InetSocketAddress(port);
        }
        try {
            return new InetSocketAddress(InetAddress.getByName(address), port);
        } catch (UnknownHostException e) {
            throw new IOException("cannot listen on " + name + ": no address is known for this name", e);
        }
    }

    private void bind(
            InetSocketAddress where,
            String name,
            ListenConfig config,
            EventLoops loops,
            TcpOptions options,
            ClientAcceptor acceptor)
            throws IOException {
        ServerBootstrap bootstrap = bootstrap(loops, options, acceptor)
                .channel(loops.transport().serverSocketChannel())
                .option(ChannelOption.SO_BACKLOG, config.listenBacklog())
                .handler(counting())
                // A restart must not wait for connections of the process before it.
                .option(ChannelOption.SO_REUSEADDR, true);
        if (config.soReuseport()) {
            bootstrap.option(loops.transport().reusePort(), true);
        }
        ChannelFuture bound = bootstrap.bind(where).awaitUninterruptibly();
        Throwable failure = bound.cause();
        if (failure != null) {
            throw new IOException("cannot listen on " + name + ": " + failure.getMessage(), failure);
        }
        channels.add(bound.channel());
        admission.listensOn(bound.channel());
    }

    private static ServerBootstrap bootstrap(EventLoops loops, TcpOptions options, ClientAcceptor acceptor) {
        return new ServerBootstrap().group(loops.at(0), loops.forClients()).childHandler(new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.closeFuture().addListener(closed -> loops.left(channel.eventLoop()));
                options.applyTo(channel);
                loops.transport().prepare(channel);
                channel.pipeline().addLast("client", acceptor.accept(channel, null));
            }
        });
    }

    private ChannelInboundHandlerAdapter counting() {
        return new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object accepted) {
                admission.accepted((Channel) accepted);
                ctx.fireChannelRead(accepted);
            }
        };
    }

    private void adopt(
            List<PassedSocket> passed, int port, EventLoops loops, TcpOptions options, ClientAcceptor acceptor)
            throws IOException {
        if (loops.transport() != Transport.EPOLL) {
            throw new IOException(
                    "sockets that were passed (LISTEN_FDS) need epoll: transport = auto or epoll, on Linux");
        }
        for (PassedSocket socket : passed) {
            if (socket.unixPath() != null) {
                unix.add(UnixListener.adopt(socket, port, loops, options, acceptor));
            } else {
                ChannelFuture adopted = bootstrap(loops, options, acceptor)
                        .channelFactory(() -> new EpollServerSocketChannel(socket.fd()))
                        .handler(counting())
                        .register()
                        .syncUninterruptibly();
                channels.add(adopted.channel());
                admission.listensOn(adopted.channel());
            }
        }
    }

    /** Where it listens by TCP; the port is the real one where the configuration said 0. */
    public List<InetSocketAddress> addresses() {
        return channels.stream()
                .map(channel -> (InetSocketAddress) channel.localAddress())
                .toList();
    }

    /** The Unix sockets it listens on, with an {@code @} in front if they are abstract. */
    public List<String> unixSockets() {
        return unix.stream().map(UnixListener::path).toList();
    }

    /** Stops accepting by TCP; the Unix socket goes on. Accepted connections stay. Must not be called on an event loop. */
    public void closeTcp() {
        for (Channel channel : channels) {
            notOn(channel.eventLoop());
            if (passedOn) {
                // Who waits there waits for the next process.
                channel.close().awaitUninterruptibly();
            } else if (channel.isOpen()) {
                channel.eventLoop().execute(() -> AcceptQueue.closeEmpty(channel));
                channel.closeFuture().awaitUninterruptibly();
            }
        }
    }

    /** Stops accepting and removes the Unix socket. Accepted connections stay. Must not be called on an event loop. */
    public void close() {
        closeTcp();
        for (UnixListener socket : unix) {
            notOn(socket.channel().eventLoop());
            socket.close();
        }
    }

    private static void notOn(EventLoop loop) {
        if (loop.inEventLoop()) {
            throw new IllegalStateException("would wait for itself");
        }
    }
}

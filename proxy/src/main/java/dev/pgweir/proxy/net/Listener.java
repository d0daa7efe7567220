package dev.pgweir.proxy.net;

import dev.pgweir.config.ListenConfig;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The listening sockets. Made and closed by one thread. */
public final class Listener {
    private final List<Channel> channels = new ArrayList<>();

    private Listener() {}

    /**
     * Listens on every address of the configuration.
     *
     * @param handler makes the handler of an accepted connection
     * @throws IOException if an address is unknown or taken; its text names address and port. Nothing is left open then
     */
    public static Listener open(
            ListenConfig config, EventLoops loops, TcpOptions options, Function<SocketChannel, ChannelHandler> handler)
            throws IOException {
        Listener listener = new Listener();
        try {
            for (String address : config.listenAddr()) {
                String name = address + ":" + config.listenPort();
                listener.bind(resolve(address, name, config.listenPort()), name, config, loops, options, handler);
            }
        } catch (IOException e) {
            listener.close();
            throw e;
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
            Function<SocketChannel, ChannelHandler> handler)
            throws IOException {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops.group())
                .channel(loops.transport().serverSocketChannel())
                .option(ChannelOption.SO_BACKLOG, config.listenBacklog())
                // A restart must not wait for connections of the process before it.
                .option(ChannelOption.SO_REUSEADDR, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        options.applyTo(channel);
                        channel.pipeline().addLast("client", handler.apply(channel));
                    }
                });
        ChannelFuture bound = bootstrap.bind(where).awaitUninterruptibly();
        Throwable failure = bound.cause();
        if (failure != null) {
            throw new IOException("cannot listen on " + name + ": " + failure.getMessage(), failure);
        }
        channels.add(bound.channel());
    }

    /** Where it listens; the port is the real one where the configuration said 0. */
    public List<InetSocketAddress> addresses() {
        return channels.stream()
                .map(channel -> (InetSocketAddress) channel.localAddress())
                .toList();
    }

    /** Stops accepting. Accepted connections stay. Must not be called on an event loop. */
    public void close() {
        for (Channel channel : channels) {
            EventLoop loop = channel.eventLoop();
            if (loop.inEventLoop()) {
                throw new IllegalStateException("would wait for itself");
            }
            channel.close().awaitUninterruptibly();
        }
    }
}

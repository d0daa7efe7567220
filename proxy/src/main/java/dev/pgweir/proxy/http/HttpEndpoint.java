package dev.pgweir.proxy.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Listens and serves pages. Made and closed by any thread but its own. */
public final class HttpEndpoint implements AutoCloseable {
    /**
     * A kubelet, two Prometheis and somebody with curl need five. For what is beyond the one goes that has been silent for
     * longest: whoever only holds connections must not keep a probe out, after which PgWeir would be restarted.
     */
    static final int MAX_CONNECTIONS = 32;

    /** Between two requests: Prometheus keeps its connection, and scrapes once a minute at least. */
    static final int IDLE_SECONDS = 75;

    /** For a request to be complete once it has begun, and for an answer to be taken. */
    static final int REQUEST_SECONDS = 10;

    /** A request for one of a few short paths, with the headers of a browser at most. */
    private static final int MAX_LINE = 1024;

    private static final int MAX_HEADERS = 8 * 1024;
    /** A GET has no body; one that is small is read and forgotten. */
    private static final int MAX_BODY = 1024;

    private final EventLoopGroup loop;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final Map<String, Page> pages;
    private Channel listening;

    private HttpEndpoint(EventLoopGroup loop, Map<String, Page> pages, InetSocketAddress where) throws IOException {
        this.loop = loop;
        this.pages = new TreeMap<>(pages);
        this.listening = listen(where);
    }

    /**
     * Begins to serve.
     *
     * @param host name or address, {@code *} for all
     * @param port 0 for any free one
     * @param pages by path
     * @throws IOException if the address is unknown or taken; its text says which
     */
    public static HttpEndpoint open(String host, int port, Map<String, Page> pages) throws IOException {
        InetSocketAddress where;
        try {
            where = host.equals("*")
                    ? new InetSocketAddress(port)
                    : new InetSocketAddress(InetAddress.getByName(host), port);
        } catch (UnknownHostException e) {
            throw new IOException("cannot listen on " + host + ":" + port + ": no address is known for this name", e);
        }
        // NIO whatever the transport: a few requests a minute need nothing faster, and it is everywhere.
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("pgweir-http", true), NioIoHandler.newFactory());
        try {
            return new HttpEndpoint(loop, pages, where);
        } catch (IOException e) {
            loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            throw e;
        }
    }

    private Channel listen(InetSocketAddress where) throws IOException {
        ChannelFuture bound = new ServerBootstrap()
                .group(loop)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, MAX_CONNECTIONS)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        accept(channel);
                    }
                })
                .bind(where)
                .awaitUninterruptibly();
        Throwable failure = bound.cause();
        if (failure != null) {
            throw new IOException(
                    "cannot listen on " + where.getHostString() + ":" + where.getPort() + ": " + failure.getMessage(),
                    failure);
        }
        return bound.channel();
    }

    private void accept(Channel channel) {
        if (connections.size() >= MAX_CONNECTIONS) {
            connections.stream()
                    .max(Comparator.comparingLong(HttpPatience::silence))
                    .ifPresent(Channel::close);
        }
        connections.add(channel);
        channel.pipeline()
                .addLast(new HttpServerCodec(new HttpDecoderConfig()
                        .setMaxInitialLineLength(MAX_LINE)
                        .setMaxHeaderSize(MAX_HEADERS)))
                .addLast(new HttpServerKeepAliveHandler())
                .addLast(new HttpPatience())
                .addLast(new HttpObjectAggregator(MAX_BODY))
                .addLast(new PageHandler(pages));
    }

    /** Where it listens; the port is the real one. */
    public InetSocketAddress address() {
        return (InetSocketAddress) listening.localAddress();
    }

    /** Stops at once; does not wait for it. */
    @Override
    public void close() {
        listening.close();
        connections.close();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}

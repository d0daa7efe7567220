package dev.pgweir.proxy.net;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Opens connections by TCP and through Unix sockets, names looked up on the way. For any thread. */
public final class Dialer {
    private final EventLoops loops;
    private final TcpOptions options;
    private final HostResolver resolver;
    private final AtomicInteger turn = new AtomicInteger();

    public Dialer(EventLoops loops, TcpOptions options, HostResolver resolver) {
        this.loops = loops;
        this.options = options;
        this.resolver = resolver;
    }

    /**
     * Connects to a host: a name, an address, or the directory or abstract name of a Unix socket. The addresses of a name
     * are tried one after the other; connections begin with each in turn.
     *
     * @param handlers makes the handler of each attempt; only that of the last one sees its channel become active
     * @param timeout for everything together; zero means no limit but the operating system's
     * @return completes on {@code loop}; fails with {@link UnknownHostException} where a name has no address
     */
    public Future<Channel> connect(
            EventLoop loop, Supplier<? extends ChannelHandler> handlers, String host, int port, Duration timeout) {
        Promise<Channel> result = loop.newPromise();
        long deadline = System.nanoTime() + timeout.toNanos();
        if (UnixSockets.isUnix(host)) {
            try {
                SocketAddress address = loops.transport().unixAddress(UnixSockets.path(host, port));
                return connectTo(loop, handlers.get(), address, timeout);
            } catch (IllegalArgumentException e) {
                return result.setFailure(new ConnectException(e.getMessage()));
            }
        }
        if (NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host)) {
            InetAddress address = NetUtil.createInetAddressFromIpAddressString(host);
            return address == null
                    ? result.setFailure(new UnknownHostException(host))
                    : connectTo(loop, handlers.get(), new InetSocketAddress(address, port), timeout);
        }
        if (!timeout.isZero()) {
            Future<?> limit = loop.schedule(
                    () -> result.tryFailure(new ConnectTimeoutException(
                            "no connection to " + host + ":" + port + " within " + timeout.toMillis() + " ms")),
                    timeout.toNanos(),
                    TimeUnit.NANOSECONDS);
            result.addListener(done -> limit.cancel(false));
        }
        resolver.resolve(host)
                .whenComplete((found, failure) -> loop.execute(() -> {
                    if (failure != null) {
                        result.tryFailure(failure instanceof CompletionException ? failure.getCause() : failure);
                    } else {
                        new Attempts(loop, handlers, port, inTurn(found), timeout, deadline, result).next();
                    }
                }));
        return result;
    }

    /** Beginning with another one each time, but within the family that the system prefers. */
    private List<InetAddress> inTurn(List<InetAddress> found) {
        List<InetAddress> ordered = new ArrayList<>(found);
        Class<?> preferred = found.get(0).getClass();
        int same = 1;
        while (same < found.size() && found.get(same).getClass() == preferred) {
            same++;
        }
        if (same > 1) {
            Collections.rotate(ordered.subList(0, same), Math.floorMod(turn.getAndIncrement(), same));
        }
        return ordered;
    }

    /** One address after the other, on the loop. */
    private final class Attempts {
        private final EventLoop loop;
        private final Supplier<? extends ChannelHandler> handlers;
        private final int port;
        private final List<InetAddress> addresses;
        private final Duration timeout;
        private final long deadline;
        private final Promise<Channel> result;
        private int tried;

        Attempts(
                EventLoop loop,
                Supplier<? extends ChannelHandler> handlers,
                int port,
                List<InetAddress> addresses,
                Duration timeout,
                long deadline,
                Promise<Channel> result) {
            this.loop = loop;
            this.handlers = handlers;
            this.port = port;
            this.addresses = addresses;
            this.timeout = timeout;
            this.deadline = deadline;
            this.result = result;
        }

        void next() {
            // At least a millisecond, for zero means no limit.
            Duration left =
                    timeout.isZero() ? timeout : Duration.ofNanos(Math.max(1_000_000L, deadline - System.nanoTime()));
            if (result.isDone()) {
                return;
            }
            InetSocketAddress address = new InetSocketAddress(addresses.get(tried++), port);
            connectTo(loop, handlers.get(), address, left).addListener(done -> {
                if (done.isSuccess()) {
                    Channel channel = (Channel) done.getNow();
                    if (!result.trySuccess(channel)) {
                        channel.close();
                    }
                } else if (tried < addresses.size() && !result.isDone()) {
                    next();
                } else {
                    result.tryFailure(done.cause());
                }
            });
        }
    }

    /**
     * Connects to exactly this address.
     *
     * @param address of TCP, or of a Unix socket of this transport
     * @param timeout zero means the operating system's
     * @return completes on {@code loop}
     */
    public Future<Channel> connectTo(EventLoop loop, ChannelHandler handler, SocketAddress address, Duration timeout) {
        Bootstrap bootstrap = new Bootstrap().group(loop).handler(new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                loops.transport().prepare(channel);
                channel.pipeline().addLast(handler);
            }
        });
        if (address instanceof InetSocketAddress) {
            bootstrap.channel(loops.transport().socketChannel().asSubclass(Channel.class));
            options.applyTo(bootstrap);
        } else {
            bootstrap.channel(loops.transport().unixChannel());
            options.applyToUnix(bootstrap);
        }
        // Beyond what an int of milliseconds can say nobody waits.
        long millis = Math.min(timeout.toMillis(), Integer.MAX_VALUE);
        bootstrap.option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) millis);
        Promise<Channel> result = loop.newPromise();
        bootstrap.connect(address).addListener((ChannelFuture connected) -> {
            if (connected.isSuccess()) {
                result.setSuccess(connected.channel());
            } else {
                result.setFailure(connected.cause());
            }
        });
        return result;
    }
}

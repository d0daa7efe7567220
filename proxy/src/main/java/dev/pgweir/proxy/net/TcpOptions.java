package dev.pgweir.proxy.net;

import dev.pgweir.config.NetConfig;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.uring.IoUringChannelOption;
import java.util.LinkedHashMap;
import java.util.Map;

/** The {@code tcp_*} settings as channel options. Those that only epoll and io_uring know are left out elsewhere. */
public final class TcpOptions {
    // Above the high mark the peer is not read any more, below the low one it is again: a slow reader costs this much
    // memory and not the size of its result. One read buffer (64 KiB) fits below the high mark.
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(64 * 1024, 128 * 1024);

    private final Transport transport;
    /** Replaced as a whole by a reload. */
    private volatile Map<ChannelOption<?>, Object> options;
    /** Those that Unix sockets have as well. */
    private volatile Map<ChannelOption<?>, Object> unixOptions;

    public TcpOptions(NetConfig net, Transport transport) {
        this.transport = transport;
        this.options = options(net, transport);
        this.unixOptions = unixOptions(net);
    }

    /** From the next connection on; those that were opened before keep theirs. */
    public void reload(NetConfig net) {
        options = options(net, transport);
        unixOptions = unixOptions(net);
    }

    private static Map<ChannelOption<?>, Object> unixOptions(NetConfig net) {
        Map<ChannelOption<?>, Object> options = new LinkedHashMap<>();
        options.put(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK);
        if (net.tcpSocketBuffer() > 0) {
            options.put(ChannelOption.SO_SNDBUF, net.tcpSocketBuffer());
            options.put(ChannelOption.SO_RCVBUF, net.tcpSocketBuffer());
        }
        return options;
    }

    private static Map<ChannelOption<?>, Object> options(NetConfig net, Transport transport) {
        Map<ChannelOption<?>, Object> options = unixOptions(net);
        options.put(ChannelOption.TCP_NODELAY, true);
        options.put(ChannelOption.SO_KEEPALIVE, net.tcpKeepalive());
        int idle = (int) net.tcpKeepidle().toSeconds();
        int interval = (int) net.tcpKeepintvl().toSeconds();
        int userTimeout = (int) net.tcpUserTimeout().toMillis();
        if (transport == Transport.EPOLL) {
            putPositive(options, EpollChannelOption.TCP_KEEPCNT, net.tcpKeepcnt());
            putPositive(options, EpollChannelOption.TCP_KEEPIDLE, idle);
            putPositive(options, EpollChannelOption.TCP_KEEPINTVL, interval);
            putPositive(options, EpollChannelOption.TCP_USER_TIMEOUT, userTimeout);
        } else if (transport == Transport.IO_URING) {
            putPositive(options, IoUringChannelOption.TCP_KEEPCNT, net.tcpKeepcnt());
            putPositive(options, IoUringChannelOption.TCP_KEEPIDLE, idle);
            putPositive(options, IoUringChannelOption.TCP_KEEPINTVL, interval);
            putPositive(options, IoUringChannelOption.TCP_USER_TIMEOUT, userTimeout);
        }
        return options;
    }

    private static void putPositive(Map<ChannelOption<?>, Object> options, ChannelOption<Integer> option, int value) {
        if (value > 0) {
            options.put(option, value);
        }
    }

    /** Sets the options for outgoing connections. */
    public void applyTo(Bootstrap bootstrap) {
        options.forEach((option, value) -> set(bootstrap, option, value));
    }

    /** Sets the options of an accepted connection. */
    public void applyTo(Channel channel) {
        options.forEach((option, value) -> set(channel, option, value));
    }

    /** Sets the options for outgoing connections through a Unix socket. */
    public void applyToUnix(Bootstrap bootstrap) {
        unixOptions.forEach((option, value) -> set(bootstrap, option, value));
    }

    /** Sets the options of a connection accepted on a Unix socket. */
    public void applyToUnix(Channel channel) {
        unixOptions.forEach((option, value) -> set(channel, option, value));
    }

    // Keys and values are put in together by the constructor.
    @SuppressWarnings("unchecked")
    private static <T> void set(Bootstrap bootstrap, ChannelOption<T> option, Object value) {
        bootstrap.option(option, (T) value);
    }

    @SuppressWarnings("unchecked")
    private static <T> void set(Channel channel, ChannelOption<T> option, Object value) {
        channel.config().setOption(option, (T) value);
    }
}

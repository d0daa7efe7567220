package dev.pgweir.proxy.net;

import dev.pgweir.config.NetConfig;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import java.util.LinkedHashMap;
import java.util.Map;

/** The {@code tcp_*} settings as channel options. Those of epoll alone are left out on other transports. */
public final class TcpOptions {
    // Above the high mark the peer is not read any more, below the low one it is again: a slow reader costs this much
    // memory and not the size of its result. One read buffer (64 KiB) fits below the high mark.
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(64 * 1024, 128 * 1024);

    private final Map<ChannelOption<?>, Object> options = new LinkedHashMap<>();
    /** Those that Unix sockets have as well. */
    private final Map<ChannelOption<?>, Object> unixOptions = new LinkedHashMap<>();

    public TcpOptions(NetConfig net, Transport transport) {
        options.put(ChannelOption.TCP_NODELAY, true);
        unixOptions.put(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK);
        options.put(ChannelOption.SO_KEEPALIVE, net.tcpKeepalive());
        if (net.tcpSocketBuffer() > 0) {
            unixOptions.put(ChannelOption.SO_SNDBUF, net.tcpSocketBuffer());
            unixOptions.put(ChannelOption.SO_RCVBUF, net.tcpSocketBuffer());
        }
        options.putAll(unixOptions);
        if (transport == Transport.EPOLL) {
            putPositive(EpollChannelOption.TCP_KEEPCNT, net.tcpKeepcnt());
            putPositive(EpollChannelOption.TCP_KEEPIDLE, (int) net.tcpKeepidle().toSeconds());
            putPositive(
                    EpollChannelOption.TCP_KEEPINTVL, (int) net.tcpKeepintvl().toSeconds());
            putPositive(EpollChannelOption.TCP_USER_TIMEOUT, (int)
                    net.tcpUserTimeout().toMillis());
        }
    }

    private void putPositive(ChannelOption<Integer> option, int value) {
        if (value > 0) {
            options.put(option, value);
        }
    }

    /** Sets the options for outgoing connections. */
    public void applyTo(Bootstrap bootstrap) {
        options.forEach((option, value) -> set(bootstrap, option, value));
    }

    /** Sets the options for accepted connections. */
    public void applyTo(ServerBootstrap bootstrap) {
        options.forEach((option, value) -> setChild(bootstrap, option, value));
    }

    /** Sets the options for outgoing connections through a Unix socket. */
    public void applyToUnix(Bootstrap bootstrap) {
        unixOptions.forEach((option, value) -> set(bootstrap, option, value));
    }

    /** Sets the options for connections accepted on a Unix socket. */
    public void applyToUnix(ServerBootstrap bootstrap) {
        unixOptions.forEach((option, value) -> setChild(bootstrap, option, value));
    }

    // Keys and values are put in together by the constructor.
    @SuppressWarnings("unchecked")
    private static <T> void set(Bootstrap bootstrap, ChannelOption<T> option, Object value) {
        bootstrap.option(option, (T) value);
    }

    @SuppressWarnings("unchecked")
    private static <T> void setChild(ServerBootstrap bootstrap, ChannelOption<T> option, Object value) {
        bootstrap.childOption(option, (T) value);
    }
}

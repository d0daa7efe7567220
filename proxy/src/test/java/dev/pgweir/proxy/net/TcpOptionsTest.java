package dev.pgweir.proxy.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.config.NetConfig;
import dev.pgweir.config.value.TransportChoice;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.uring.IoUringChannelOption;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class TcpOptionsTest {
    private static final NetConfig CONFIG = new NetConfig(
            TransportChoice.AUTO,
            1,
            1,
            1,
            true,
            3,
            Duration.ofSeconds(60),
            Duration.ofSeconds(10),
            Duration.ofMillis(1500),
            0,
            Duration.ZERO,
            Duration.ZERO,
            Duration.ZERO);

    private static Map<ChannelOption<?>, Object> on(Transport transport) {
        Bootstrap bootstrap = new Bootstrap();
        new TcpOptions(CONFIG, transport).applyTo(bootstrap);
        return bootstrap.config().options();
    }

    @Test
    void keepaliveAndUserTimeoutHoldOnEpoll() {
        assertThat(on(Transport.EPOLL))
                .containsEntry(ChannelOption.SO_KEEPALIVE, true)
                .containsEntry(EpollChannelOption.TCP_KEEPCNT, 3)
                .containsEntry(EpollChannelOption.TCP_KEEPIDLE, 60)
                .containsEntry(EpollChannelOption.TCP_KEEPINTVL, 10)
                .containsEntry(EpollChannelOption.TCP_USER_TIMEOUT, 1500);
    }

    @Test
    void keepaliveAndUserTimeoutHoldOnIoUring() {
        assertThat(on(Transport.IO_URING))
                .containsEntry(ChannelOption.SO_KEEPALIVE, true)
                .containsEntry(IoUringChannelOption.TCP_KEEPCNT, 3)
                .containsEntry(IoUringChannelOption.TCP_KEEPIDLE, 60)
                .containsEntry(IoUringChannelOption.TCP_KEEPINTVL, 10)
                .containsEntry(IoUringChannelOption.TCP_USER_TIMEOUT, 1500);
    }

    @Test
    void otherTransportsAreGivenOnlyWhatTheyKnow() {
        assertThat(on(Transport.NIO))
                .containsEntry(ChannelOption.SO_KEEPALIVE, true)
                .doesNotContainKeys(EpollChannelOption.TCP_KEEPIDLE, IoUringChannelOption.TCP_KEEPIDLE);
    }
}

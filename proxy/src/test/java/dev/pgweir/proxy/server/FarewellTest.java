package dev.pgweir.proxy.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.config.value.TransportChoice;
import dev.pgweir.proxy.log.ServerLog;
import dev.pgweir.proxy.net.EventLoops;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/** PostgreSQL counts a connection until its process is gone, and so must PgWeir, on every transport. */
final class FarewellTest {
    private static final int PATIENCE_MILLIS = 20_000;

    @ParameterizedTest
    @MethodSource("dev.pgweir.proxy.testing.Transports#available")
    void isHeardToItsEndAndWaitsForTheOtherSide(TransportChoice choice) throws IOException {
        EventLoops loops = EventLoops.start(choice, 1, 1);
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Channel channel = new Bootstrap()
                    .group(loops.at(0))
                    .channel(loops.transport().socketChannel())
                    .handler(new ChannelInboundHandlerAdapter())
                    .connect(listener.getLocalSocketAddress())
                    .syncUninterruptibly()
                    .channel();
            try (Socket server = listener.accept()) {
                server.setSoTimeout(PATIENCE_MILLIS);
                ServerLog log = new ServerLog(
                        LoggerFactory.getLogger(FarewellTest.class),
                        () -> EmbeddedServer.LOGGING,
                        1,
                        "app",
                        "app",
                        channel.remoteAddress());

                channel.eventLoop()
                        .submit(() -> new Farewell(channel, log).begin(true, false))
                        .syncUninterruptibly();

                assertThat(server.getInputStream().readAllBytes()).containsExactly('X', 0, 0, 0, 4);
                channel.eventLoop().submit(() -> {}).syncUninterruptibly();
                assertThat(channel.isOpen()).isTrue();
            }
            assertThat(channel.closeFuture().awaitUninterruptibly(PATIENCE_MILLIS))
                    .isTrue();
        } finally {
            loops.shutdown().syncUninterruptibly();
        }
    }
}

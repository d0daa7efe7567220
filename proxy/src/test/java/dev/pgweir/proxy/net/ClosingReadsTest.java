package dev.pgweir.proxy.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.config.value.TransportChoice;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class ClosingReadsTest {
    private static final byte[] FAREWELL = "that was not understood".getBytes(StandardCharsets.UTF_8);

    /** Longer than anything here takes on the slowest machine: what is waited for comes, or does not come at all. */
    private static final int PATIENCE_MILLIS = 20_000;

    @ParameterizedTest
    @MethodSource("dev.pgweir.proxy.testing.Transports#available")
    void aConnectionEndsThatIsClosedWhileItsLastWordsAreOnTheirWay(TransportChoice choice) throws IOException {
        EventLoops loops = EventLoops.start(choice, 1, 1);
        try {
            Channel server = listen(loops);
            try (Socket socket = new Socket()) {
                socket.setSoTimeout(PATIENCE_MILLIS);
                socket.connect(server.localAddress());
                socket.getOutputStream().write('?');

                assertThat(socket.getInputStream().readAllBytes()).isEqualTo(FAREWELL);
            }
        } finally {
            loops.shutdown().syncUninterruptibly();
        }
    }

    private static Channel listen(EventLoops loops) {
        return new ServerBootstrap()
                .group(loops.at(0))
                .channel(loops.transport().serverSocketChannel())
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        loops.transport().prepare(channel);
                        channel.pipeline().addLast(new Hasty());
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .syncUninterruptibly()
                .channel();
    }

    private static final class Hasty extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ReferenceCountUtil.release(message);
            ctx.writeAndFlush(ctx.alloc().buffer().writeBytes(FAREWELL), ctx.voidPromise());
            ctx.close();
        }
    }
}

package dev.pgweir.proxy.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.config.NetConfig;
import dev.pgweir.config.ProxyConfig;
import dev.pgweir.config.load.ConfigLoader;
import dev.pgweir.config.value.TransportChoice;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A socket that is closed while its event loop is late. */
final class AcceptQueueTest {
    /** More than the event loop accepts at once, and less than the kernel's queue holds. */
    private static final int CLIENTS = 100;

    @Test
    void whoHasConnectedBeforeTheEndIsServed() throws Exception {
        Epoll.ensureAvailability();
        ProxyConfig config = Objects.requireNonNull(ConfigLoader.load(
                        null,
                        Map.of("DATABASE_URL", "postgresql://app:secret@127.0.0.1:1/app", "PGWEIR_LISTEN_PORT", "0"))
                .config());
        NetConfig net = config.net();
        EventLoops loops = EventLoops.start(TransportChoice.EPOLL, 2, 1);
        try {
            Listener listener = Listener.open(
                    config.listen(),
                    List.of(),
                    loops,
                    new TcpOptions(net, Transport.EPOLL),
                    new LoginAdmission(() -> 0),
                    (channel, unix) -> new Echo());
            InetSocketAddress address = listener.addresses().get(0);
            CountDownLatch late = new CountDownLatch(1);
            loops.at(0).execute(() -> await(late));
            List<Socket> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(new Socket(address.getAddress(), address.getPort()));
            }
            Thread closing = new Thread(listener::closeTcp);
            closing.start();
            Awaitility.await().until(() -> closing.getState() == Thread.State.WAITING);
            late.countDown();
            closing.join();
            for (Socket client : clients) {
                assertThat(echoed(client)).isEqualTo('x');
            }
        } finally {
            loops.shutdown().syncUninterruptibly();
        }
    }

    private static int echoed(Socket client) throws IOException {
        try (client) {
            client.setSoTimeout(30_000);
            client.getOutputStream().write('x');
            return client.getInputStream().read();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ctx.writeAndFlush((ByteBuf) message);
        }
    }
}

package dev.pgweir.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.config.TlsConfig;
import dev.pgweir.config.value.SslMode;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Handshakes with a server by the JDK's TLS, which lets clients resume a session. */
class ServerTlsTest {
    private static final String HOST = "localhost";

    @TempDir
    Path directory;

    private final TestAuthority authority = new TestAuthority("authority");
    private final MultiThreadIoEventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private @Nullable SSLServerSocket server;

    @BeforeEach
    void writeAuthority() throws IOException {
        Files.writeString(directory.resolve("ca.crt"), authority.own().certificatePem());
    }

    @AfterEach
    void stop() throws IOException {
        if (server != null) {
            server.close();
        }
        loop.shutdownGracefully(0, 5, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tlsv1.2", "tlsv1.3"})
    void checksTheNameThoughADatabaseThatDoesNotHasBeenThereBefore(String protocol) throws Exception {
        int port = serve(authority.issue("other", "other.example"));
        ServerTls tls = tls(protocol);

        assertThat(connect(tls, SslMode.VERIFY_CA, port)).isNull();
        assertThat(connect(tls, SslMode.VERIFY_FULL, port)).isNotNull();
    }

    @Test
    void takesTheNameThatTheCertificateHas() throws Exception {
        int port = serve(authority.issue("other", "other.example", HOST));

        assertThat(connect(tls("secure"), SslMode.VERIFY_FULL, port)).isNull();
    }

    private ServerTls tls(String protocols) throws TlsException {
        String ca = directory.resolve("ca.crt").toString();
        TlsConfig.Side side = new TlsConfig.Side(SslMode.VERIFY_CA, "", "", ca, protocols, "default", "", "auto");
        return ServerTls.of(
                side,
                EnumSet.of(SslMode.VERIFY_CA, SslMode.VERIFY_FULL),
                TlsEngine.detect(),
                Runnable::run,
                new Handshakes());
    }

    /** What the handshake failed for; null if it did not, and a byte came from the server, its tickets before it. */
    private @Nullable Throwable connect(ServerTls tls, SslMode mode, int port) throws Exception {
        CompletableFuture<@Nullable Throwable> outcome = new CompletableFuture<>();
        Channel channel = new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .handler(new SimpleChannelInboundHandler<ByteBuf>() {
                    @Override
                    public void channelActive(ChannelHandlerContext ctx) {
                        SslHandler handler = tls.handler(ctx.alloc(), mode, HOST, port);
                        ctx.pipeline().addFirst(handler);
                        handler.handshakeFuture().addListener(done -> {
                            if (!done.isSuccess()) {
                                outcome.complete(done.cause());
                            }
                        });
                    }

                    @Override
                    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf data) {
                        outcome.complete(null);
                    }

                    @Override
                    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                        ctx.close();
                    }
                })
                .connect(InetAddress.getLoopbackAddress(), port)
                .sync()
                .channel();
        try {
            return outcome.get(30, TimeUnit.SECONDS);
        } finally {
            channel.close().sync();
        }
    }

    /** Says one byte to each client. */
    private int serve(TestAuthority.Issued shown) throws IOException {
        SSLServerSocket socket = (SSLServerSocket) authority
                .clientContext(shown)
                .getServerSocketFactory()
                .createServerSocket(0, 10, InetAddress.getLoopbackAddress());
        server = socket;
        Thread thread = new Thread(() -> {
            while (!socket.isClosed()) {
                try (SSLSocket client = (SSLSocket) socket.accept()) {
                    client.getOutputStream().write(1);
                    client.getInputStream().read();
                } catch (IOException e) {
                    // A client that has refused the certificate, or the end of the test.
                }
            }
        });
        thread.setDaemon(true);
        thread.start();
        return socket.getLocalPort();
    }
}

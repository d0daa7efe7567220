package dev.pgweir.proxy.server;

import static dev.pgweir.proxy.testing.WireBytes.bytes;
import static dev.pgweir.proxy.testing.WireBytes.message;

import dev.pgweir.config.LogConfig;
import dev.pgweir.config.TlsConfig;
import dev.pgweir.config.value.ChannelBindingUse;
import dev.pgweir.config.value.SslMode;
import dev.pgweir.config.value.SslNegotiation;
import dev.pgweir.protocol.ProtocolVersion;
import dev.pgweir.proxy.auth.Credential;
import dev.pgweir.proxy.auth.KeyDeriver;
import dev.pgweir.proxy.auth.ServerAuthenticator;
import dev.pgweir.proxy.net.TestChannel;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A server connection without a network: the real login, handler and connection, and a test that plays PostgreSQL. */
public final class EmbeddedServer {
    private static final ServerProfile.Encryption UNENCRYPTED = new ServerProfile.Encryption(
            SslMode.DISABLE,
            SslNegotiation.POSTGRES,
            ChannelBindingUse.PREFER,
            new TlsConfig.Side(SslMode.DISABLE, "", "", "", "secure", "default", "", "auto"));

    static final LogConfig LOGGING = new LogConfig(true, true, true, true, Duration.ofMinutes(1), null, 0, null);

    private static final int MAX_PACKET = Integer.MAX_VALUE;

    private final DuplexEmbeddedChannel channel;
    private final LastReady owner;

    /**
     * Opens the channel and sends the startup packet.
     *
     * @param loopOf the channel whose event loop it shares; null for a loop of its own
     */
    public EmbeddedServer(
            long id,
            ServerOwner owner,
            ServerProfile.Queries queries,
            TrackedParameters tracked,
            ByteBufAllocator alloc,
            @Nullable Channel loopOf) {
        this.owner = new LastReady(owner);
        channel = new DuplexEmbeddedChannel();
        channel.sharedLoop = loopOf == null ? null : loopOf.eventLoop();
        channel.config().setAllocator(alloc);
        ServerProfile profile = new ServerProfile(
                "db", 5432, "shop", "app", new Credential.None(), UNENCRYPTED, Map.of(), Duration.ZERO, queries);
        SecureRandom random = new SecureRandom();
        KeyDeriver deriver = new KeyDeriver(Runnable::run, 1, random);
        ServerLogin login = new ServerLogin(
                id,
                loopOf == null ? 1 : 0,
                this.owner,
                profile,
                new ServerAuthenticator("app", new Credential.None(), random, deriver),
                new SessionParameters(tracked),
                () -> null,
                () -> LOGGING,
                MAX_PACKET,
                ProtocolVersion.V3_0);
        channel.pipeline().addLast(new ServerHandler(login));
        channel.pipeline().fireChannelActive();
        heard();
    }

    /** Lets PgWeir in, and reports names and values in turn. */
    public EmbeddedServer welcome(String... namesAndValues) {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        answer.writeBytes(message('R', 0));
        for (int i = 0; i < namesAndValues.length; i += 2) {
            answer.writeBytes(message('S', namesAndValues[i], namesAndValues[i + 1]));
        }
        answer.writeBytes(message('K', 4711, 815));
        answer.writeBytes(message('Z', (byte) 'I'));
        says(answer.toByteArray());
        return this;
    }

    /** These parts arrive in one read. */
    public void says(byte[]... parts) {
        reads(parts);
        readsAreComplete();
    }

    /** These parts arrive in one read, and more may follow before PgWeir flushes. */
    public void reads(byte[]... parts) {
        byte[] all = bytes((Object[]) parts);
        channel.pipeline().fireChannelRead(channel.alloc().buffer(all.length).writeBytes(all));
    }

    /** See {@link #reads}. */
    public void readsAreComplete() {
        channel.pipeline().fireChannelReadComplete();
    }

    /** What was sent to it since the last call; without what was not flushed. */
    public byte[] heard() {
        ByteArrayOutputStream heard = new ByteArrayOutputStream();
        for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
            heard.writeBytes(ByteBufUtil.getBytes(part));
            part.release();
        }
        return heard.toByteArray();
    }

    /** PostgreSQL ends its side of TLS; its socket is still open. */
    public void sendsCloseNotify() {
        channel.pipeline().fireUserEventTriggered(SslCloseCompletionEvent.SUCCESS);
        channel.runTasks();
    }

    /** PostgreSQL closes the socket. */
    public void closes() {
        channel.close();
        channel.runTasks();
    }

    /** Runs what is left to do, for the end of a test. */
    public void finish() {
        channel.runTasks();
        channel.finishAndReleaseAll();
    }

    /** Whether PgWeir has said that nothing more will come from it. */
    public boolean isToldToEnd() {
        return channel.isOutputShutdown();
    }

    /** Whether PgWeir takes what PostgreSQL sends. */
    public boolean isRead() {
        return channel.config().isAutoRead();
    }

    /** PostgreSQL takes bytes, or it does not. */
    public void takesBytes(boolean writable) {
        channel.takesBytes(writable);
    }

    /** The connection; throws before the login is complete. */
    public ServerConnection connection() {
        ServerConnection connection = owner.ready;
        if (connection == null) {
            throw new IllegalStateException("not logged in");
        }
        return connection;
    }

    /** Remembers the connection. */
    private static final class LastReady implements ServerOwner {
        @Override
        public String database() {
            return "app";
        }

        private final ServerOwner next;
        private @Nullable ServerConnection ready;

        LastReady(ServerOwner next) {
            this.next = next;
        }

        @Override
        public void onReady(ServerControl server) {
            ready = (ServerConnection) server;
            next.onReady(server);
        }

        @Override
        public void onLoginFailed(LoginFailure failure) {
            next.onLoginFailed(failure);
        }

        @Override
        public void onTaskDone() {
            next.onTaskDone();
        }

        @Override
        public void onClosed(DisconnectReason reason) {
            next.onClosed(reason);
        }
    }

    /** Can be shut in one direction, and can share a loop, neither of which an EmbeddedChannel can. */
    private static final class DuplexEmbeddedChannel extends TestChannel implements DuplexChannel {
        private @Nullable EventLoop sharedLoop;
        private boolean outputShutdown;

        @Override
        public EventLoop eventLoop() {
            EventLoop shared = sharedLoop;
            return shared == null ? super.eventLoop() : shared;
        }

        @Override
        protected SocketAddress localAddress0() {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), 40000);
        }

        @Override
        protected SocketAddress remoteAddress0() {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), 5432);
        }

        @Override
        public boolean isInputShutdown() {
            return false;
        }

        @Override
        public ChannelFuture shutdownInput() {
            throw new UnsupportedOperationException();
        }

        @Override
        public ChannelFuture shutdownInput(ChannelPromise promise) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean isOutputShutdown() {
            return outputShutdown;
        }

        @Override
        public ChannelFuture shutdownOutput() {
            return shutdownOutput(newPromise());
        }

        @Override
        public ChannelFuture shutdownOutput(ChannelPromise promise) {
            outputShutdown = true;
            return promise.setSuccess();
        }

        @Override
        public boolean isShutdown() {
            return false;
        }

        @Override
        public ChannelFuture shutdown() {
            throw new UnsupportedOperationException();
        }

        @Override
        public ChannelFuture shutdown(ChannelPromise promise) {
            throw new UnsupportedOperationException();
        }
    }
}

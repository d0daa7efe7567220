package dev.pgweir.proxy.cancel;

import dev.pgweir.protocol.message.backend.BackendKeyData;
import dev.pgweir.protocol.message.frontend.CancelRequest;
import dev.pgweir.proxy.net.EventLoops;
import dev.pgweir.proxy.pool.CancelCallback;
import dev.pgweir.proxy.pool.CancelTicket;
import dev.pgweir.proxy.pool.PooledServer;
import dev.pgweir.proxy.pool.Pools;
import dev.pgweir.proxy.server.ServerConnection;
import dev.pgweir.proxy.server.ServerConnector;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries cancel requests to PostgreSQL. Each is a connection of its own that counts under {@code
 * max_server_connections}, so it may have to wait for a place. For any thread.
 */
public final class CancelForwarder {
    private static final Logger LOG = LoggerFactory.getLogger(CancelForwarder.class);

    private final Pools pools;
    private final EventLoops loops;
    private final ServerConnector connector;
    private final Supplier<Duration> waitTimeout;

    /**
     * @param waitTimeout setting {@code cancel_wait_timeout}, asked for each request: for the place, and again for
     *     PostgreSQL to take the request; zero means no limit
     */
    public CancelForwarder(Pools pools, EventLoops loops, ServerConnector connector, Supplier<Duration> waitTimeout) {
        this.pools = pools;
        this.loops = loops;
        this.connector = connector;
        this.waitTimeout = waitTimeout;
    }

    /**
     * Interrupts what the server does for the client that holds it now. Called on the loop of that client.
     *
     * @param whenOver told once on some event loop, whatever the outcome
     */
    public void forward(PooledServer target, CancelEnd whenOver) {
        ServerConnection server = target.connection() instanceof ServerConnection known ? known : null;
        BackendKeyData key = server == null ? null : server.key();
        if (server == null || key == null) {
            whenOver.run();
            return;
        }
        // Taken before the hop: when the request gets there, the server may have its next client.
        long assignment = target.assignment();
        EventLoop loop = loops.at(server.loopIndex());
        loop.execute(() -> new Request(target, server, key, loop, whenOver).begin(assignment));
    }

    /** One request. Everything runs on the loop of the server it is for. */
    private final class Request extends ChannelInboundHandlerAdapter implements CancelCallback {
        private final PooledServer target;
        private final ServerConnection server;
        private final BackendKeyData key;
        private final EventLoop loop;
        private final CancelEnd whenOver;
        private final Duration limit = waitTimeout.get();
        private @Nullable CancelTicket ticket;
        private boolean granted;
        private boolean sent;
        private boolean over;
        private boolean late;

        Request(PooledServer target, ServerConnection server, BackendKeyData key, EventLoop loop, CancelEnd whenOver) {
            this.target = target;
            this.server = server;
            this.key = key;
            this.loop = loop;
            this.whenOver = whenOver;
        }

        void begin(long assignment) {
            ticket = pools.requestCancel(target, assignment, this);
            deadline(() -> {
                if (!granted && ticket != null && ticket.abandon()) {
                    LOG.warn(
                            "{} a cancel request was given up after {} s: it found no place under max_server_connections",
                            server,
                            limit.toSeconds());
                    late = true;
                    finish();
                }
            });
        }

        private void deadline(Runnable action) {
            if (!limit.isZero()) {
                loop.schedule(action, limit.toNanos(), TimeUnit.NANOSECONDS);
            }
        }

        @Override
        public void onGranted() {
            // As a task, so that the ticket is known even if the place was free at once.
            loop.execute(() -> {
                granted = true;
                connector.connectTo(loop, this, server, connectLimit()).addListener(connected -> {
                    if (!connected.isSuccess()) {
                        failed(connected.cause());
                        finish();
                    }
                });
            });
        }

        /** Without cancel_wait_timeout a server that does not answer would hold its place for ever. */
        private Duration connectLimit() {
            return limit.isZero() ? server.profile().connectTimeout() : limit;
        }

        private void failed(Throwable cause) {
            late = cause instanceof ConnectTimeoutException;
            // Where PgWeir is ending, the connection that the request is for ends too, and its query with it.
            if (loop.isShuttingDown()) {
                LOG.debug("{}: a cancel request could not be sent any more: {}", server, cause.getMessage());
            } else {
                LOG.warn("{}: a cancel request could not be sent: {}", server, cause.getMessage());
            }
        }

        @Override
        public void onGone() {
            loop.execute(this::finish);
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            Channel opened = ctx.channel();
            Duration handshake = connectLimit();
            if (limit.isZero() && !handshake.isZero()) {
                loop.schedule(() -> giveUpHandshake(opened, handshake), handshake.toNanos(), TimeUnit.NANOSECONDS);
            }
            connector.secure(opened, server, () -> send(opened), why -> {
                LOG.warn("{}: a cancel request could not be sent: {}", server, why);
                opened.close();
            });
            // PostgreSQL closes the connection when it has sent the signal; only then is the request over.
            deadline(() -> giveUp(opened));
        }

        private void send(Channel opened) {
            ByteBuf out = opened.alloc().buffer();
            new CancelRequest(key.processId(), key.secret()).encode(out);
            opened.writeAndFlush(out, opened.voidPromise());
            sent = true;
        }

        /** Nothing was sent that could arrive late. */
        private void giveUpHandshake(Channel opened, Duration patience) {
            if (!over && !sent) {
                LOG.warn(
                        "{} cancel request closing because: no TLS handshake within {} s",
                        server,
                        patience.toSeconds());
                opened.close();
            }
        }

        private void giveUp(Channel opened) {
            if (over) {
                return;
            }
            LOG.warn(
                    "{} a cancel request was given up after {} s: PostgreSQL has not taken it",
                    server,
                    limit.toSeconds());
            late = true;
            if (ticket != null) {
                // Closing does not call back what is on its way already.
                ticket.mayArriveLate();
            }
            opened.close();
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ReferenceCountUtil.release(message);
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            finish();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }

        private void finish() {
            if (over) {
                return;
            }
            over = true;
            if (granted && ticket != null) {
                ticket.done();
            }
            if (late) {
                whenOver.tooLate();
            } else {
                whenOver.run();
            }
        }
    }
}

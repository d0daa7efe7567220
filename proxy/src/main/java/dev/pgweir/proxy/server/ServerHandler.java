package dev.pgweir.proxy.server;

import dev.pgweir.proxy.tls.TlsFailure;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns channel events of a server into calls: of its login first, of its connection afterwards. */
final class ServerHandler extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(ServerHandler.class);

    /** How long a server has to close its socket after close_notify. */
    private static final int CLOSE_NOTIFY_SECONDS = 1;

    private final ServerLogin login;
    private @Nullable ServerConnection connection;
    private DisconnectReason reason = DisconnectReason.SERVER_CRASHED;

    ServerHandler(ServerLogin login) {
        this.login = login;
    }

    /** From now on events go to the connection. */
    void loggedIn(ServerConnection to) {
        connection = to;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        login.onConnected(ctx.channel(), this);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf data = (ByteBuf) message;
        ServerConnection to = connection;
        if (to != null) {
            to.onRead(data);
        } else {
            login.onRead(data);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ServerConnection to = connection;
        if (to != null) {
            to.onReadComplete();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        ServerConnection to = connection;
        if (to != null) {
            to.onWritabilityChanged();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        ServerConnection to = connection;
        if (to != null) {
            to.onClosed(reason);
        } else {
            login.onClosed();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslCloseCompletionEvent) {
            // close_notify: nothing more comes from there, so it is no use to anybody from now on. PostgreSQL closes
            // its socket a moment later, when its process is gone, and only then it does not count the connection any
            // more; others may wait for us to close.
            ServerConnection to = connection;
            if (to != null) {
                to.close(reason);
            }
            ctx.executor().schedule(() -> ctx.close(), CLOSE_NOTIFY_SECONDS, TimeUnit.SECONDS);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (TlsFailure.is(cause) && connection == null) {
            // In TLS 1.3 a server refuses our certificate by an alert that comes when the handshake is over for us.
            login.failed(DisconnectReason.SERVER_TLS_FAILED, "TLS error: " + TlsFailure.text(cause));
        } else if (TlsFailure.is(cause)) {
            LOG.warn("TLS error on a server connection: {}", TlsFailure.text(cause));
        } else if (!(cause instanceof java.io.IOException)) {
            reason = DisconnectReason.INTERNAL_ERROR;
            LOG.error("a server connection failed: a fault of PgWeir", cause);
        }
        ctx.close();
    }
}

package dev.pgweir.proxy.server;

import dev.pgweir.proxy.tls.TlsFailure;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns channel events of a server into calls: of its login first, of its connection afterwards. */
final class ServerHandler extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(ServerHandler.class);

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
            // close_notify: nothing more comes from there, whether or not the socket is closed as well.
            ctx.close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (TlsFailure.is(cause)) {
            LOG.warn("TLS error on a server connection: {}", TlsFailure.text(cause));
        } else if (!(cause instanceof java.io.IOException)) {
            reason = DisconnectReason.INTERNAL_ERROR;
            LOG.error("a server connection failed: a fault of PgWeir", cause);
        }
        ctx.close();
    }
}

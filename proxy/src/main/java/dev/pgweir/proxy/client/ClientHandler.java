package dev.pgweir.proxy.client;

import dev.pgweir.protocol.ProtocolException;
import dev.pgweir.proxy.server.DisconnectReason;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;

/** Turns channel events of a client into calls of its session. */
final class ClientHandler extends ChannelInboundHandlerAdapter {
    private final ClientSession session;

    ClientHandler(ClientSession session) {
        this.session = session;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        session.onConnected();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            session.phase().onRead((ByteBuf) message);
        } catch (ProtocolException e) {
            session.onProtocolError(e);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        session.phase().onReadComplete();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        session.phase().onWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        session.onDisconnected();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake) {
            session.phase().onHandshake(handshake);
        } else if (event instanceof SslCloseCompletionEvent) {
            // close_notify: nothing more comes from there, whether or not the socket is closed as well.
            session.close(DisconnectReason.CLIENT_UNEXPECTED_EOF);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        session.onException(cause);
    }
}

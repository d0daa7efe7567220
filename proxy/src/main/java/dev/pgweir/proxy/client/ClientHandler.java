package dev.pgweir.proxy.client;

import dev.pgweir.protocol.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

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
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        session.onException(cause);
    }
}

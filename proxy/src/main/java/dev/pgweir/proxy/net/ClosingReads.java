package dev.pgweir.proxy.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;

/**
 * Ends the reading of a channel before it is closed, for io_uring.
 *
 * <p>Netty 4.2 puts the closing off while the kernel has something of the channel left to write. Whoever asks to read in the meantime,
 * as automatic reading does at the end of each read, makes it poll the socket once more; the socket is closed then, but the
 * poll still holds on to it, so that the peer sees no end until it says something itself. It is the nearest to the network, since a
 * handler for TLS closes and reads too: others are added by {@link #addInside}.
 */
public final class ClosingReads extends ChannelOutboundHandlerAdapter {
    private static final String NAME = "closing reads";

    private boolean closing;

    private ClosingReads() {}

    /** To be called before any other handler is added. */
    static void addTo(Channel channel) {
        channel.pipeline().addFirst(NAME, new ClosingReads());
    }

    /** Adds a handler nearer to the network than all others. */
    public static void addInside(ChannelPipeline pipeline, String name, ChannelHandler handler) {
        if (pipeline.get(NAME) == null) {
            pipeline.addFirst(name, handler);
        } else {
            pipeline.addAfter(NAME, name, handler);
        }
    }

    @Override
    public void read(ChannelHandlerContext ctx) {
        if (!closing) {
            ctx.read();
        }
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        if (!closing) {
            closing = true;
            // Only the change from automatic reading to none takes back a read that was asked for already.
            ctx.channel().config().setAutoRead(true);
            ctx.channel().config().setAutoRead(false);
        }
        ctx.close(promise);
    }
}

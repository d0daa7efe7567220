package dev.pgweir.proxy.server;

import dev.pgweir.protocol.frame.FrameScanner;
import dev.pgweir.protocol.message.frontend.EmptyFrontendMessage;
import dev.pgweir.proxy.log.ServerLog;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How a connection to PostgreSQL ends. PostgreSQL counts a connection until its process is gone, and that process notices the
 * end only when its query is over. So closing means: say Terminate, shut the sending side and wait until PostgreSQL closes the
 * other; only that is {@link ServerOwner#onClosed}. On the server's loop.
 */
final class Farewell {
    /**
     * How long PostgreSQL may take to close its side. That is milliseconds where nothing runs, else the rest of the query,
     * for which the connection has to count. A server that hangs, or a host that is gone without a word, never does;
     * Linux tries 924 s to reach a peer that does not answer (tcp_retries2 = 15), and after that long its place is lent out.
     */
    private static final long LIMIT_SECONDS = 924;

    /**
     * What PostgreSQL may send after that, in bytes. More than the buffers of both sockets hold (10 MB by Linux's defaults), so
     * that whoever sends more is writing now, and is ended by its next write to a socket that is closed.
     */
    private static final int LIMIT_BYTES = 16 << 20;

    private final Channel channel;
    private final ServerLog log;
    /** Until when it is waited for the other side. */
    private @Nullable Future<?> limit;

    private int thrownAway;
    private boolean over;

    Farewell(Channel channel, ServerLog log) {
        this.channel = channel;
        this.log = log;
    }

    /**
     * Nothing more is said.
     *
     * @param politely whether PostgreSQL can be told; not in the middle of a message
     * @param encrypted whether the connection is
     */
    void begin(boolean politely, boolean encrypted) {
        ByteBuf last = channel.alloc().buffer(FrameScanner.HEADER_LENGTH);
        if (politely) {
            EmptyFrontendMessage.TERMINATE.encode(last);
        }
        ChannelFuture said = channel.writeAndFlush(last);
        SslHandler encryption = encrypted ? channel.pipeline().get(SslHandler.class) : null;
        if (encryption != null) {
            // close_notify, so that PostgreSQL does not take the end for one that somebody in between has made.
            said = encryption.closeOutbound();
        }
        // Not before: io_uring writes when the event loop comes to it; what is not written by then fails, and closes
        // the socket at once.
        said.addListener(written -> endSending());
        if (!over) {
            limit = channel.eventLoop().schedule(this::giveUp, LIMIT_SECONDS, TimeUnit.SECONDS);
        }
    }

    private void endSending() {
        ((DuplexChannel) channel).shutdownOutput().addListener(done -> {
            if (!done.isSuccess()) {
                channel.close();
            }
        });
    }

    private void giveUp() {
        log.warning("the server has not closed its side in " + LIMIT_SECONDS + " s, it is given up");
        channel.close();
    }

    /** PostgreSQL still sends. Takes the buffer over. */
    void onRead(ByteBuf data) {
        thrownAway += data.readableBytes();
        data.release();
        if (thrownAway > LIMIT_BYTES) {
            channel.close();
        }
    }

    /** The other side is closed, too. */
    void isOver() {
        over = true;
        if (limit != null) {
            limit.cancel(false);
        }
    }
}

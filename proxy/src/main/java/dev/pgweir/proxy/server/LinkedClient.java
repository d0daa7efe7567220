package dev.pgweir.proxy.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;

/**
 * The client's end of a link. Every method but {@link #loop} is called on the client's event loop.
 *
 * <p>A server on another loop hands its data over in tasks, so a call may be late: it carries the number of the link it
 * was meant for, and the client compares.
 */
public interface LinkedClient {
    /** Where it wants to be called; never changes. */
    EventLoop loop();

    /**
     * The server sent something.
     *
     * @param link the number given to {@link ServerConnection#link}
     * @param data one read buffer as it came; the callee releases it
     */
    void onServerRead(ServerConnection server, long link, ByteBuf data);

    /** No more is to be read for now: time to flush. */
    void onServerReadComplete(ServerConnection server, long link);

    /** {@link ServerConnection#isWritable} may have changed. */
    void onServerWritabilityChanged(ServerConnection server, long link);

    /** The socket is closed, and nothing else will be heard of it. */
    void onServerClosed(ServerConnection server, long link);
}

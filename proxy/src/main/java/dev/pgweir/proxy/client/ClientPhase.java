package dev.pgweir.proxy.client;

import io.netty.buffer.ByteBuf;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;

/** What a client's connection is about at the moment; see the package for the order. Called on the client's loop. */
interface ClientPhase {
    /**
     * The client sent something.
     *
     * @param data one read buffer; the callee releases it
     */
    void onRead(ByteBuf data);

    /** No more is to be read for now. */
    default void onReadComplete() {}

    /** The client takes more again, or no more. */
    default void onWritabilityChanged() {}

    /** The TLS handshake is over, well or not. */
    default void onHandshake(SslHandshakeCompletionEvent event) {}

    /** The socket is closed, or about to be closed. Called once. */
    default void onClosed() {}

    /**
     * About ten times a second.
     *
     * @param now {@link System#nanoTime}
     */
    default void onTick(long now) {}

    /** Whether the client has part of a message, so that nothing but the rest can be said to it. */
    default boolean isTorn() {
        return false;
    }

    /** Where the client stands. */
    ClientState state();
}

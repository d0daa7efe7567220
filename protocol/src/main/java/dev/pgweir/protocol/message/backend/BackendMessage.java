package dev.pgweir.protocol.message.backend;

import io.netty.buffer.ByteBuf;

/** What a server sends. */
public interface BackendMessage {
    /** Appends the whole message, type and length included. */
    void encode(ByteBuf out);
}

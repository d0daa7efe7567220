package dev.pgweir.protocol.message.frontend;

import io.netty.buffer.ByteBuf;

/** What a client sends. */
public interface FrontendMessage {
    /** Appends the whole message, type and length included. */
    void encode(ByteBuf out);
}

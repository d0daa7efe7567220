package dev.pgweir.protocol.message.frontend;

import dev.pgweir.protocol.FrontendMessageType;
import dev.pgweir.protocol.message.MessageWriter;
import io.netty.buffer.ByteBuf;

/** The messages of a client that have no body. */
public enum EmptyFrontendMessage implements FrontendMessage {
    COPY_DONE(FrontendMessageType.COPY_DONE),
    FLUSH(FrontendMessageType.FLUSH),
    SYNC(FrontendMessageType.SYNC),
    TERMINATE(FrontendMessageType.TERMINATE);

    private final byte type;

    EmptyFrontendMessage(byte type) {
        this.type = type;
    }

    @Override
    public void encode(ByteBuf out) {
        new MessageWriter(out).begin(type).end();
    }
}

package dev.pgweir.protocol.message.backend;

import dev.pgweir.protocol.BackendMessageType;
import dev.pgweir.protocol.message.MessageWriter;
import io.netty.buffer.ByteBuf;

/** AuthenticationOk: the login succeeded. */
public record AuthenticationOk() implements Authentication {
    static final int CODE = 0;

    @Override
    public void encode(ByteBuf out) {
        new MessageWriter(out)
                .begin(BackendMessageType.AUTHENTICATION)
                .int32(CODE)
                .end();
    }
}

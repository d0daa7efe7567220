package dev.pgweir.protocol.message.frontend;

import dev.pgweir.protocol.ProtocolVersion;
import dev.pgweir.protocol.message.MessageWriter;
import io.netty.buffer.ByteBuf;

/** GSSENCRequest: asks whether GSSAPI encryption may follow. */
public record GssEncRequest() implements StartupPacket {
    @Override
    public void encode(ByteBuf out) {
        new MessageWriter(out)
                .beginUntyped()
                .int32(ProtocolVersion.GSSENC_REQUEST_CODE)
                .end();
    }
}

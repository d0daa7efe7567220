package dev.pgweir.protocol.message.frontend;

import dev.pgweir.protocol.FrontendMessageType;
import dev.pgweir.protocol.message.MessageReader;
import dev.pgweir.protocol.message.MessageWriter;
import io.netty.buffer.ByteBuf;

/** Execute: runs a portal. {@code maxRows} 0 means all. */
public record Execute(String portal, int maxRows) implements FrontendMessage {
    public static Execute decode(ByteBuf body) {
        MessageReader in = new MessageReader("Execute", body);
        Execute message = new Execute(in.cstring(), in.int32());
        in.end();
        return message;
    }

    @Override
    public void encode(ByteBuf out) {
        new MessageWriter(out)
                .begin(FrontendMessageType.EXECUTE)
                .cstring(portal)
                .int32(maxRows)
                .end();
    }
}

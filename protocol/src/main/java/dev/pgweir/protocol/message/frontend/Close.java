package dev.pgweir.protocol.message.frontend;

import dev.pgweir.protocol.FrontendMessageType;
import dev.pgweir.protocol.message.MessageReader;
import dev.pgweir.protocol.message.MessageWriter;
import io.netty.buffer.ByteBuf;

/** Close: forgets a statement or a portal. */
public record Close(PreparedKind kind, String name) implements FrontendMessage {
    public static Close decode(ByteBuf body) {
        MessageReader in = new MessageReader("Close", body);
        Close message = new Close(PreparedKind.of(in.int8()), in.cstring());
        in.end();
        return message;
    }

    @Override
    public void encode(ByteBuf out) {
        new MessageWriter(out)
                .begin(FrontendMessageType.CLOSE)
                .int8(kind.code())
                .cstring(name)
                .end();
    }
}

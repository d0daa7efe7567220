package dev.pgweir.protocol.message.frontend;

import dev.pgweir.protocol.FrontendMessageType;
import dev.pgweir.protocol.message.MessageReader;
import dev.pgweir.protocol.message.MessageWriter;
import io.netty.buffer.ByteBuf;

/** Describe: asks for the columns of a portal, or for those and the parameters of a statement. */
public record Describe(PreparedKind kind, String name) implements FrontendMessage {
    public static Describe decode(ByteBuf body) {
        MessageReader in = new MessageReader("Describe", body);
        Describe message = new Describe(PreparedKind.of(in.int8()), in.cstring());
        in.end();
        return message;
    }

    @Override
    public void encode(ByteBuf out) {
        new MessageWriter(out)
                .begin(FrontendMessageType.DESCRIBE)
                .int8(kind.code())
                .cstring(name)
                .end();
    }
}

package dev.pgweir.protocol.message.backend;

import dev.pgweir.protocol.BackendMessageType;
import dev.pgweir.protocol.message.MessageReader;
import dev.pgweir.protocol.message.MessageWriter;
import io.netty.buffer.ByteBuf;

/** ParameterStatus: the value a reported setting has from now on. */
public record ParameterStatus(String name, String value) implements BackendMessage {
    public static ParameterStatus decode(ByteBuf body) {
        MessageReader in = new MessageReader("ParameterStatus", body);
        ParameterStatus message = new ParameterStatus(in.cstring(), in.cstring());
        in.end();
        return message;
    }

    @Override
    public void encode(ByteBuf out) {
        new MessageWriter(out)
                .begin(BackendMessageType.PARAMETER_STATUS)
                .cstring(name)
                .cstring(value)
                .end();
    }
}

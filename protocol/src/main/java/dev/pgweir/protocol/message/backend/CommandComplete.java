package dev.pgweir.protocol.message.backend;

import dev.pgweir.protocol.BackendMessageType;
import dev.pgweir.protocol.message.MessageReader;
import dev.pgweir.protocol.message.MessageWriter;
import io.netty.buffer.ByteBuf;

/** CommandComplete. {@code tag} is for example {@code SELECT 5} or {@code BEGIN}. */
public record CommandComplete(String tag) implements BackendMessage {
    public static CommandComplete decode(ByteBuf body) {
        MessageReader in = new MessageReader("CommandComplete", body);
        CommandComplete message = new CommandComplete(in.cstring());
        in.end();
        return message;
    }

    @Override
    public void encode(ByteBuf out) {
        new MessageWriter(out)
                .begin(BackendMessageType.COMMAND_COMPLETE)
                .cstring(tag)
                .end();
    }
}

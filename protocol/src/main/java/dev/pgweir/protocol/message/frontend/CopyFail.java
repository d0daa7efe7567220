package dev.pgweir.protocol.message.frontend;

import dev.pgweir.protocol.FrontendMessageType;
import dev.pgweir.protocol.message.MessageReader;
import dev.pgweir.protocol.message.MessageWriter;
import io.netty.buffer.ByteBuf;

/** CopyFail: the client gives up the COPY it was sending data for; the reason becomes the server's error. */
public record CopyFail(String reason) implements FrontendMessage {
    public static CopyFail decode(ByteBuf body) {
        MessageReader in = new MessageReader("CopyFail", body);
        CopyFail message = new CopyFail(in.cstring());
        in.end();
        return message;
    }

    @Override
    public void encode(ByteBuf out) {
        new MessageWriter(out)
                .begin(FrontendMessageType.COPY_FAIL)
                .cstring(reason)
                .end();
    }
}

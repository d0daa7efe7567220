package dev.pgweir.protocol.message.frontend;

import dev.pgweir.protocol.FrontendMessageType;
import dev.pgweir.protocol.message.MessageReader;
import dev.pgweir.protocol.message.MessageWriter;
import io.netty.buffer.ByteBuf;

/** PasswordMessage: the answer to AuthenticationCleartextPassword or AuthenticationMD5Password. */
public record PasswordMessage(String password) implements FrontendMessage {
    public static PasswordMessage decode(ByteBuf body) {
        MessageReader in = new MessageReader("PasswordMessage", body);
        PasswordMessage message = new PasswordMessage(in.cstring());
        in.end();
        return message;
    }

    @Override
    public void encode(ByteBuf out) {
        new MessageWriter(out)
                .begin(FrontendMessageType.PASSWORD)
                .cstring(password)
                .end();
    }

    @Override
    public String toString() {
        return "PasswordMessage[password=***]";
    }
}

package dev.pgweir.protocol.message.backend;

import dev.pgweir.protocol.message.MessageReader;
import io.netty.buffer.ByteBuf;

/** What a server says during a login: which proof it wants, a step of the exchange, or that it is content. */
public sealed interface Authentication extends BackendMessage
        permits AuthenticationOk,
                AuthenticationCleartextPassword,
                AuthenticationMd5Password,
                AuthenticationSasl,
                AuthenticationSaslContinue,
                AuthenticationSaslFinal,
                AuthenticationOther {
    static Authentication decode(ByteBuf body) {
        MessageReader in = new MessageReader("Authentication", body);
        int code = in.int32();
        return switch (code) {
            case AuthenticationOk.CODE -> empty(in, new AuthenticationOk());
            case AuthenticationCleartextPassword.CODE -> empty(in, new AuthenticationCleartextPassword());
            case AuthenticationMd5Password.CODE -> AuthenticationMd5Password.decode(in);
            case AuthenticationSasl.CODE -> AuthenticationSasl.decode(in);
            case AuthenticationSaslContinue.CODE -> AuthenticationSaslContinue.decode(in);
            case AuthenticationSaslFinal.CODE -> AuthenticationSaslFinal.decode(in);
            default -> new AuthenticationOther(code);
        };
    }

    private static Authentication empty(MessageReader in, Authentication message) {
        in.end();
        return message;
    }
}

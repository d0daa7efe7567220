package dev.pgweir.protocol.message.backend;

import dev.pgweir.protocol.BackendMessageType;
import dev.pgweir.protocol.message.MessageWriter;
import io.netty.buffer.ByteBuf;

/** A method that PgWeir cannot answer, such as GSSAPI; its data is not kept. */
public record AuthenticationOther(int code) implements Authentication {
    /** What the method is called, for the error that refuses it. */
    public String method() {
        return switch (code) {
            case 2 -> "Kerberos V5";
            case 6 -> "SCM credentials";
            case 7, 8 -> "GSSAPI";
            case 9 -> "SSPI";
            default -> "method " + code;
        };
    }

    @Override
    public void encode(ByteBuf out) {
        new MessageWriter(out)
                .begin(BackendMessageType.AUTHENTICATION)
                .int32(code)
                .end();
    }
}

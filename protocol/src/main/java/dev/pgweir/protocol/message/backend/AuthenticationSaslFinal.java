package dev.pgweir.protocol.message.backend;

import dev.pgweir.protocol.BackendMessageType;
import dev.pgweir.protocol.message.MessageReader;
import dev.pgweir.protocol.message.MessageWriter;
import io.netty.buffer.ByteBuf;
import java.security.MessageDigest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** AuthenticationSASLFinal: the mechanism's last message; for SCRAM the server-final-message. */
@SuppressWarnings("ArrayRecordComponent") // equals and hashCode look into the array
public record AuthenticationSaslFinal(byte[] data) implements Authentication {
    static final int CODE = 12;

    static AuthenticationSaslFinal decode(MessageReader in) {
        return new AuthenticationSaslFinal(in.rest());
    }

    @Override
    public void encode(ByteBuf out) {
        new MessageWriter(out)
                .begin(BackendMessageType.AUTHENTICATION)
                .int32(CODE)
                .bytes(data)
                .end();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof AuthenticationSaslFinal that && MessageDigest.isEqual(data, that.data);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(data);
    }

    @Override
    public String toString() {
        return "AuthenticationSaslFinal[data=***]";
    }
}

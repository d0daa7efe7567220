package dev.pgweir.protocol.message.backend;

import dev.pgweir.protocol.BackendMessageType;
import dev.pgweir.protocol.message.MessageReader;
import dev.pgweir.protocol.message.MessageWriter;
import io.netty.buffer.ByteBuf;
import java.security.MessageDigest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** AuthenticationMD5Password: asks for an md5 answer over these {@value #SALT_LENGTH} bytes of salt. */
@SuppressWarnings("ArrayRecordComponent") // equals and hashCode look into the array
public record AuthenticationMd5Password(byte[] salt) implements Authentication {
    static final int CODE = 5;
    private static final int SALT_LENGTH = 4;

    static AuthenticationMd5Password decode(MessageReader in) {
        AuthenticationMd5Password message = new AuthenticationMd5Password(in.bytes(SALT_LENGTH));
        in.end();
        return message;
    }

    @Override
    public void encode(ByteBuf out) {
        new MessageWriter(out)
                .begin(BackendMessageType.AUTHENTICATION)
                .int32(CODE)
                .bytes(salt)
                .end();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof AuthenticationMd5Password that && MessageDigest.isEqual(salt, that.salt);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(salt);
    }

    @Override
    public String toString() {
        return "AuthenticationMd5Password[salt=***]";
    }
}

package dev.pgweir.proxy.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import org.jspecify.annotations.Nullable;

/** Reads the bodies of a client's {@code p} messages, whose kind only the state of the login tells. */
final class PasswordBodies {
    /** In place of the length of SASLInitialResponse's data: there is none. */
    private static final int NO_DATA = -1;

    private PasswordBodies() {}

    /**
     * SASLInitialResponse.
     *
     * @param mechanism as the client wrote it
     * @param data null when the client sent none
     */
    @SuppressWarnings("ArrayRecordComponent") // Read once, right after it is made.
    record InitialResponse(String mechanism, byte @Nullable [] data) {}

    /**
     * PasswordMessage: one string, ended by the only NUL at the very end.
     *
     * @param maxLength longest password, in bytes
     * @return null when it is malformed, not UTF-8, or too long
     */
    static @Nullable String password(ByteBuf body, int maxLength) {
        int length = body.bytesBefore((byte) 0);
        if (length < 0 || length > maxLength || length + 1 != body.readableBytes()) {
            return null;
        }
        return text(body, length);
    }

    /** SASLInitialResponse; null when it is malformed. */
    static @Nullable InitialResponse initialResponse(ByteBuf body) {
        int length = body.bytesBefore((byte) 0);
        String mechanism = length < 0 ? null : text(body, length);
        if (mechanism == null || body.skipBytes(1).readableBytes() < Integer.BYTES) {
            return null;
        }
        int dataLength = body.readInt();
        if (dataLength == NO_DATA && !body.isReadable()) {
            return new InitialResponse(mechanism, null);
        }
        return dataLength == body.readableBytes() ? new InitialResponse(mechanism, bytes(body)) : null;
    }

    /** All that is left, copied. */
    static byte[] bytes(ByteBuf body) {
        byte[] bytes = new byte[body.readableBytes()];
        body.readBytes(bytes);
        return bytes;
    }

    /** For the log: why a login could not have succeeded whatever the client sent. */
    static String whyNobody(@Nullable Credential credential) {
        if (credential == null) {
            return "no such user";
        }
        return credential instanceof Credential.None
                ? "the user has no password"
                : "the stored secret cannot be used with this authentication method";
    }

    private static @Nullable String text(ByteBuf body, int length) {
        byte[] bytes = new byte[length];
        body.readBytes(bytes);
        try {
            // Strict, because the lenient way makes different bytes the same password.
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}

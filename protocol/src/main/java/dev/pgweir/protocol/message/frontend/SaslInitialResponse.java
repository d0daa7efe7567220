package dev.pgweir.protocol.message.frontend;

import dev.pgweir.protocol.FrontendMessageType;
import dev.pgweir.protocol.message.MessageReader;
import dev.pgweir.protocol.message.MessageWriter;
import io.netty.buffer.ByteBuf;
import java.security.MessageDigest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * SASLInitialResponse: the mechanism a client chose.
 *
 * @param data the mechanism's first message; empty where the client sent none, which SCRAM never does
 */
@SuppressWarnings("ArrayRecordComponent") // equals and hashCode look into the array
public record SaslInitialResponse(String mechanism, byte[] data) implements FrontendMessage {
    private static final int NO_DATA = -1;

    public static SaslInitialResponse decode(ByteBuf body) {
        MessageReader in = new MessageReader("SASLInitialResponse", body);
        String mechanism = in.cstring();
        int length = in.int32();
        byte[] data = in.bytes(length == NO_DATA ? 0 : length);
        in.end();
        return new SaslInitialResponse(mechanism, data);
    }

    @Override
    public void encode(ByteBuf out) {
        new MessageWriter(out)
                .begin(FrontendMessageType.PASSWORD)
                .cstring(mechanism)
                .int32(data.length)
                .bytes(data)
                .end();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SaslInitialResponse that
                && mechanism.equals(that.mechanism)
                && MessageDigest.isEqual(data, that.data);
    }

    @Override
    public int hashCode() {
        return 31 * mechanism.hashCode() + Arrays.hashCode(data);
    }

    @Override
    public String toString() {
        return "SaslInitialResponse[mechanism=" + mechanism + ", data=***]";
    }
}

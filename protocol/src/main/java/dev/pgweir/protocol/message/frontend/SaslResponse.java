package dev.pgweir.protocol.message.frontend;

import dev.pgweir.protocol.FrontendMessageType;
import dev.pgweir.protocol.message.MessageReader;
import dev.pgweir.protocol.message.MessageWriter;
import io.netty.buffer.ByteBuf;
import java.security.MessageDigest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** SASLResponse: a further message of the mechanism; for SCRAM the client-final-message. */
@SuppressWarnings("ArrayRecordComponent") // equals and hashCode look into the array
public record SaslResponse(byte[] data) implements FrontendMessage {
    public static SaslResponse decode(ByteBuf body) {
        return new SaslResponse(new MessageReader("SASLResponse", body).rest());
    }

    @Override
    public void encode(ByteBuf out) {
        new MessageWriter(out).begin(FrontendMessageType.PASSWORD).bytes(data).end();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SaslResponse that && MessageDigest.isEqual(data, that.data);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(data);
    }

    @Override
    public String toString() {
        return "SaslResponse[data=***]";
    }
}

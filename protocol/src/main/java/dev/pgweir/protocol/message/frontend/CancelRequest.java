package dev.pgweir.protocol.message.frontend;

import dev.pgweir.protocol.ProtocolVersion;
import dev.pgweir.protocol.message.MessageReader;
import dev.pgweir.protocol.message.MessageWriter;
import io.netty.buffer.ByteBuf;
import java.security.MessageDigest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * CancelRequest: names the session whose query is to be cancelled.
 *
 * @param processId as BackendKeyData gave it
 * @param secret as BackendKeyData gave it: 4 bytes in protocol 3.0, up to 256 from 3.2 on
 */
@SuppressWarnings("ArrayRecordComponent") // equals and hashCode look into the array
public record CancelRequest(int processId, byte[] secret) implements StartupPacket {
    /** Protocol 3.0's length, and the least any version allows. */
    public static final int MIN_SECRET_LENGTH = 4;
    /** The most protocol 3.2 allows. */
    public static final int MAX_SECRET_LENGTH = 256;

    /**
     * Reads what follows the request code.
     *
     * @param body begins behind the request code
     */
    public static CancelRequest decode(ByteBuf body) {
        MessageReader in = new MessageReader("CancelRequest", body);
        int processId = in.int32();
        int length = in.remaining();
        if (length < MIN_SECRET_LENGTH || length > MAX_SECRET_LENGTH) {
            throw in.malformed("a key of " + length + " bytes, " + MIN_SECRET_LENGTH + " to " + MAX_SECRET_LENGTH
                    + " are accepted");
        }
        return new CancelRequest(processId, in.rest());
    }

    @Override
    public void encode(ByteBuf out) {
        new MessageWriter(out)
                .beginUntyped()
                .int32(ProtocolVersion.CANCEL_REQUEST_CODE)
                .int32(processId)
                .bytes(secret)
                .end();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof CancelRequest that
                && processId == that.processId
                && MessageDigest.isEqual(secret, that.secret);
    }

    @Override
    public int hashCode() {
        return 31 * processId + Arrays.hashCode(secret);
    }

    @Override
    public String toString() {
        return "CancelRequest[processId=" + processId + ", secret=***]";
    }
}

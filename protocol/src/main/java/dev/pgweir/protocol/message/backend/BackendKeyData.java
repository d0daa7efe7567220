package dev.pgweir.protocol.message.backend;

import dev.pgweir.protocol.BackendMessageType;
import dev.pgweir.protocol.message.MessageReader;
import dev.pgweir.protocol.message.MessageWriter;
import io.netty.buffer.ByteBuf;
import java.security.MessageDigest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * BackendKeyData: what a CancelRequest for this session has to present.
 *
 * @param processId of the server process
 * @param secret 4 bytes in protocol 3.0, up to 256 from 3.2 on
 */
@SuppressWarnings("ArrayRecordComponent") // equals and hashCode look into the array
public record BackendKeyData(int processId, byte[] secret) implements BackendMessage {
    /** Protocol 3.0's length, and the least any version allows. */
    public static final int MIN_SECRET_LENGTH = 4;
    /** The most protocol 3.2 allows. */
    public static final int MAX_SECRET_LENGTH = 256;

    public static BackendKeyData decode(ByteBuf body) {
        MessageReader in = new MessageReader("BackendKeyData", body);
        int processId = in.int32();
        int length = in.remaining();
        if (length < MIN_SECRET_LENGTH || length > MAX_SECRET_LENGTH) {
            throw in.malformed("a key of " + length + " bytes, " + MIN_SECRET_LENGTH + " to " + MAX_SECRET_LENGTH
                    + " are accepted");
        }
        return new BackendKeyData(processId, in.rest());
    }

    @Override
    public void encode(ByteBuf out) {
        new MessageWriter(out)
                .begin(BackendMessageType.BACKEND_KEY_DATA)
                .int32(processId)
                .bytes(secret)
                .end();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof BackendKeyData that
                && processId == that.processId
                && MessageDigest.isEqual(secret, that.secret);
    }

    @Override
    public int hashCode() {
        return 31 * processId + Arrays.hashCode(secret);
    }

    @Override
    public String toString() {
        return "BackendKeyData[processId=" + processId + ", secret=***]";
    }
}

package dev.pgweir.protocol.message.backend;

import dev.pgweir.protocol.BackendMessageType;
import dev.pgweir.protocol.message.MessageReader;
import dev.pgweir.protocol.message.MessageWriter;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * DataRow: one row of a result in text format.
 *
 * @param values null for NULL
 */
public record DataRow(List<@Nullable String> values) implements BackendMessage {
    private static final int NULL = -1;

    public DataRow {
        values = Collections.unmodifiableList(new ArrayList<>(values));
    }

    public static DataRow of(@Nullable String... values) {
        return new DataRow(Arrays.asList(values));
    }

    public static DataRow decode(ByteBuf body) {
        MessageReader in = new MessageReader("DataRow", body);
        int count = in.count16(Integer.BYTES);
        List<@Nullable String> values = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int length = in.int32();
            values.add(length == NULL ? null : in.text(length));
        }
        in.end();
        return new DataRow(values);
    }

    @Override
    public void encode(ByteBuf out) {
        MessageWriter writer = new MessageWriter(out).begin(BackendMessageType.DATA_ROW);
        writer.int16(values.size());
        for (String value : values) {
            if (value == null) {
                writer.int32(NULL);
            } else {
                writer.text(value);
            }
        }
        writer.end();
    }
}

package dev.pgweir.protocol.message.frontend;

import dev.pgweir.protocol.FrontendMessageType;
import dev.pgweir.protocol.message.MessageReader;
import dev.pgweir.protocol.message.MessageWriter;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/**
 * Parse: prepares a statement.
 *
 * @param statement its name, empty for the unnamed one
 * @param parameterTypes OIDs, 0 where the server is to find out; may be fewer than the query has parameters
 */
public record Parse(String statement, String sql, List<Integer> parameterTypes) implements FrontendMessage {
    public Parse {
        parameterTypes = List.copyOf(parameterTypes);
    }

    public static Parse decode(ByteBuf body) {
        MessageReader in = new MessageReader("Parse", body);
        String statement = in.cstring();
        String sql = in.cstring();
        int count = in.count16(Integer.BYTES);
        List<Integer> types = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            types.add(in.int32());
        }
        in.end();
        return new Parse(statement, sql, types);
    }

    @Override
    public void encode(ByteBuf out) {
        MessageWriter writer = new MessageWriter(out).begin(FrontendMessageType.PARSE);
        writer.cstring(statement).cstring(sql).int16(parameterTypes.size());
        parameterTypes.forEach(writer::int32);
        writer.end();
    }
}

package dev.pgweir.protocol.message.backend;

import dev.pgweir.protocol.BackendMessageType;
import dev.pgweir.protocol.message.MessageReader;
import dev.pgweir.protocol.message.MessageWriter;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/** ParameterDescription: the types (OIDs of pg_type) of a statement's parameters. */
public record ParameterDescription(List<Integer> types) implements BackendMessage {
    public ParameterDescription {
        types = List.copyOf(types);
    }

    public static ParameterDescription decode(ByteBuf body) {
        MessageReader in = new MessageReader("ParameterDescription", body);
        int count = in.count16(Integer.BYTES);
        List<Integer> types = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            types.add(in.int32());
        }
        in.end();
        return new ParameterDescription(types);
    }

    @Override
    public void encode(ByteBuf out) {
        MessageWriter writer = new MessageWriter(out).begin(BackendMessageType.PARAMETER_DESCRIPTION);
        writer.int16(types.size());
        types.forEach(writer::int32);
        writer.end();
    }
}

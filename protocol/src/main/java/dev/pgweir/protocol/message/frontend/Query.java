package dev.pgweir.protocol.message.frontend;

import dev.pgweir.protocol.FrontendMessageType;
import dev.pgweir.protocol.message.MessageReader;
import dev.pgweir.protocol.message.MessageWriter;
import io.netty.buffer.ByteBuf;

/** Query: one or several statements, to be run by the simple protocol. */
public record Query(String sql) implements FrontendMessage {
    public static Query decode(ByteBuf body) {
        MessageReader in = new MessageReader("Query", body);
        Query message = new Query(in.cstring());
        in.end();
        return message;
    }

    @Override
    public void encode(ByteBuf out) {
        new MessageWriter(out).begin(FrontendMessageType.QUERY).cstring(sql).end();
    }
}

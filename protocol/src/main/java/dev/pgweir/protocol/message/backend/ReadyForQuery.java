package dev.pgweir.protocol.message.backend;

import dev.pgweir.protocol.BackendMessageType;
import dev.pgweir.protocol.TransactionStatus;
import dev.pgweir.protocol.message.MessageReader;
import dev.pgweir.protocol.message.MessageWriter;
import io.netty.buffer.ByteBuf;

/** ReadyForQuery: the server waits for the next query cycle. */
public record ReadyForQuery(TransactionStatus status) implements BackendMessage {
    public static ReadyForQuery decode(ByteBuf body) {
        MessageReader in = new MessageReader("ReadyForQuery", body);
        ReadyForQuery message = new ReadyForQuery(TransactionStatus.of(in.int8()));
        in.end();
        return message;
    }

    @Override
    public void encode(ByteBuf out) {
        new MessageWriter(out)
                .begin(BackendMessageType.READY_FOR_QUERY)
                .int8(status.code())
                .end();
    }
}

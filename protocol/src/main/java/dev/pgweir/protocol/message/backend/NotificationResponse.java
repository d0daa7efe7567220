package dev.pgweir.protocol.message.backend;

import dev.pgweir.protocol.BackendMessageType;
import dev.pgweir.protocol.message.MessageReader;
import dev.pgweir.protocol.message.MessageWriter;
import io.netty.buffer.ByteBuf;

/** NotificationResponse: a NOTIFY reached a listening session. {@code processId} is that of the notifying one. */
public record NotificationResponse(int processId, String channel, String payload) implements BackendMessage {
    public static NotificationResponse decode(ByteBuf body) {
        MessageReader in = new MessageReader("NotificationResponse", body);
        NotificationResponse message = new NotificationResponse(in.int32(), in.cstring(), in.cstring());
        in.end();
        return message;
    }

    @Override
    public void encode(ByteBuf out) {
        new MessageWriter(out)
                .begin(BackendMessageType.NOTIFICATION_RESPONSE)
                .int32(processId)
                .cstring(channel)
                .cstring(payload)
                .end();
    }
}

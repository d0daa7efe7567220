package dev.pgweir.protocol.message.backend;

import dev.pgweir.protocol.BackendMessageType;
import dev.pgweir.protocol.message.MessageWriter;
import io.netty.buffer.ByteBuf;

/** The messages of a server that have no body. */
public enum EmptyBackendMessage implements BackendMessage {
    BIND_COMPLETE(BackendMessageType.BIND_COMPLETE),
    CLOSE_COMPLETE(BackendMessageType.CLOSE_COMPLETE),
    EMPTY_QUERY_RESPONSE(BackendMessageType.EMPTY_QUERY_RESPONSE),
    NO_DATA(BackendMessageType.NO_DATA),
    PARSE_COMPLETE(BackendMessageType.PARSE_COMPLETE),
    PORTAL_SUSPENDED(BackendMessageType.PORTAL_SUSPENDED);

    private final byte type;

    EmptyBackendMessage(byte type) {
        this.type = type;
    }

    @Override
    public void encode(ByteBuf out) {
        new MessageWriter(out).begin(type).end();
    }
}

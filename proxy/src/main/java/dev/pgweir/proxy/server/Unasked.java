package dev.pgweir.proxy.server;

import dev.pgweir.protocol.BackendMessageType;
import dev.pgweir.protocol.ProtocolException;
import dev.pgweir.protocol.frame.FrameScanner;
import io.netty.buffer.ByteBuf;

/** Messages that PostgreSQL may send unasked: notices and notifications, at any time. Nothing else is. */
public final class Unasked {
    private Unasked() {}

    private static boolean is(byte type) {
        return type == BackendMessageType.NOTICE_RESPONSE || type == BackendMessageType.NOTIFICATION_RESPONSE;
    }

    /** Whether the buffer has nothing but whole messages of this kind. */
    public static boolean isAll(ByteBuf data) {
        int at = data.readerIndex();
        int end = data.writerIndex();
        while (end - at >= FrameScanner.HEADER_LENGTH && is(data.getByte(at))) {
            int length = data.getInt(at + 1);
            if (length < Integer.BYTES || length > end - at - 1) {
                break;
            }
            at += length + 1;
        }
        return at == end;
    }

    /**
     * Looks at an event of messages that are of no interest.
     *
     * @param rest how many bytes at the beginning belong to a message whose header was seen before
     * @throws ProtocolException if another message is among them
     */
    static void require(FrameScanner scanner, int rest) {
        ByteBuf bytes = scanner.buffer();
        long next = (long) scanner.from() + rest;
        while (next < scanner.to()) {
            int at = (int) next;
            byte type = bytes.getByte(at);
            if (!is(type)) {
                throw ProtocolException.violation("unexpected message " + BackendMessageType.name(type));
            }
            next += bytes.getInt(at + 1) + 1L;
        }
    }
}

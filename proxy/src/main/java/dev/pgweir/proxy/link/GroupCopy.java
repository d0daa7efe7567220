package dev.pgweir.proxy.link;

import dev.pgweir.protocol.FrontendMessageType;
import dev.pgweir.protocol.frame.FrameScanner;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * What a client sent in a group of the extended protocol, as the server got it, so that it can be sent once more. Kept for
 * clients with named statements only, and for short groups only.
 */
final class GroupCopy {
    /** More than the groups of ordinary queries; a bulk insert is not worth a copy, and no more is kept per client. */
    private static final int MAX_BYTES = 16 * 1024;

    /** Kept between transactions: a group's usual size. */
    private static final int USUAL_BYTES = 1024;

    private ByteBuf bytes = Unpooled.EMPTY_BUFFER;
    private boolean active;
    private boolean executed;
    private boolean described;
    private boolean tried;

    /** A group begins. */
    void begin() {
        active = true;
        executed = false;
        described = false;
        tried = false;
        if (bytes.capacity() == 0 || bytes.capacity() > USUAL_BYTES) {
            bytes = Unpooled.buffer(USUAL_BYTES / 4, MAX_BYTES);
        }
        bytes.clear();
    }

    /** It is not worth it, or over. */
    void end() {
        active = false;
    }

    boolean isActive() {
        return active;
    }

    /** Bytes were sent. */
    void add(ByteBuf data) {
        if (data.readableBytes() > MAX_BYTES - bytes.writerIndex()) {
            active = false;
        } else {
            bytes.writeBytes(data, data.readerIndex(), data.readableBytes());
        }
    }

    /** A message of the client was sent. */
    void sent(byte type) {
        // Whoever prepares or asks for the description does not rely on an old one.
        described |= type == FrontendMessageType.DESCRIBE || type == FrontendMessageType.PARSE;
    }

    /** One of its Executes was answered. */
    void executed() {
        executed = true;
    }

    /** Whether it can be sent once more. */
    boolean isRepeatable() {
        return active && !executed && !tried && isWhole();
    }

    /** Nothing can be said to the server in the middle of a message. */
    private boolean isWhole() {
        int at = 0;
        while (bytes.writerIndex() - at >= FrameScanner.HEADER_LENGTH) {
            at = next(at);
        }
        return at == bytes.writerIndex();
    }

    /** Whether the client will learn the result's columns from the answers. */
    boolean isDescribed() {
        return described;
    }

    /** The last messages of it, of those that are answered; it is not sent a third time. */
    ByteBuf last(int messages) {
        tried = true;
        int skip = count() - messages;
        int at = 0;
        while (skip > 0) {
            skip -= isAnswered(at) ? 1 : 0;
            at = next(at);
        }
        return bytes.slice(at, bytes.writerIndex() - at);
    }

    private int count() {
        int count = 0;
        for (int at = 0; at < bytes.writerIndex(); at = next(at)) {
            count += isAnswered(at) ? 1 : 0;
        }
        return count;
    }

    private boolean isAnswered(int at) {
        byte type = bytes.getByte(at);
        // Copy data in a group that has no COPY are dropped.
        return type != FrontendMessageType.FLUSH && type != FrontendMessageType.COPY_DATA;
    }

    private int next(int at) {
        return at + FrameScanner.HEADER_LENGTH - Integer.BYTES + bytes.getInt(at + 1);
    }
}

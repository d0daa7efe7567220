package dev.pgweir.proxy.client;

import dev.pgweir.protocol.frame.FrameScanner;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a client has sent that cannot be passed on yet: a message that waits for a server or for answers, the rest of the
 * buffer it stands in, and what was read behind it. On the client's loop.
 */
final class Backlog {
    /**
     * How many bytes are kept behind the message that waits; then the client is not read any more. Not 0, because a channel that is
     * read is the only one that reports on every transport that its client has left the queue.
     */
    private static final int MAX_BYTES = 64 * 1024;

    /** The buffer of the message that waits; null if none does. */
    private @Nullable ByteBuf buffer;
    /** The header or message itself, if it does not stand in {@link #buffer}. */
    private @Nullable ByteBuf split;

    private int event;
    private byte type;
    private int from;

    /** What was read behind it; null as long as nothing ever was. */
    private @Nullable ArrayDeque<ByteBuf> behind;

    private int bytesBehind;

    // ---- the message that waits ----

    /** Keeps the buffer, from the message on that was just seen. Takes it over. */
    void stall(int ofEvent, ByteBuf data, FrameScanner scanner) {
        buffer = data;
        event = ofEvent;
        type = scanner.type();
        if (scanner.isSplit()) {
            from = 0;
            split = scanner.buffer().retainedSlice(scanner.from(), scanner.to() - scanner.from());
        } else {
            from = scanner.from();
        }
    }

    /** Whether a message waits. */
    boolean isStalled() {
        return buffer != null;
    }

    /** {@link FrameScanner#HEADER} or {@link FrameScanner#MESSAGE}. */
    int event() {
        return event;
    }

    byte type() {
        return type;
    }

    /** Where it stands. */
    ByteBuf message() {
        return split == null ? Objects.requireNonNull(buffer) : split;
    }

    /** Where in {@link #message} it begins. */
    int from() {
        return from;
    }

    /** Where in {@link #message} it ends. */
    int to() {
        return split == null ? Objects.requireNonNull(buffer).readerIndex() : split.writerIndex();
    }

    /** The message, if it stands in a buffer of its own; null if it stands in that of {@link #takeBuffer}. It is the caller's. */
    @Nullable
    ByteBuf takeSplit() {
        ByteBuf taken = split;
        split = null;
        return taken;
    }

    /** Its buffer; the message does not wait any more. It is the caller's. */
    ByteBuf takeBuffer() {
        ByteBuf taken = Objects.requireNonNull(buffer);
        buffer = null;
        return taken;
    }

    // ---- what was read behind it ----

    /**
     * Keeps a buffer. Takes it over.
     *
     * @return whether no more should be read
     */
    boolean add(ByteBuf data) {
        if (behind == null) {
            behind = new ArrayDeque<>(1);
        }
        behind.add(data);
        bytesBehind += data.readableBytes();
        return bytesBehind > MAX_BYTES;
    }

    /** The next of these, if no message waits; else null. It is the caller's. */
    @Nullable
    ByteBuf next() {
        return buffer == null && behind != null ? behind.poll() : null;
    }

    /** Nothing waits any more. */
    void isThrough() {
        bytesBehind = 0;
    }

    /** Whether nothing is kept. */
    boolean isEmpty() {
        return buffer == null && (behind == null || behind.isEmpty());
    }

    void release() {
        if (buffer != null) {
            buffer.release();
            buffer = null;
        }
        if (split != null) {
            split.release();
            split = null;
        }
        if (behind != null) {
            behind.forEach(ByteBuf::release);
            behind.clear();
        }
    }
}

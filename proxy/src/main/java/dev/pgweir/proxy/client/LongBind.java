package dev.pgweir.proxy.client;

import dev.pgweir.protocol.ProtocolException;
import dev.pgweir.protocol.frame.FrameScanner;
import dev.pgweir.proxy.link.Preparer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The names of portal and statement in a Bind that is too long to be read whole: kept until both are there, as no more of it
 * is looked at. On the client's loop.
 */
final class LongBind {
    /** Header and names, while they are not complete. */
    private @Nullable ByteBuf names;
    /** How many names are complete. */
    private int complete;

    /** Whether names are still to come. */
    boolean isOpen() {
        return names != null;
    }

    /** Such a Bind begins; its header stands at {@code from}. */
    void begin(ByteBufAllocator alloc, ByteBuf buffer, int from) {
        names = alloc.buffer(256, FrameScanner.HEADER_LENGTH + Preparer.MAX_NAMES)
                .writeBytes(buffer, from, FrameScanner.HEADER_LENGTH);
        complete = 0;
    }

    /**
     * The body goes on.
     *
     * @return where the names end; negative if that is still to come
     */
    int add(ByteBuf body, int from, int to) {
        ByteBuf into = Objects.requireNonNull(names);
        int at = from;
        while (at < to && complete < 2) {
            if (!into.isWritable() && into.writerIndex() == into.maxCapacity()) {
                throw ProtocolException.violation(
                        "the names of a Bind are too long: accepted are " + Preparer.MAX_NAMES + " bytes");
            }
            byte next = body.getByte(at++);
            into.writeByte(next);
            complete += next == 0 ? 1 : 0;
        }
        return complete < 2 ? -1 : at;
    }

    /** Header and names, which are complete. They are the caller's. */
    ByteBuf take() {
        ByteBuf all = Objects.requireNonNull(names);
        names = null;
        return all;
    }

    /** Nobody wants it any more. */
    void drop() {
        if (names != null) {
            names.release();
            names = null;
        }
    }
}

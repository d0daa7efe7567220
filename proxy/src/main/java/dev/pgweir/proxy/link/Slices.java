package dev.pgweir.proxy.link;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * What of a read buffer is passed on. Bytes that stand together leave as one slice, and a buffer of which everything is
 * passed on leaves as itself. One for each direction of a client, as the buffers of a direction come one after the other.
 */
public final class Slices {
    /** Where the buffer at hand began. */
    private int first;
    /** What is kept and has not been taken stands from here… */
    private int from;
    /** …to here. */
    private int to;

    /**
     * Another buffer is read.
     *
     * @param at where it begins
     * @param keptTo up to where it is passed on in any case; {@code at} if nothing is
     */
    public void begin(int at, int keptTo) {
        first = at;
        from = at;
        to = keptTo;
    }

    /**
     * These bytes, which stand behind all that was kept before, are passed on.
     *
     * @return what has to be sent before them; null for nothing. It is the caller's
     */
    public @Nullable ByteBuf keep(ByteBuf data, int keepFrom, int keepTo) {
        ByteBuf earlier = null;
        if (keepFrom != to) {
            earlier = take(data);
            from = keepFrom;
        }
        to = keepTo;
        return earlier;
    }

    /** What was kept and not taken; null for nothing. It is the caller's. */
    public @Nullable ByteBuf take(ByteBuf data) {
        ByteBuf slice = to > from ? data.retainedSlice(from, to - from) : null;
        from = to;
        return slice;
    }

    /** What was kept from here on is not passed on after all. */
    void dropFrom(int index) {
        to = Math.max(from, Math.min(to, index));
    }

    /** Whether the buffer can be sent as it is, from where it began. */
    public boolean isWhole(ByteBuf data) {
        return from == first && to == data.writerIndex() && to > from;
    }

    /** Where the buffer began. */
    public int first() {
        return first;
    }
}

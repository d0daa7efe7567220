package dev.pgweir.proxy.count;

import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/**
 * A count for each constant of an enum. Any thread.
 *
 * @param <E> the enum
 */
public final class EnumCounts<E extends Enum<E>> {
    private final LongAdder[] counts;

    public EnumCounts(Class<E> type) {
        counts = Stream.generate(LongAdder::new)
                .limit(type.getEnumConstants().length)
                .toArray(LongAdder[]::new);
    }

    /** Counts one. */
    public void add(E what) {
        counts[place(what)].increment();
    }

    /** Where the count of a constant is among those that are copied. */
    @SuppressWarnings("EnumOrdinal") // Within one process nothing else depends on the order.
    public static int place(Enum<?> what) {
        return what.ordinal();
    }

    /**
     * Copies the counts, in the order of the constants.
     *
     * @param to has as many places as there are constants from {@code at} on
     */
    public void copyTo(long[] to, int at) {
        for (int i = 0; i < counts.length; i++) {
            to[at + i] = counts[i].sum();
        }
    }
}

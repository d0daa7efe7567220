package dev.pgweir.proxy.count;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Errors by the class of their SQLSTATE, its first two characters (PostgreSQL, Appendix A). Classes that PostgreSQL does not
 * document share one count, so a server that makes codes up cannot fill the memory. Any thread.
 */
public final class ErrorClasses {
    /** The name of the last one. */
    public static final String OTHER = "other";

    /** All of them, in the order of {@link #copyTo}. */
    public static final List<String> CLASSES = List.of(
            "00", "01", "02", "03", "08", "09", "0A", "0B", "0F", "0L", "0P", "0Z", "10", "20", "21", "22", "23", "24",
            "25", "26", "27", "28", "2B", "2D", "2F", "34", "38", "39", "3B", "3D", "3F", "40", "42", "44", "53", "54",
            "55", "57", "58", "72", "F0", "HV", "P0", "XX", OTHER);

    private static final Map<String, Integer> PLACES =
            IntStream.range(0, CLASSES.size()).boxed().collect(Collectors.toUnmodifiableMap(CLASSES::get, i -> i));

    private final LongAdder[] counts =
            Stream.generate(LongAdder::new).limit(CLASSES.size()).toArray(LongAdder[]::new);

    /** Counts an error. */
    public void add(String sqlState) {
        String start = sqlState.length() == 5 ? sqlState.substring(0, 2) : OTHER;
        counts[PLACES.getOrDefault(start, CLASSES.size() - 1)].increment();
    }

    /**
     * Copies the counts.
     *
     * @param to has as many places as there are {@link #CLASSES} from {@code at} on
     */
    public void copyTo(long[] to, int at) {
        for (int i = 0; i < counts.length; i++) {
            to[at + i] = counts[i].sum();
        }
    }
}

package dev.pgweir.proxy.log;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one cause from flooding the log: of lines of the same kind the first few of each period are written, the others
 * are counted, and the count is written. A client that retries in a loop, or a server that is down under a thousand
 * clients, otherwise fills the disk.
 *
 * <p>Decides only; it neither writes nor reads a clock. Any thread may use it; it locks for a map access.
 */
public final class RateLimitedLog {

    /** Kinds are few (reasons, limits, servers); where a peer's input has made them many, the rest share one count. */
    private static final int MAX_KINDS = 500;

    private static final String OTHER_KINDS = "of various kinds";

    private static final class Window {
        private final long startNanos;
        private int written;
        private long leftOut;

        Window(long startNanos) {
            this.startNanos = startNanos;
        }
    }

    private final int linesPerPeriod;
    private final Duration period;
    private final Map<String, Window> windows = new LinkedHashMap<>();

    /**
     * @param linesPerPeriod at least 1
     * @param period longer than zero
     */
    public RateLimitedLog(int linesPerPeriod, Duration period) {
        if (linesPerPeriod < 1 || period.isZero() || period.isNegative()) {
            throw new IllegalArgumentException("at least 1 line in more than no time");
        }
        this.linesPerPeriod = linesPerPeriod;
        this.period = period;
    }

    /**
     * The line to write now: {@code text}, with what has been left out before it, or null if this one is only counted.
     *
     * @param kind what makes lines the same, for instance a reason without names and addresses
     * @param nowNanos as {@link System#nanoTime()}
     */
    public synchronized @Nullable String admit(String kind, String text, long nowNanos) {
        String key = windows.containsKey(kind) || windows.size() < MAX_KINDS ? kind : OTHER_KINDS;
        Window window = windows.get(key);
        String line = text;
        if (window == null || isOver(window, nowNanos)) {
            if (window != null && window.leftOut > 0) {
                line = text + " (" + window.leftOut + " lines like this were left out)";
            }
            window = new Window(nowNanos);
            windows.put(key, window);
        }
        if (window.written < linesPerPeriod) {
            window.written++;
            return line;
        }
        window.leftOut++;
        return null;
    }

    /**
     * The lines to write about floods that have ended, one for each kind; forgets all kinds whose period is over. To be
     * called now and then, or the last count of a flood is written only when the next one comes.
     *
     * @param nowNanos as {@link System#nanoTime()}
     */
    public synchronized List<String> sweep(long nowNanos) {
        List<String> lines = new ArrayList<>();
        for (Iterator<Map.Entry<String, Window>> i = windows.entrySet().iterator(); i.hasNext(); ) {
            Map.Entry<String, Window> entry = i.next();
            Window window = entry.getValue();
            if (isOver(window, nowNanos)) {
                if (window.leftOut > 0) {
                    lines.add(window.leftOut + " lines left out: " + entry.getKey());
                }
                i.remove();
            }
        }
        return lines;
    }

    private boolean isOver(Window window, long nowNanos) {
        return nowNanos - window.startNanos >= period.toNanos();
    }
}

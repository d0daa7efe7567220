package dev.pgweir.proxy;

import dev.pgweir.proxy.admin.Counters;
import dev.pgweir.proxy.admin.StatsRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Totals by database, and their averages. As with PgBouncer an average reaches back to the beginning of the last full
 * {@code stats_period}, so it is taken over one to two periods: right after the end of one it does not begin at nothing. For
 * any thread.
 */
final class StatsAverages {
    private static final Logger LOG = LoggerFactory.getLogger(StatsAverages.class);

    /** PgBouncer begins as if the first period had begun this long before. */
    private static final long HEAD_START_NANOS = 1_000_000_000L;

    private final Supplier<Map<String, Counters>> totals;
    private final BooleanSupplier logged;
    private final LongSupplier nanoTime;

    /** The totals at a moment. */
    private record Mark(Map<String, Counters> totals, long nanos) {}

    /** Where averages begin, and where they will begin at the end of the period. Replaced as a whole. */
    private record Marks(Mark older, Mark newer) {}

    private volatile Marks marks;

    /**
     * @param totals by database, since the start
     * @param logged setting {@code log_stats} at the moment
     * @param nanoTime a clock like {@link System#nanoTime}
     */
    StatsAverages(Supplier<Map<String, Counters>> totals, BooleanSupplier logged, LongSupplier nanoTime) {
        this.totals = totals;
        this.logged = logged;
        this.nanoTime = nanoTime;
        long now = nanoTime.getAsLong();
        this.marks = new Marks(new Mark(Map.of(), now - HEAD_START_NANOS), new Mark(Map.of(), now));
    }

    /** The end of a period. Called by one thread. */
    void periodEnded() {
        Mark now = new Mark(totals.get(), nanoTime.getAsLong());
        Mark before = marks.newer;
        marks = new Marks(before, now);
        if (logged.getAsBoolean()) {
            Counters all = sum(now.totals).averageSince(sum(before.totals), micros(before, now.nanos));
            LOG.info(line(all));
        }
    }

    /** The line of the log, in PgBouncer's words. */
    static String line(Counters average) {
        return "stats: " + average.transactions() + " xacts/s, " + average.queries() + " queries/s, "
                + average.clientParses() + " client parses/s, " + average.serverParses() + " server parses/s, "
                + average.binds() + " binds/s, in " + average.bytesReceived() + " B/s, out " + average.bytesSent()
                + " B/s, xact " + average.transactionTime() + " us, query " + average.queryTime() + " us, wait "
                + average.waitTime() + " us";
    }

    /** By database name. */
    List<StatsRow> rows() {
        Mark since = marks.older;
        long micros = micros(since, nanoTime.getAsLong());
        List<StatsRow> rows = new ArrayList<>();
        totals.get()
                .forEach((database, total) -> rows.add(new StatsRow(
                        database,
                        total,
                        total.averageSince(since.totals.getOrDefault(database, Counters.ZERO), micros))));
        return rows;
    }

    /** The sum of all databases. */
    StatsRow sum() {
        Mark since = marks.older;
        Counters total = sum(totals.get());
        return new StatsRow("", total, total.averageSince(sum(since.totals), micros(since, nanoTime.getAsLong())));
    }

    private static long micros(Mark since, long now) {
        return (now - since.nanos) / 1000;
    }

    private static Counters sum(Map<String, Counters> totals) {
        return totals.values().stream().reduce(Counters.ZERO, Counters::plus);
    }
}

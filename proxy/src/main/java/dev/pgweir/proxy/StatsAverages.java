package dev.pgweir.proxy;

import dev.pgweir.proxy.admin.Counters;
import dev.pgweir.proxy.admin.StatsRow;
import dev.pgweir.proxy.link.DatabasePools;
import dev.pgweir.proxy.pool.Pool;
import dev.pgweir.proxy.pool.PoolStats;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Totals by database, and their averages over the last full {@code stats_period}. For any thread. */
final class StatsAverages {
    private static final Logger LOG = LoggerFactory.getLogger(StatsAverages.class);

    private final DatabasePools pools;
    private final BooleanSupplier logged;

    /** What is compared; replaced as a whole at the end of each period. */
    private record Period(Map<String, Counters> atItsEnd, Map<String, Counters> averages, long endNanos) {}

    private volatile Period last = new Period(Map.of(), Map.of(), System.nanoTime());

    /**
     * @param logged setting {@code log_stats}
     */
    StatsAverages(DatabasePools pools, BooleanSupplier logged) {
        this.pools = pools;
        this.logged = logged;
    }

    /** The end of a period. Called by one thread. */
    void periodEnded() {
        Period before = last;
        long now = System.nanoTime();
        long micros = (now - before.endNanos) / 1000;
        Map<String, Counters> totals = totals();
        Map<String, Counters> averages = new TreeMap<>();
        Counters sum = Counters.ZERO;
        Counters sumBefore = Counters.ZERO;
        for (Map.Entry<String, Counters> entry : totals.entrySet()) {
            Counters earlier = before.atItsEnd.getOrDefault(entry.getKey(), Counters.ZERO);
            averages.put(entry.getKey(), entry.getValue().averageSince(earlier, micros));
            sum = sum.plus(entry.getValue());
            sumBefore = sumBefore.plus(earlier);
        }
        last = new Period(totals, averages, now);
        if (logged.getAsBoolean()) {
            Counters all = sum.averageSince(sumBefore, micros);
            LOG.info(
                    "stats: {} xacts/s, {} queries/s, {} server assignments/s, in {} B/s, out {} B/s, xact {} us,"
                            + " query {} us, wait {} us",
                    all.transactions(),
                    all.queries(),
                    all.serverAssignments(),
                    all.bytesReceived(),
                    all.bytesSent(),
                    all.transactionTime(),
                    all.queryTime(),
                    all.waitTime());
        }
    }

    /** By database name. */
    List<StatsRow> rows() {
        Period period = last;
        List<StatsRow> rows = new ArrayList<>();
        totals().forEach((database, total) ->
                rows.add(new StatsRow(database, total, period.averages.getOrDefault(database, Counters.ZERO))));
        return rows;
    }

    private Map<String, Counters> totals() {
        Map<String, Counters> totals = new TreeMap<>();
        for (Pool pool : pools.pools().pools()) {
            totals.merge(pool.key().database(), counters(pool.stats()), Counters::plus);
        }
        return totals;
    }

    private static Counters counters(PoolStats stats) {
        return new Counters(
                stats.serverAssignmentCount(),
                stats.xactCount().sum(),
                stats.queryCount().sum(),
                stats.bytesReceived().sum(),
                stats.bytesSent().sum(),
                stats.xactTime().sum(),
                stats.queryTime().sum(),
                stats.waitTime().sum(),
                stats.clientParseCount().sum(),
                stats.serverParseCount().sum(),
                stats.bindCount().sum(),
                stats.clientLoginCount().sum());
    }
}

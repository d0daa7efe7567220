package dev.pgweir.proxy;

import dev.pgweir.proxy.admin.ConsoleActivity;
import dev.pgweir.proxy.admin.Counters;
import dev.pgweir.proxy.link.DatabasePools;
import dev.pgweir.proxy.pool.Pool;
import dev.pgweir.proxy.pool.PoolStats;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** The totals of all pools by database, and those of the console. For any thread. */
final class DatabaseTotals implements Supplier<Map<String, Counters>> {
    private final DatabasePools pools;
    private final ConsoleActivity console;

    DatabaseTotals(DatabasePools pools, ConsoleActivity console) {
        this.pools = pools;
        this.console = console;
    }

    @Override
    public Map<String, Counters> get() {
        Map<String, Counters> totals = new TreeMap<>();
        for (Pool pool : pools.pools().pools()) {
            totals.merge(pool.key().database(), counters(pool.stats()), Counters::plus);
        }
        totals.put(ConsoleSource.CONSOLE, console.counters());
        return totals;
    }

    private static Counters counters(PoolStats stats) {
        return new Counters(
                stats.serverAssignmentCount(),
                stats.xactTimes().count(),
                stats.queryTimes().count(),
                stats.bytesReceived().sum(),
                stats.bytesSent().sum(),
                stats.xactTimes().sumMicros(),
                stats.queryTimes().sumMicros(),
                stats.waitTimes().sumMicros(),
                stats.clientParseCount().sum(),
                stats.serverParseCount().sum(),
                stats.bindCount().sum(),
                stats.clientLoginCount().sum());
    }
}

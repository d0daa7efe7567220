package dev.pgweir.proxy;

import dev.pgweir.proxy.client.ActivePhase;
import dev.pgweir.proxy.client.ClientCounts;
import dev.pgweir.proxy.client.ClientSession;
import dev.pgweir.proxy.client.Clients;
import dev.pgweir.proxy.count.EnumCounts;
import dev.pgweir.proxy.pool.Pool;
import dev.pgweir.proxy.pool.PoolSnapshot;
import dev.pgweir.proxy.pool.Pools;
import dev.pgweir.proxy.server.DisconnectReason;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A line now and then about what goes on (setting {@code log_activity_period}). One thread. */
final class ActivityLog {
    private static final Logger LOG = LoggerFactory.getLogger(ActivityLog.class);

    private static final List<DisconnectReason> OTHER_TIMEOUTS = List.of(
            DisconnectReason.QUERY_TIMEOUT,
            DisconnectReason.TRANSACTION_TIMEOUT,
            DisconnectReason.IDLE_TRANSACTION_TIMEOUT,
            DisconnectReason.CLIENT_IDLE_TIMEOUT,
            DisconnectReason.CLIENT_LOGIN_TIMEOUT);

    private final Supplier<Duration> period;
    private final Pools pools;
    private final Clients clients;
    private final LongSupplier nanoTime;
    private long since;
    private Totals before;

    /** What has happened since the start. */
    private record Totals(long queries, long waitTimeouts, long otherTimeouts) {}

    /**
     * @param period zero: no line
     * @param nanoTime a clock like {@link System#nanoTime}
     */
    ActivityLog(Supplier<Duration> period, Pools pools, Clients clients, LongSupplier nanoTime) {
        this.period = period;
        this.pools = pools;
        this.clients = clients;
        this.nanoTime = nanoTime;
        this.since = nanoTime.getAsLong();
        this.before = totals();
    }

    /** Writes the line if it is time to; to be called about once a second. */
    void tick() {
        long now = nanoTime.getAsLong();
        long nanos = period.get().toNanos();
        if (nanos > 0 && now - since < nanos) {
            return;
        }
        Totals totals = totals();
        if (nanos > 0) {
            write(totals, now - since);
        }
        since = now;
        before = totals;
    }

    private void write(Totals totals, long nanos) {
        long linked = 0;
        long waiting = 0;
        long connected = 0;
        long servers = 0;
        double longest = 0;
        for (PoolSnapshot pool : pools.snapshot()) {
            linked += pool.clientsLinked();
            waiting += pool.clientsWaiting();
            connected += pool.clientsConnected();
            servers += pool.servers();
            longest = Math.max(longest, pool.maxWaitNanos() / 1e9);
        }
        long idle = clients.sessions().stream()
                .map(ClientSession::active)
                .filter(active -> active != null && isIdleInTransaction(active))
                .count();
        long active = Math.max(0, linked - idle);
        // The total of a pool that is gone is gone too.
        long queries = Math.max(0, totals.queries - before.queries) * TimeUnit.MINUTES.toNanos(1) / Math.max(1, nanos);
        long waitTimeouts = totals.waitTimeouts - before.waitTimeouts;
        long otherTimeouts = totals.otherTimeouts - before.otherTimeouts;
        String wait = String.format(Locale.ROOT, "%.1f", longest);
        LOG.atInfo()
                .addKeyValue("active_queries", active)
                .addKeyValue("idle_in_transaction", idle)
                .addKeyValue("waiting", waiting)
                .addKeyValue("longest_wait_seconds", longest)
                .addKeyValue("query_wait_timeouts", waitTimeouts)
                .addKeyValue("other_timeouts", otherTimeouts)
                .addKeyValue("queries_per_minute", queries)
                .addKeyValue("clients", connected)
                .addKeyValue("server_connections", servers)
                .log("activity: " + active + " active queries, " + idle + " idle in transaction, " + waiting
                        + " waiting (longest " + wait + " s), " + waitTimeouts + " waits timed out, " + otherTimeouts
                        + " other timeouts, " + queries + " queries per minute, " + connected + " clients, " + servers
                        + " server connections");
    }

    private static boolean isIdleInTransaction(ActivePhase active) {
        return active.idleInTransactionSince() != 0;
    }

    private Totals totals() {
        long queries = 0;
        for (Pool pool : pools.pools()) {
            queries += pool.stats().queryTimes().count();
        }
        long waits = 0;
        long others = 0;
        long[] reasons = new long[DisconnectReason.values().length];
        for (ClientCounts counts : clients.counts()) {
            counts.disconnects().copyTo(reasons, 0);
            waits += reasons[EnumCounts.place(DisconnectReason.QUERY_WAIT_TIMEOUT)];
            for (DisconnectReason timeout : OTHER_TIMEOUTS) {
                others += reasons[EnumCounts.place(timeout)];
            }
        }
        return new Totals(queries, waits, others);
    }
}

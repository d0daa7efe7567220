package dev.pgweir.proxy.metrics;

import dev.pgweir.proxy.count.ErrorClasses;
import dev.pgweir.proxy.count.TimeHistogram;
import dev.pgweir.proxy.pool.PoolStats;
import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.LoginFailure;
import java.util.List;
import java.util.function.ToLongFunction;

/** Everything that is counted of a pool, in one array, so that it can be added and subtracted as a whole. */
final class PoolTotals {
    /** A counter without labels of its own. */
    record Plain(Family family, ToLongFunction<PoolStats> value) {}

    static final List<Plain> PLAIN = List.of(
            new Plain(
                    Family.CLIENT_LOGINS_TOTAL,
                    stats -> stats.clientLoginCount().sum()),
            new Plain(Family.SERVER_ASSIGNMENTS_TOTAL, PoolStats::serverAssignmentCount),
            new Plain(Family.TRANSACTIONS_TOTAL, stats -> stats.xactTimes().count()),
            new Plain(Family.QUERIES_TOTAL, stats -> stats.queryTimes().count()),
            new Plain(
                    Family.RECEIVED_BYTES_TOTAL, stats -> stats.bytesReceived().sum()),
            new Plain(Family.SENT_BYTES_TOTAL, stats -> stats.bytesSent().sum()),
            new Plain(Family.PREPARED_BINDS_TOTAL, stats -> stats.bindCount().sum()),
            new Plain(
                    Family.PREPARED_CLIENT_PARSES_TOTAL,
                    stats -> stats.clientParseCount().sum()),
            new Plain(
                    Family.PREPARED_SERVER_PARSES_TOTAL,
                    stats -> stats.serverParseCount().sum()),
            new Plain(Family.SERVER_ASSIGNMENTS_ACROSS_LOOPS_TOTAL, PoolStats::acrossLoopsCount));

    static final int WAITS = PLAIN.size();
    static final int QUERIES = WAITS + TimeHistogram.LENGTH;
    static final int TRANSACTIONS = QUERIES + TimeHistogram.LENGTH;
    static final int CONNECTS = TRANSACTIONS + TimeHistogram.LENGTH;
    static final int ERRORS = CONNECTS + TimeHistogram.LENGTH;
    static final int DISCONNECTS = ERRORS + ErrorClasses.CLASSES.size();
    static final int LOGIN_FAILURES = DISCONNECTS + DisconnectReason.values().length;
    static final int LENGTH = LOGIN_FAILURES + LoginFailure.Kind.values().length;

    private PoolTotals() {}

    static long[] of(PoolStats stats) {
        long[] all = new long[LENGTH];
        for (int i = 0; i < PLAIN.size(); i++) {
            all[i] = PLAIN.get(i).value().applyAsLong(stats);
        }
        stats.waitTimes().copyTo(all, WAITS);
        stats.queryTimes().copyTo(all, QUERIES);
        stats.xactTimes().copyTo(all, TRANSACTIONS);
        stats.connectTimes().copyTo(all, CONNECTS);
        stats.errors().copyTo(all, ERRORS);
        stats.disconnects().copyTo(all, DISCONNECTS);
        stats.loginFailures().copyTo(all, LOGIN_FAILURES);
        return all;
    }
}

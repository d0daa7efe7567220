package dev.pgweir.proxy.admin;

/**
 * What is counted for a database, PgBouncer's columns in order. Bytes are bytes, times are microseconds.
 *
 * @param waitTime that clients waited for a server
 */
public record Counters(
        long serverAssignments,
        long transactions,
        long queries,
        long bytesReceived,
        long bytesSent,
        long transactionTime,
        long queryTime,
        long waitTime,
        long clientParses,
        long serverParses,
        long binds,
        long clientLogins) {
    /** Nothing has happened yet. */
    public static final Counters ZERO = new Counters(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** Both together. */
    public Counters plus(Counters other) {
        return new Counters(
                serverAssignments + other.serverAssignments,
                transactions + other.transactions,
                queries + other.queries,
                bytesReceived + other.bytesReceived,
                bytesSent + other.bytesSent,
                transactionTime + other.transactionTime,
                queryTime + other.queryTime,
                waitTime + other.waitTime,
                clientParses + other.clientParses,
                serverParses + other.serverParses,
                binds + other.binds,
                clientLogins + other.clientLogins);
    }

    /**
     * What has happened since {@code before}, as PgBouncer averages it: counts and bytes per second, times per
     * transaction, per query and per assignment of a server.
     *
     * @param micros length of the period
     */
    public Counters averageSince(Counters before, long micros) {
        // Totals of a pool that is gone are gone too; nothing has happened less than not at all.
        long assignments = Math.max(0, serverAssignments - before.serverAssignments);
        return new Counters(
                perSecond(assignments, micros),
                perSecond(transactions - before.transactions, micros),
                perSecond(queries - before.queries, micros),
                perSecond(bytesReceived - before.bytesReceived, micros),
                perSecond(bytesSent - before.bytesSent, micros),
                share(transactionTime - before.transactionTime, transactions - before.transactions),
                share(queryTime - before.queryTime, queries - before.queries),
                share(waitTime - before.waitTime, assignments),
                perSecond(clientParses - before.clientParses, micros),
                perSecond(serverParses - before.serverParses, micros),
                perSecond(binds - before.binds, micros),
                perSecond(clientLogins - before.clientLogins, micros));
    }

    /** In the order of the columns. */
    long[] values() {
        return new long[] {
            serverAssignments,
            transactions,
            queries,
            bytesReceived,
            bytesSent,
            transactionTime,
            queryTime,
            waitTime,
            clientParses,
            serverParses,
            binds,
            clientLogins
        };
    }

    private static long perSecond(long count, long micros) {
        // Rounded down, as PgBouncer does.
        return micros <= 0 || count < 0 ? 0 : (long) (count * 1e6 / micros);
    }

    private static long share(long time, long count) {
        return count <= 0 || time < 0 ? 0 : time / count;
    }
}

package dev.pgweir.proxy.pool;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * The totals of one pool since it was made, as SHOW STATS has them. The pool counts assignments and waiting time, the
 * link adds the rest. Any thread may add and read.
 */
public final class PoolStats {
    // Written under the pools' lock only, so a plain add with an ordered store will do.
    private final AtomicLong serverAssignmentCount = new AtomicLong();
    private final LongAdder waitTime = new LongAdder();
    private final LongAdder xactCount = new LongAdder();
    private final LongAdder queryCount = new LongAdder();
    private final LongAdder bytesReceived = new LongAdder();
    private final LongAdder bytesSent = new LongAdder();
    private final LongAdder xactTime = new LongAdder();
    private final LongAdder queryTime = new LongAdder();
    private final LongAdder clientParseCount = new LongAdder();
    private final LongAdder serverParseCount = new LongAdder();
    private final LongAdder bindCount = new LongAdder();
    private final LongAdder clientLoginCount = new LongAdder();

    PoolStats() {}

    void assigned() {
        serverAssignmentCount.lazySet(serverAssignmentCount.getPlain() + 1);
    }

    /** How often a server was given to a client. */
    public long serverAssignmentCount() {
        return serverAssignmentCount.get();
    }

    /** Microseconds that clients waited for a server; a wait counts when it ends. */
    public LongAdder waitTime() {
        return waitTime;
    }

    /** Transactions. */
    public LongAdder xactCount() {
        return xactCount;
    }

    /** Queries. */
    public LongAdder queryCount() {
        return queryCount;
    }

    /** Bytes that came from clients. */
    public LongAdder bytesReceived() {
        return bytesReceived;
    }

    /** Bytes that went to clients. */
    public LongAdder bytesSent() {
        return bytesSent;
    }

    /** Microseconds spent in transactions. */
    public LongAdder xactTime() {
        return xactTime;
    }

    /** Microseconds spent in queries. */
    public LongAdder queryTime() {
        return queryTime;
    }

    /** Prepared statements that clients made. */
    public LongAdder clientParseCount() {
        return clientParseCount;
    }

    /** Prepared statements made on servers. */
    public LongAdder serverParseCount() {
        return serverParseCount;
    }

    /** Binds of prepared statements. */
    public LongAdder bindCount() {
        return bindCount;
    }

    /** Clients that logged in. */
    public LongAdder clientLoginCount() {
        return clientLoginCount;
    }
}

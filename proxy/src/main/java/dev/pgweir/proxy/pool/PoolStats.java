package dev.pgweir.proxy.pool;

import dev.pgweir.proxy.count.EnumCounts;
import dev.pgweir.proxy.count.ErrorClasses;
import dev.pgweir.proxy.count.TimeHistogram;
import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.LoginFailure;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * The totals of one pool since it was made, as SHOW STATS has them. The pool counts assignments and waiting time, the
 * link adds the rest. Any thread may add and read.
 */
public final class PoolStats {
    // Written under the pools' lock only, so a plain add with an ordered store will do.
    private final AtomicLong serverAssignmentCount = new AtomicLong();
    private final AtomicLong acrossLoopsCount = new AtomicLong();
    private final LongAdder bytesReceived = new LongAdder();
    private final LongAdder bytesSent = new LongAdder();
    private final LongAdder clientParseCount = new LongAdder();
    private final LongAdder serverParseCount = new LongAdder();
    private final LongAdder bindCount = new LongAdder();
    private final LongAdder clientLoginCount = new LongAdder();

    private final TimeHistogram queryTimes = new TimeHistogram();
    private final TimeHistogram xactTimes = new TimeHistogram();
    // These two are written under the pools' lock, so by one writer.
    private final TimeHistogram waitTimes = new TimeHistogram();
    private final TimeHistogram connectTimes = new TimeHistogram();
    private final ErrorClasses errors = new ErrorClasses();
    private final EnumCounts<DisconnectReason> disconnects = new EnumCounts<>(DisconnectReason.class);
    private final EnumCounts<LoginFailure.Kind> loginFailures = new EnumCounts<>(LoginFailure.Kind.class);

    PoolStats() {}

    /** A wait ended, well or not. Under the pools' lock. */
    void waited(long nanos) {
        waitTimes.record(0, nanos);
    }

    /** A login was complete. Under the pools' lock. */
    void connected(long nanos) {
        connectTimes.record(0, nanos);
    }

    /**
     * PostgreSQL has done what a client asked of it.
     *
     * @param loop the index of the caller's event loop
     */
    public void queryDone(int loop, long nanos) {
        queryTimes.record(loop, nanos);
    }

    /**
     * A transaction has ended.
     *
     * @param loop the index of the caller's event loop
     */
    public void transactionDone(int loop, long nanos) {
        xactTimes.record(loop, nanos);
    }

    /** How long queries took. */
    public TimeHistogram queryTimes() {
        return queryTimes;
    }

    /** How long transactions took. */
    public TimeHistogram xactTimes() {
        return xactTimes;
    }

    /** How long clients waited that had to wait; a wait counts when it ends. */
    public TimeHistogram waitTimes() {
        return waitTimes;
    }

    /** How long it took from the decision to open a server until it had logged in. */
    public TimeHistogram connectTimes() {
        return connectTimes;
    }

    /** PostgreSQL's errors. */
    public ErrorClasses errors() {
        return errors;
    }

    /** Why server connections ended. */
    public EnumCounts<DisconnectReason> disconnects() {
        return disconnects;
    }

    /** Logins to PostgreSQL that failed. */
    public EnumCounts<LoginFailure.Kind> loginFailures() {
        return loginFailures;
    }

    /**
     * A server was given to a client. Under the pools' lock.
     *
     * @param acrossLoops whether they live on different event loops
     */
    void assigned(boolean acrossLoops) {
        serverAssignmentCount.lazySet(serverAssignmentCount.getPlain() + 1);
        if (acrossLoops) {
            acrossLoopsCount.lazySet(acrossLoopsCount.getPlain() + 1);
        }
    }

    /** How often a server was given to a client. */
    public long serverAssignmentCount() {
        return serverAssignmentCount.get();
    }

    /** How often the client was on another event loop, so that each of its messages was handed over. */
    public long acrossLoopsCount() {
        return acrossLoopsCount.get();
    }

    /** Bytes that came from clients. */
    public LongAdder bytesReceived() {
        return bytesReceived;
    }

    /** Bytes that went to clients. */
    public LongAdder bytesSent() {
        return bytesSent;
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

package dev.pgweir.proxy.client;

import dev.pgweir.config.ClientSettings;
import dev.pgweir.protocol.TransactionStatus;
import dev.pgweir.proxy.link.Link;
import dev.pgweir.proxy.log.LogPrefix;
import dev.pgweir.proxy.pool.PoolClient;
import dev.pgweir.proxy.pool.PooledServer;
import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.SessionParameters;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How long a client's queries and transactions, and its silence in and between them, may last, and since when they do. On
 * the client's loop, but for what the console asks.
 */
final class TimeLimits {
    private final ClientSession session;
    private final Link link;
    private final SessionParameters wanted;
    /** When it last got an answer, or logged in. */
    private long idleSince = System.nanoTime();
    /** As it was found at the last look; written on the client's loop. */
    private volatile long idleInTransactionSince;
    /** Its last transaction without work has been named in the log. */
    private boolean named;

    /**
     * @param wanted the client's settings, for its name
     */
    TimeLimits(ClientSession session, Link link, SessionParameters wanted) {
        this.session = session;
        this.link = link;
        this.wanted = wanted;
    }

    /** It got an answer, so its silence begins anew. */
    void answered() {
        idleSince = System.nanoTime();
    }

    /** Whether it has asked for nothing for so long. */
    boolean isQuiet(Duration quiet) {
        long since = link.isBound() ? link.queryStart() : idleSince;
        return System.nanoTime() - since >= quiet.toNanos();
    }

    /** Since when it holds a server in a transaction and asks for nothing: {@link System#nanoTime}; 0 if it does not. */
    long idleInTransactionSince() {
        return idleInTransactionSince;
    }

    /**
     * Ends the session if a limit is over.
     *
     * @param now {@link System#nanoTime}
     * @param place in its pool
     */
    void enforce(ClientSettings limits, long now, PoolPlace place) {
        if (!link.isBound()) {
            enforceWithoutServer(limits, now, place);
            return;
        }
        boolean idle = link.isIdle();
        boolean inTransaction = link.status() != TransactionStatus.IDLE;
        if (!idle && over(limits.query(), link.queryStart(), now)) {
            session.fail("57014", "query timeout: query_timeout" + is(limits.query()), DisconnectReason.QUERY_TIMEOUT);
        } else if (over(limits.transaction(), link.transactionStart(), now) && (!idle || inTransaction)) {
            session.fail(
                    "25P04",
                    "transaction timeout: transaction_timeout" + is(limits.transaction()),
                    DisconnectReason.TRANSACTION_TIMEOUT);
        } else if (idle && inTransaction && over(limits.idleTransaction(), link.queryStart(), now)) {
            session.fail(
                    "25P03",
                    "idle transaction timeout: idle_transaction_timeout" + is(limits.idleTransaction()),
                    DisconnectReason.IDLE_TRANSACTION_TIMEOUT);
        } else if (idle && !inTransaction && over(limits.idle(), link.queryStart(), now)) {
            idleTooLong(limits.idle());
        }
    }

    private void enforceWithoutServer(ClientSettings limits, long now, PoolPlace place) {
        if (place.isWaiting()) {
            enforceWaiting(session, limits, now, place.member());
        } else if (over(limits.idle(), idleSince, now)) {
            idleTooLong(limits.idle());
        }
    }

    /** A query or login that waits for a server takes its time, too: query_timeout may be over before query_wait_timeout. */
    static void enforceWaiting(ClientSession session, ClientSettings limits, long now, PoolClient waiting) {
        if (over(limits.query(), waiting.waitingSinceNanos(), now)) {
            session.fail(
                    "57014",
                    "query_timeout" + is(limits.query()) + ", all spent in waiting for a server connection",
                    DisconnectReason.QUERY_TIMEOUT);
        }
    }

    /**
     * Looks whether it holds a server in a transaction and asks for nothing.
     *
     * @param worthALine setting {@code log_idle_transaction}; zero if it is not logged
     */
    void lookAtTransaction(Duration worthALine, long now) {
        boolean idles = link.isBound() && link.isIdle() && link.status() != TransactionStatus.IDLE;
        long since = idles ? link.queryStart() : 0;
        if (since != idleInTransactionSince) {
            idleInTransactionSince = since;
            named = false;
        }
        PooledServer server = link.slot();
        if (since != 0 && !named && server != null && over(worthALine, since, now)) {
            named = true;
            log(now - since, now - link.transactionStart(), server.id(), wanted.get("application_name"));
        }
    }

    private void log(long idleNanos, long transactionNanos, long serverId, @Nullable String name) {
        long idle = TimeUnit.NANOSECONDS.toSeconds(idleNanos);
        ClientSession.LOG
                .atWarn()
                .addArgument(session)
                .addArgument(idle)
                .addArgument(TimeUnit.NANOSECONDS.toSeconds(transactionNanos))
                .addArgument(LogPrefix.serverId(serverId))
                .addArgument(name == null || name.isEmpty() ? "(none)" : LogPrefix.shownName(name))
                .addKeyValue("idle_seconds", idle)
                .addKeyValue("server_id", serverId)
                .addKeyValue("application_name", name == null ? "" : name)
                .log("{} has been idle in its transaction for {} s, which it began {} s ago; it holds {},"
                        + " application_name: {}");
    }

    private void idleTooLong(Duration limit) {
        session.fail("57P05", "client_idle_timeout" + is(limit), DisconnectReason.CLIENT_IDLE_TIMEOUT);
    }

    private static String is(Duration limit) {
        return " is " + limit.toMillis() + " ms";
    }

    private static boolean over(Duration limit, long since, long now) {
        return !limit.isZero() && now - since > limit.toNanos();
    }
}

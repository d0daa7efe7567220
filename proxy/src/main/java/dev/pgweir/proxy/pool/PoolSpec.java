package dev.pgweir.proxy.pool;

import java.util.List;
import java.util.Objects;

/**
 * The settings of one pool, resolved. Every duration is in nanoseconds and 0 switches its rule off, but for
 * {@code server_lifetime} and {@code server_check_delay}, see there.
 *
 * @param hostPort the PostgreSQL server, for instance {@code db.example.com:5432}: what {@code max_server_connections}
 *     and the pacing of failed logins are counted by; or several, separated by commas
 * @param sizes how many servers the pool may have
 * @param caps limits that it shares with other pools. Where pools under one cap name different limits, the smallest holds
 * @param waiting how long clients wait, and what happens meanwhile
 * @param aging when a server that nobody uses is checked or closed
 * @param forcedUser the database has a forced user, so {@code min_pool_size} holds without a client too
 * @param roundRobin {@code server_round_robin}: the longest-idle server is used next, not the shortest-idle
 * @param staysWithHost {@code load_balance_hosts = disable}: of several hosts the first is used until it fails, then the
 *     next; else each in turn
 */
public record PoolSpec(
        String hostPort,
        Sizes sizes,
        Caps caps,
        Waiting waiting,
        Aging aging,
        boolean forcedUser,
        boolean roundRobin,
        boolean staysWithHost) {

    public PoolSpec {
        Objects.requireNonNull(hostPort, "hostPort");
    }

    /** For one host, or several that take turns. */
    public PoolSpec(
            String hostPort,
            Sizes sizes,
            Caps caps,
            Waiting waiting,
            Aging aging,
            boolean forcedUser,
            boolean roundRobin) {
        this(hostPort, sizes, caps, waiting, aging, forcedUser, roundRobin, false);
    }

    /** The PostgreSQL servers one by one, in the order of the configuration. */
    public List<String> hostPorts() {
        return List.of(hostPort.split(","));
    }

    /**
     * How many servers the pool may have.
     *
     * @param pool {@code pool_size}; 0 means no limit
     * @param min {@code min_pool_size}
     * @param reserve {@code reserve_pool_size}
     */
    public record Sizes(int pool, int min, int reserve) {
        public Sizes {
            notNegative(pool, "pool_size");
            notNegative(min, "min_pool_size");
            notNegative(reserve, "reserve_pool_size");
        }

        /** The most servers the pool may ever have, the reserve included; 0 means no limit. */
        int most() {
            return pool == 0 ? 0 : pool + reserve;
        }
    }

    /**
     * Limits that the pool shares with others.
     *
     * @param maxServerConnections {@code max_server_connections}, per {@link PoolSpec#hostPort}; 0 means no limit
     * @param cancelReserve how many places of {@code maxServerConnections} only cancel requests may use. Ignored below a
     *     limit of {@value Cap#SMALLEST_WITH_RESERVE}
     * @param maxDbConnections {@code max_db_connections}, per database over all users; 0 means no limit
     * @param maxUserConnections {@code max_user_connections}, per pool user over all databases; 0 means no limit
     * @param minEvictAgeNanos a server younger than this (since it connected) is not closed to make room for a pool
     *     under the same cap; see {@link FairShare} for the one exception
     */
    public record Caps(
            int maxServerConnections,
            int cancelReserve,
            int maxDbConnections,
            int maxUserConnections,
            long minEvictAgeNanos) {
        public Caps {
            notNegative(maxServerConnections, "max_server_connections");
            notNegative(cancelReserve, "cancel reserve");
            notNegative(maxDbConnections, "max_db_connections");
            notNegative(maxUserConnections, "max_user_connections");
            notNegative(minEvictAgeNanos, "minimum age of eviction");
        }
    }

    /**
     * How long clients wait, and what happens meanwhile.
     *
     * @param queryWaitTimeoutNanos {@code query_wait_timeout}; 0 means clients wait for ever
     * @param queryWaitNotifyNanos {@code query_wait_notify}; 0 means never
     * @param reserveTimeoutNanos {@code reserve_pool_timeout}; 0 means the reserve is never used
     * @param loginRetryNanos {@code server_login_retry}: the longest pause between attempts to log in
     */
    public record Waiting(
            long queryWaitTimeoutNanos, long queryWaitNotifyNanos, long reserveTimeoutNanos, long loginRetryNanos) {
        public Waiting {
            notNegative(queryWaitTimeoutNanos, "query_wait_timeout");
            notNegative(queryWaitNotifyNanos, "query_wait_notify");
            notNegative(reserveTimeoutNanos, "reserve_pool_timeout");
            notNegative(loginRetryNanos, "server_login_retry");
        }
    }

    /**
     * When a server that nobody uses is checked or closed.
     *
     * @param idleTimeoutNanos {@code server_idle_timeout}; 0 means never
     * @param lifetimeNanos {@code server_lifetime}; 0 means a server is closed when its first client releases it
     * @param checks a check query is set
     * @param checkDelayNanos {@code server_check_delay}; 0 means every released server is checked before its next client
     */
    public record Aging(long idleTimeoutNanos, long lifetimeNanos, boolean checks, long checkDelayNanos) {
        public Aging {
            notNegative(idleTimeoutNanos, "server_idle_timeout");
            notNegative(lifetimeNanos, "server_lifetime");
            notNegative(checkDelayNanos, "server_check_delay");
        }

        boolean checksAtOnce() {
            return checks && checkDelayNanos == 0;
        }
    }

    private static void notNegative(long value, String name) {
        if (value < 0) {
            throw new IllegalArgumentException(name + " is " + value + ", at least 0 is needed");
        }
    }
}

/**
 * The log: lines as PgBouncer writes them, {@code 2026-01-01 12:00:00.000 UTC [pid] LEVEL prefix: text}, so that scripts
 * made for its log go on working. The program logs through slf4j; logback is set up here, in code, because looking for and
 * parsing XML files would be a good part of the time to start.
 *
 * <p>Names of databases and users, queries and error texts come from peers. Two things keep a peer from writing the log
 * itself: no line leaves with a control character in it ({@link dev.pgweir.proxy.log.LogText}), and what may repeat
 * thousands of times a second is counted ({@link dev.pgweir.proxy.log.RateLimitedLog}, {@link dev.pgweir.proxy.log.LimitedLog}).
 *
 * <p>Any thread may log. A line is written by the thread that logs it, and a standard error that nobody reads can block
 * it; so nothing is logged per query, nor under a lock.
 *
 * <p>Uses no other package of PgWeir; of Netty, the Unix socket to syslog.
 */
@NullMarked
package dev.pgweir.proxy.log;

import org.jspecify.annotations.NullMarked;

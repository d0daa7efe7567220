/**
 * The figures for Prometheus: what there is ({@link dev.pgweir.proxy.metrics.Family}), and how it is put together when
 * somebody asks. Nothing is written here on the path of a query: the figures are those of SHOW STATS, SHOW POOLS and the like,
 * taken at the moment of a scrape by one thread, under the pools' lock for some microseconds. What Micrometer has ready for
 * the JVM is taken from there, under its usual names.
 *
 * <p><b>Labels are bounded.</b> Users and databases may be as many as somebody likes to log in with. The first {@value
 * dev.pgweir.proxy.metrics.PoolBook#MOST} pools have series of their own, the others share one whose labels say {@code other}.
 */
@NullMarked
package dev.pgweir.proxy.metrics;

import org.jspecify.annotations.NullMarked;

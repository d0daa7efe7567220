package dev.pgweir.proxy.admin;

/**
 * One line of SHOW STATS.
 *
 * @param total since the start
 * @param average of the last full {@code stats_period}
 */
public record StatsRow(String database, Counters total, Counters average) {}

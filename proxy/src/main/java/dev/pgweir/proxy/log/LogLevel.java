package dev.pgweir.proxy.log;

import ch.qos.logback.classic.Level;

/** How much is logged, under PgBouncer's names; each level includes those before it. */
public enum LogLevel {
    /** What an operator should look at. */
    WARNING("WARN"),
    /** The usual: start, logins, disconnects, totals. */
    LOG("INFO"),
    /** What PgWeir decides and why. */
    DEBUG("DEBUG"),
    /** Every event. */
    NOISE("TRACE");

    private final String logback;

    LogLevel(String logback) {
        this.logback = logback;
    }

    /** The level that PgBouncer's setting {@code verbose} stands for. */
    public static LogLevel ofVerbose(int verbose) {
        return switch (verbose) {
            case 0 -> LOG;
            case 1 -> DEBUG;
            default -> NOISE;
        };
    }

    Level logback() {
        return Level.toLevel(logback);
    }
}

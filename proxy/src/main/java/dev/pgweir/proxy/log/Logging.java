package dev.pgweir.proxy.log;

import ch.qos.logback.classic.LoggerContext;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;
import org.slf4j.MarkerFactory;

/** Sets up the log of the process: to the standard error, from PgWeir's own classes at the wanted detail. */
public final class Logging {

    static final String FATAL_NAME = "FATAL";

    /** The parent of all loggers of PgWeir. */
    static final String OWN = "dev.pgweir";

    /** Makes an error a FATAL one: {@code logger.error(Logging.FATAL, …)}, after which the process ends. */
    public static final Marker FATAL = MarkerFactory.getMarker(FATAL_NAME);

    private Logging() {}

    /**
     * Sets how much PgWeir logs from now on. Libraries log warnings and errors only, whatever the level. Any thread; may
     * be called again.
     */
    public static void configure(LogLevel level) {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.getLogger(OWN).setLevel(level.logback());
        }
    }
}

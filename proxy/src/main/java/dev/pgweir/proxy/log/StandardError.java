package dev.pgweir.proxy.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.filter.ThresholdFilter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import org.slf4j.LoggerFactory;

/** What of the log goes to the standard error. */
public final class StandardError {

    private StandardError() {}

    /** From now on warnings and errors only, whatever is logged elsewhere. Any thread; to be called once. */
    public static void quiet() {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            Appender<ILoggingEvent> appender =
                    context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).getAppender(LogConfigurator.STDERR);
            // Tests have a configuration of their own, in which it is missing.
            if (appender != null) {
                ThresholdFilter filter = new ThresholdFilter();
                filter.setLevel(Level.WARN.levelStr);
                filter.start();
                appender.addFilter(filter);
            }
        }
    }
}

package dev.pgweir.proxy.log;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.EncoderBase;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;
import org.slf4j.MarkerFactory;

/**
 * Sets up the log of the process: to the standard error and to a file, from PgWeir's own classes at the wanted detail. Any
 * thread.
 */
public final class Logging {

    static final String FATAL_NAME = "FATAL";

    /** The parent of all loggers of PgWeir. */
    static final String OWN = "dev.pgweir";

    /** Makes an error a FATAL one: {@code logger.error(Logging.FATAL, …)}, after which the process ends. */
    public static final Marker FATAL = MarkerFactory.getMarker(FATAL_NAME);

    private Logging() {}

    /**
     * From now on the log goes to this file and this syslog as well, instead of those before. To be called again after
     * the file was moved away: a new one takes its place.
     *
     * @param file created if it is missing; null: to no file any more
     * @param syslog null: to none any more
     * @throws IOException if the file cannot be opened; everything stays as it is then
     */
    public static void to(@Nullable Path file, @Nullable SystemLog syslog) throws IOException {
        if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
            return;
        }
        LogFile logFile = file == null ? null : new LogFile(file, encoder(context, isJson(context)));
        if (syslog != null) {
            syslog.json(isJson(context) ? new JsonEncoder(pid()) : null);
        }
        synchronized (Logging.class) {
            replace(context, LogFile.NAME, logFile);
            replace(context, SystemLog.NAME, syslog);
        }
    }

    private static void replace(LoggerContext context, String name, @Nullable Appender<ILoggingEvent> next) {
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        // The new one first, so that no line is lost; one may stand in both.
        Appender<ILoggingEvent> before = root.getAppender(name);
        if (next != null) {
            next.setContext(context);
            next.start();
            root.addAppender(next);
        }
        if (before != null) {
            root.detachAppender(before);
            before.stop();
        }
    }

    /**
     * What lines look like from now on. Any thread; may be called again.
     *
     * @param json objects of JSON; else as PgBouncer writes them
     */
    public static void format(boolean json) {
        if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context) || json == isJson(context)) {
            return;
        }
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        synchronized (Logging.class) {
            if (root.getAppender(LogConfigurator.STDERR) instanceof OutputStreamAppender<ILoggingEvent> appender) {
                appender.setEncoder(encoder(context, json));
            }
            if (root.getAppender(LogFile.NAME) instanceof LogFile file) {
                file.encoder(encoder(context, json));
            }
            if (root.getAppender(SystemLog.NAME) instanceof SystemLog syslog) {
                syslog.json(json ? new JsonEncoder(pid()) : null);
            }
        }
    }

    private static boolean isJson(LoggerContext context) {
        Appender<ILoggingEvent> appender =
                context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).getAppender(LogConfigurator.STDERR);
        return appender instanceof OutputStreamAppender<ILoggingEvent> stream
                && stream.getEncoder() instanceof JsonEncoder;
    }

    private static Encoder<ILoggingEvent> encoder(LoggerContext context, boolean json) {
        EncoderBase<ILoggingEvent> encoder = json ? new JsonEncoder(pid()) : new LineEncoder(pid());
        encoder.setContext(context);
        encoder.start();
        return encoder;
    }

    private static long pid() {
        return ProcessHandle.current().pid();
    }

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

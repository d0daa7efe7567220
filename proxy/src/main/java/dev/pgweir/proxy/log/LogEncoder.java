package dev.pgweir.proxy.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.EncoderBase;
import java.nio.charset.StandardCharsets;
import org.slf4j.Marker;

/** Writes an event as bytes in UTF-8, in one format or another. Has no state, so threads may use it at once. */
abstract class LogEncoder extends EncoderBase<ILoggingEvent> {
    private final long pid;

    LogEncoder(long pid) {
        this.pid = pid;
    }

    /** The event with its line end. */
    abstract String line(ILoggingEvent event);

    @Override
    public final byte[] encode(ILoggingEvent event) {
        return line(event).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public final byte[] headerBytes() {
        return new byte[0];
    }

    @Override
    public final byte[] footerBytes() {
        return new byte[0];
    }

    final long pid() {
        return pid;
    }

    /** PgBouncer's name of the level. */
    static String level(ILoggingEvent event) {
        return switch (event.getLevel().toInt()) {
            case Level.ERROR_INT -> isFatal(event) ? "FATAL" : "ERROR";
            case Level.WARN_INT -> "WARNING";
            case Level.INFO_INT -> "LOG";
            case Level.DEBUG_INT -> "DEBUG";
            default -> "NOISE";
        };
    }

    private static boolean isFatal(ILoggingEvent event) {
        return event.getMarkerList() != null
                && event.getMarkerList().stream().map(Marker::getName).anyMatch(Logging.FATAL_NAME::equals);
    }
}

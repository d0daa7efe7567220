package dev.pgweir.proxy.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import ch.qos.logback.core.encoder.EncoderBase;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.slf4j.Marker;

/** Writes an event as a line of PgBouncer's log. Has no state, so threads may use it at once. */
final class LineEncoder extends EncoderBase<ILoggingEvent> {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneOffset.UTC);

    /** Causes of causes can form a ring. */
    private static final int MAX_CAUSES = 10;

    private final long pid;

    LineEncoder(long pid) {
        this.pid = pid;
    }

    @Override
    public byte[] headerBytes() {
        return new byte[0];
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        StringBuilder out = new StringBuilder(200);
        TIME.formatTo(Instant.ofEpochMilli(event.getTimeStamp()), out);
        out.append(" UTC [").append(pid).append("] ").append(level(event)).append(' ');
        String message = event.getFormattedMessage();
        out.append(message == null ? "" : LogText.line(message)).append('\n');
        IThrowableProxy thrown = event.getThrowableProxy();
        for (int i = 0; thrown != null && i < MAX_CAUSES; i++, thrown = thrown.getCause()) {
            stack(thrown, out);
        }
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public byte[] footerBytes() {
        return new byte[0];
    }

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

    /** Every line of it begins with a tab, which no line of the log does. */
    private static void stack(IThrowableProxy thrown, StringBuilder out) {
        out.append('\t').append(thrown.getClassName());
        if (thrown.getMessage() != null) {
            out.append(": ").append(LogText.line(thrown.getMessage()));
        }
        out.append('\n');
        for (StackTraceElementProxy element : thrown.getStackTraceElementProxyArray()) {
            out.append("\t\t").append(element.getSTEAsString()).append('\n');
        }
    }
}

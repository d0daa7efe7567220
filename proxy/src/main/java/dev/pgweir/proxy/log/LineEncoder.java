package dev.pgweir.proxy.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Writes an event as a line of PgBouncer's log. Has no state, so threads may use it at once. */
final class LineEncoder extends LogEncoder {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneOffset.UTC);

    /** Causes of causes can form a ring. */
    private static final int MAX_CAUSES = 10;

    LineEncoder(long pid) {
        super(pid);
    }

    @Override
    String line(ILoggingEvent event) {
        StringBuilder out = new StringBuilder(200);
        TIME.formatTo(Instant.ofEpochMilli(event.getTimeStamp()), out);
        out.append(" UTC [").append(pid()).append("] ").append(level(event)).append(' ');
        String message = event.getFormattedMessage();
        out.append(message == null ? "" : LogText.line(message)).append('\n');
        IThrowableProxy thrown = event.getThrowableProxy();
        for (int i = 0; thrown != null && i < MAX_CAUSES; i++, thrown = thrown.getCause()) {
            stack(thrown, out);
        }
        return out.toString();
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

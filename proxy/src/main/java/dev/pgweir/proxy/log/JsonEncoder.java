package dev.pgweir.proxy.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/**
 * Writes an event as an object of JSON on one line. What a peer has made up stands within strings only. Has no state, so
 * threads may use it at once.
 *
 * <p>{@code time}, {@code pid}, {@code level} and {@code message} are always there; {@code client_id} or {@code server_id}
 * where the line is about a connection: the numbers that the text log writes as {@code C-0x…} and {@code S-0x…} and the console
 * as {@code id}. {@code database}, {@code user} and {@code address} where they are known, then what else the event has.
 */
final class JsonEncoder extends LogEncoder {
    /** What a line about a connection begins with. Only the number is taken: names may contain anything. */
    private static final Pattern PREFIX = Pattern.compile("([CS])-0x([0-9a-f]{1,16}): ");

    /** Always milliseconds: what reads the log by a pattern need not know that a whole second could be written shorter. */
    private static final DateTimeFormatter TIME =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter(Locale.ROOT);

    private static final int LONGEST_STACK = 16_000;

    /** With its longest texts this short, any event fits where one of an ordinary length does. */
    private static final int LEAST = 15;

    JsonEncoder(long pid) {
        super(pid);
    }

    @Override
    String line(ILoggingEvent event) {
        return object(event, LogText.MAX_LINE) + "\n";
    }

    /**
     * The object without an end of line, for where only so much has room: an object that is cut off is none. Its texts are
     * shortened until it fits.
     *
     * @param bytes 1000 at least
     */
    byte[] within(int bytes, ILoggingEvent event) {
        byte[] object = object(event, LogText.MAX_LINE).getBytes(StandardCharsets.UTF_8);
        for (int most = LogText.MAX_LINE / 4; object.length > bytes && most >= LEAST; most /= 4) {
            object = object(event, most).getBytes(StandardCharsets.UTF_8);
        }
        return object;
    }

    /**
     * @param most characters of a text of the event
     */
    private String object(ILoggingEvent event, int most) {
        StringBuilder out = new StringBuilder(300);
        out.append("{\"time\":\"");
        TIME.formatTo(Instant.ofEpochMilli(event.getTimeStamp()), out);
        out.append("\",\"pid\":").append(pid());
        string("level", level(event).toLowerCase(Locale.ROOT), out);
        String message = event.getFormattedMessage() == null ? "" : event.getFormattedMessage();
        LogPrefix subject = subject(event);
        Matcher numbered = PREFIX.matcher(message);
        if (subject != null) {
            about(subject, most, out);
            String start = subject + " ";
            message = message.startsWith(start) ? message.substring(start.length()) : message;
        } else if (numbered.lookingAt()) {
            id(numbered.group(1).equals("C"), Long.parseUnsignedLong(numbered.group(2), 16), out);
            message = message.substring(numbered.end());
        }
        if (event.getKeyValuePairs() != null) {
            event.getKeyValuePairs().forEach(pair -> value(pair, most, out));
        }
        string("message", shortened(message, most), out);
        IThrowableProxy thrown = event.getThrowableProxy();
        if (thrown != null) {
            string("stack", shortened(ThrowableProxyUtil.asString(thrown), Math.min(LONGEST_STACK, 4 * most)), out);
        }
        return out.append('}').toString();
    }

    private static @Nullable LogPrefix subject(ILoggingEvent event) {
        Object[] arguments = event.getArgumentArray();
        if (arguments != null) {
            for (Object argument : arguments) {
                if (argument instanceof LogPrefix prefix) {
                    return prefix;
                }
                if (argument instanceof LogSubject one) {
                    return one.prefix();
                }
            }
        }
        return null;
    }

    private static void about(LogPrefix subject, int most, StringBuilder out) {
        id(subject.side() == LogPrefix.Side.CLIENT, subject.id(), out);
        if (subject.database() != null) {
            string("database", shortened(subject.database(), Math.min(LogText.MAX_NAME, most)), out);
        }
        if (subject.user() != null) {
            string("user", shortened(subject.user(), Math.min(LogText.MAX_NAME, most)), out);
        }
        string("address", ConnectionAddress.text(subject.peer()), out);
    }

    private static void id(boolean client, long id, StringBuilder out) {
        out.append(client ? ",\"client_id\":" : ",\"server_id\":").append(id);
    }

    private static void value(KeyValuePair pair, int most, StringBuilder out) {
        if (pair.value instanceof Number || pair.value instanceof Boolean) {
            out.append(',');
            JsonText.quote(pair.key, out);
            out.append(':').append(pair.value);
        } else {
            string(pair.key, shortened(String.valueOf(pair.value), most), out);
        }
    }

    private static void string(String key, String value, StringBuilder out) {
        out.append(',');
        JsonText.quote(key, out);
        out.append(':');
        JsonText.quote(value, out);
    }

    private static String shortened(String text, int most) {
        return text.length() <= most ? text : text.substring(0, most) + "... (" + (text.length() - most) + " more)";
    }
}

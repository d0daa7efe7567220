package dev.pgweir.proxy.it.scripts;

import dev.pgweir.proxy.testing.WireMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * When two answers are the same: message for message, type and body. Left out are
 *
 * <ul>
 *   <li>the fields File, Line and Routine of errors and notices, which name places in PostgreSQL's source, and the order of
 *       the fields, which has no meaning;
 *   <li>the order of ParameterStatus messages that come one behind the other, which in PostgreSQL follows from the order in
 *       which the connection's settings were first changed.
 * </ul>
 */
final class Sameness {

    private static final String PLACES = "FLR";

    private Sameness() {}

    /** Where the message stands that was expected, from an index on: that index or one later in a run; -1 if nowhere. */
    static int find(WireMessage message, List<WireMessage> expected, int from) {
        for (int i = from; i < expected.size(); i++) {
            if (same(message, expected.get(i))) {
                return i;
            }
            if (message.type() != 'S' || expected.get(i).type() != 'S') {
                return -1;
            }
        }
        return -1;
    }

    private static boolean same(WireMessage one, WireMessage other) {
        if (one.type() != other.type()) {
            return false;
        }
        return isReport(one) ? fields(one).equals(fields(other)) : one.equals(other);
    }

    private static boolean isReport(WireMessage message) {
        return message.type() == 'E' || message.type() == 'N';
    }

    /** What is compared of an error or a notice. */
    static Map<Character, String> fields(WireMessage report) {
        Map<Character, String> fields = new TreeMap<>();
        for (String field : split(report.body())) {
            if (PLACES.indexOf(field.charAt(0)) < 0) {
                fields.put(field.charAt(0), field.substring(1));
            }
        }
        return fields;
    }

    /** Readable, with all that is compared. */
    static String text(WireMessage message) {
        return isReport(message) ? message.type() + " " + fields(message) : message.toString();
    }

    private static List<String> split(byte[] body) {
        List<String> fields = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < body.length; i++) {
            if (body[i] == 0) {
                if (i > from) {
                    fields.add(new String(body, from, i - from, StandardCharsets.UTF_8));
                }
                from = i + 1;
            }
        }
        return fields;
    }
}

package dev.pgweir.config.load;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What stands behind a name in {@code [databases]}, {@code [users]} and {@code [peers]}: {@code key=value} with blanks
 * between, the value in single quotes where it contains blanks, a single quote inside written twice. Unlike in libpq's
 * connection strings a backslash is an ordinary character and no value is empty, as PgBouncer has it.
 */
final class ConnectString {

    /**
     * One of them.
     *
     * @param origin where the key begins
     */
    record Pair(String key, String value, Origin origin) {}

    private static final String FORM = ", accepted: key=value key='a value with blanks'";

    private final String text;
    private final Origin start;
    private final String label;
    private final Problems problems;
    private int position;

    private ConnectString(String text, Origin start, String label, Problems problems) {
        this.text = text;
        this.start = start;
        this.label = label;
        this.problems = problems;
    }

    /**
     * Takes {@code text} apart. What stands behind a mistake is left out, the mistake reported.
     *
     * @param start where the text begins
     * @param label whose it is, as messages write it
     */
    static List<Pair> read(String text, Origin start, String label, Problems problems) {
        ConnectString reader = new ConnectString(text, start, label, problems);
        List<Pair> pairs = new ArrayList<>();
        Pair pair;
        while ((pair = reader.next()) != null) {
            pairs.add(pair);
        }
        return pairs;
    }

    /** Null at the end, and after reporting what is wrong here. */
    private @Nullable Pair next() {
        skipBlanks();
        if (position == text.length()) {
            return null;
        }
        int keyStart = position;
        while (position < text.length() && text.charAt(position) != '=' && !isBlank(text.charAt(position))) {
            position++;
        }
        String key = text.substring(keyStart, position);
        skipBlanks();
        if (key.isEmpty()) {
            error(keyStart, "there is no key before the =");
            return null;
        }
        if (position == text.length() || text.charAt(position) != '=') {
            error(keyStart, "there is no = behind a key");
            return null;
        }
        position++;
        skipBlanks();
        String value = value();
        return value == null ? null : new Pair(key, value, at(keyStart));
    }

    private @Nullable String value() {
        int valueStart = position;
        String value;
        if (position < text.length() && text.charAt(position) == '\'') {
            value = quoted();
            if (value == null) {
                return null;
            }
            if (position < text.length() && !isBlank(text.charAt(position))) {
                error(valueStart, "something stands right behind the closing quote");
                return null;
            }
        } else {
            while (position < text.length() && !isBlank(text.charAt(position))) {
                position++;
            }
            value = text.substring(valueStart, position);
        }
        if (value.isEmpty()) {
            error(valueStart, "a value is empty");
            return null;
        }
        return value;
    }

    private @Nullable String quoted() {
        int quote = position++;
        StringBuilder value = new StringBuilder();
        while (position < text.length()) {
            char c = text.charAt(position++);
            if (c != '\'') {
                value.append(c);
            } else if (position < text.length() && text.charAt(position) == '\'') {
                value.append('\'');
                position++;
            } else {
                return value.toString();
            }
        }
        error(quote, "a quote is not closed");
        return null;
    }

    private void skipBlanks() {
        while (position < text.length() && isBlank(text.charAt(position))) {
            position++;
        }
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    private void error(int index, String message) {
        // Nothing of the text is quoted: it may hold a password.
        problems.error(at(index), label, message + FORM);
        position = text.length();
    }

    private Origin at(int index) {
        return new Origin(start.source(), start.line(), start.column() + index);
    }
}

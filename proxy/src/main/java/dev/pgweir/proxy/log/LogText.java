package dev.pgweir.proxy.log;

/**
 * Makes text fit for one line of the log. What a peer sent must neither begin a line of its own nor steer the terminal
 * that shows it.
 */
public final class LogText {

    /** PostgreSQL cuts names at 63 bytes; a longer one is a mistake or an attack, and its beginning tells enough. */
    static final int MAX_NAME = 100;

    /** A server's error can quote a whole query; a page of it is enough to recognise it. */
    static final int MAX_LINE = 4000;

    private LogText() {}

    /**
     * The text with each control character, line separator and reordering mark replaced by a readable escape
     * ({@code \n}, {@code \x1b}, {@code \u202e}), cut after 4000 characters. Returns {@code text} itself where it can.
     */
    public static String line(String text) {
        return safe(text, MAX_LINE);
    }

    /** The same for the name of a database or user, cut after 100 characters. */
    static String name(String text) {
        return safe(text, MAX_NAME);
    }

    private static String safe(String text, int max) {
        int end = Math.min(text.length(), max);
        int i = 0;
        while (i < end && !isUnsafe(text.charAt(i))) {
            i++;
        }
        if (i == text.length()) {
            return text;
        }
        StringBuilder out = new StringBuilder(end + 16).append(text, 0, i);
        for (; i < end; i++) {
            char c = text.charAt(i);
            if (isUnsafe(c)) {
                escape(c, out);
            } else {
                out.append(c);
            }
        }
        if (end < text.length()) {
            out.append("... (").append(text.length() - end).append(" more)");
        }
        return out.toString();
    }

    /** Also the marks that reorder text: with them a line can be made to look like another. */
    static boolean isUnsafe(char c) {
        return c < 0x20
                || (c >= 0x7f && c <= 0x9f)
                || (c >= 0x2028 && c <= 0x202e)
                || (c >= 0x2066 && c <= 0x2069)
                || c == 0x200e
                || c == 0x200f
                || c == 0xfeff;
    }

    private static void escape(char c, StringBuilder out) {
        switch (c) {
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            default -> out.append(String.format(c <= 0xff ? "\\x%02x" : "\\u%04x", (int) c));
        }
    }
}

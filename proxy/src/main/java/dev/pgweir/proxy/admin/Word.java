package dev.pgweir.proxy.admin;

import java.util.Locale;

/**
 * A word of a command.
 *
 * @param text without its quotes
 * @param quoted whether it had any: then it is a name or a value, and no keyword
 * @param start where it begins in the text of its statement
 */
record Word(String text, boolean quoted, int start) {
    /** As a keyword; what was quoted is none. */
    String keyword() {
        return quoted ? "" : text.toUpperCase(Locale.ROOT);
    }

    boolean is(String keyword) {
        return keyword().equals(keyword);
    }
}

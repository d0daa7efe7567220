package dev.pgweir.config.setting;

import java.math.BigDecimal;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Numbers as PgBouncer reads them: by C's {@code strtol} with base 0 and {@code strtod}, so that the same file means the
 * same. Bounded in digits, so that no number needs more memory or time than it takes to refuse it.
 */
final class Numbers {

    /** Blanks, a sign, then hexadecimal behind 0x, octal behind 0, else decimal. */
    private static final Pattern WHOLE = Pattern.compile("\\s*[+-]?(?:0[xX][0-9a-fA-F]{1,12}|[0-9]{1,16})");

    private static final Pattern HEXADECIMAL = Pattern.compile("\\s*[+-]?0[xX].*");

    private static final Pattern DECIMAL =
            Pattern.compile("\\s*\\+?(?:[0-9]{1,16}(?:\\.[0-9]{0,16})?|\\.[0-9]{1,16})(?:[eE][+-]?[0-9]{1,2})?");

    private Numbers() {}

    /** What {@code strtol(text, …, 0)} reads, if that is all of the text; else null. */
    static @Nullable Long whole(String text) {
        if (!WHOLE.matcher(text).matches()) {
            return null;
        }
        try {
            return Long.decode(text.strip());
        } catch (NumberFormatException e) {
            // An 8 or 9 behind a leading 0.
            return null;
        }
    }

    /** What {@code strtod} reads, if that is all of the text and neither negative nor infinite; else null. */
    static @Nullable BigDecimal decimal(String text) {
        if (DECIMAL.matcher(text).matches()) {
            return new BigDecimal(text.strip());
        }
        Long hexadecimal = HEXADECIMAL.matcher(text).matches() ? whole(text) : null;
        return hexadecimal == null || hexadecimal < 0 ? null : BigDecimal.valueOf(hexadecimal);
    }
}

package dev.pgweir.config.load;

import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * In which format a configuration is written. The name decides where it ends in {@code .toml} or {@code .ini}; else the
 * text does: only PgBouncer's format has a section {@code [pgbouncer]}.
 */
enum FileFormat {
    /** PgWeir's own. */
    TOML,
    /** PgBouncer's. */
    INI;

    private static final Pattern MAIN_SECTION = Pattern.compile("^\\s*\\[pgbouncer\\]", Pattern.MULTILINE);

    static FileFormat of(Path file, String text) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        if (name.endsWith(".toml")) {
            return TOML;
        }
        return name.endsWith(".ini") || MAIN_SECTION.matcher(text).find() ? INI : TOML;
    }
}

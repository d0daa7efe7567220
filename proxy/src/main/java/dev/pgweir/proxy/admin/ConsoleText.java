package dev.pgweir.proxy.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Cuts what was typed at the console into commands: semicolons, comments and blanks. */
final class ConsoleText {
    private static final String SELECT = "SELECT ";

    private ConsoleText() {}

    /** The commands of a query, without comments; empty ones are left out. */
    static List<String> statements(String sql) {
        List<String> statements = new ArrayList<>();
        for (String part : withoutComments(sql).split(";", -1)) {
            String statement = part.strip();
            if (!statement.isEmpty()) {
                statements.add(statement);
            }
        }
        return statements;
    }

    /** In upper case with single blanks; SELECT is taken for SHOW, as PgBouncer does. */
    static String normal(String statement) {
        String text = statement.replaceAll("\\s+", " ").toUpperCase(Locale.ROOT);
        return text.startsWith(SELECT) ? "SHOW " + text.substring(SELECT.length()) : text;
    }

    private static String withoutComments(String sql) {
        StringBuilder out = new StringBuilder(sql.length());
        int i = 0;
        while (i < sql.length()) {
            if (sql.startsWith("--", i)) {
                int end = sql.indexOf('\n', i);
                i = end < 0 ? sql.length() : end;
            } else if (sql.startsWith("/*", i)) {
                int end = sql.indexOf("*/", i + 2);
                i = end < 0 ? sql.length() : end + 2;
                out.append(' ');
            } else {
                out.append(sql.charAt(i++));
            }
        }
        return out.toString();
    }
}

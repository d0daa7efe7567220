package dev.pgweir.proxy.admin;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Settings of PostgreSQL's that drivers ask for or set when they connect, without need on the console: SHOW answers a
 * constant, and SET does nothing.
 */
final class DriverSettings {
    private static final String ISOLATION = "read committed";

    /** PgBouncer's five first, with its values. */
    private static final Map<String, String> SHOWN = Map.ofEntries(
            Map.entry("client_encoding", "UTF-8"),
            Map.entry("default_transaction_isolation", ISOLATION),
            Map.entry("standard_conforming_strings", "on"),
            Map.entry("datestyle", "ISO"),
            Map.entry("timezone", "GMT"),
            Map.entry("transaction_isolation", ISOLATION),
            Map.entry("default_transaction_read_only", "off"),
            Map.entry("transaction_read_only", "off"),
            Map.entry("in_hot_standby", "off"),
            Map.entry("server_encoding", "UTF8"),
            Map.entry("integer_datetimes", "on"),
            Map.entry("intervalstyle", "postgres"),
            Map.entry("extra_float_digits", "1"),
            Map.entry("bytea_output", "hex"),
            Map.entry("application_name", ""),
            Map.entry("search_path", ""),
            Map.entry("client_min_messages", "notice"),
            Map.entry("statement_timeout", "0"),
            Map.entry("lock_timeout", "0"),
            Map.entry("idle_in_transaction_session_timeout", "0"),
            Map.entry("max_identifier_length", "63"));

    /** Written in words, and what they stand for. */
    private static final Map<String, String> PHRASES =
            Map.of("TRANSACTION ISOLATION LEVEL", "transaction_isolation", "TIME ZONE", "timezone");

    private DriverSettings() {}

    /** The setting that a SHOW asks for; null if it is none of these. */
    static @Nullable String shown(Statement statement) {
        String object = statement.object();
        String name = PHRASES.getOrDefault(object, object.toLowerCase(Locale.ROOT));
        return SHOWN.containsKey(name) ? name : null;
    }

    static String value(String name) {
        return SHOWN.getOrDefault(name, "");
    }

    /** The setting that a SET is about, if it is one of these; null if it is not. */
    static @Nullable String ignored(Statement statement) {
        if (statement.arguments() == 0) {
            return null;
        }
        String first = statement.argument(0).text().toLowerCase(Locale.ROOT);
        if ((first.equals("session") || first.equals("local")) && statement.arguments() > 1) {
            first = statement.argument(1).text().toLowerCase(Locale.ROOT);
        }
        return switch (first) {
            case "names" -> "client_encoding";
            case "time" -> "timezone";
            case "transaction", "characteristics" -> "transaction_isolation";
            default -> SHOWN.containsKey(first) ? first : null;
        };
    }
}

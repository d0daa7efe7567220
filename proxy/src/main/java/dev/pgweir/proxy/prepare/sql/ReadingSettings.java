package dev.pgweir.proxy.prepare.sql;

import java.util.List;

/**
 * The settings that decide what a text means when PostgreSQL parses it: which objects its names stand for, and which values
 * its literals. A statement may be shared only by those who have all of these the same.
 */
public final class ReadingSettings {
    /**
     * In lower case. The role is among them since {@code "$user"} in a search_path stands for its schema. Settings that count
     * at planning or execution (statement_timeout, enable_seqscan, …) are not.
     */
    public static final List<String> NAMES = List.of(
            "search_path",
            "role",
            "session_authorization",
            "client_encoding",
            "datestyle",
            "intervalstyle",
            "timezone",
            "timezone_abbreviations",
            "standard_conforming_strings",
            "backslash_quote",
            "array_nulls",
            "transform_null_equals",
            "xmloption",
            "lc_monetary");

    private ReadingSettings() {}

    /**
     * Whether a change of this setting changes what texts mean.
     *
     * @param name in lower case; the empty name stands for any setting
     */
    public static boolean include(String name) {
        return name.isEmpty() || NAMES.contains(name);
    }
}

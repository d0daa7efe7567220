package dev.pgweir.proxy.server;

import dev.pgweir.protocol.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HexFormat;

/**
 * The query that tells what a client's SET has come to, once its transaction is over: SET LOCAL and a rollback take a
 * value back, a function may have set another one, and PostgreSQL knows how a list is written. Each row has the name, the
 * value and whether that is the default. The value is the hexadecimal form of its UTF-8: client_encoding is the client's.
 *
 * <p>Names are qualified and quoted, since search_path and standard_conforming_strings are among what clients set.
 */
public final class SettingsQuery {
    private static final String VALUE = value("n");

    private SettingsQuery() {}

    private static String value(String name) {
        return "pg_catalog.encode(pg_catalog.convert_to(pg_catalog.current_setting(" + name
                + ", true), 'UTF8'), 'hex')";
    }

    /**
     * A value from a row.
     *
     * @throws ProtocolException if it is not one
     */
    public static String decoded(String value) {
        try {
            return new String(HexFormat.of().parseHex(value), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw ProtocolException.violation("a setting's value that is not hexadecimal");
        }
    }

    /**
     * Its text.
     *
     * @param names which settings; the empty name stands for all that the session has changed. Custom ones PostgreSQL does
     *     not list, so all are reset then: what this client cannot keep the next one must not get
     */
    public static String of(Collection<String> names) {
        StringBuilder sql = new StringBuilder("SELECT n, " + VALUE
                + ", COALESCE((SELECT s.setting OPERATOR(pg_catalog.=) s.reset_val FROM pg_catalog.pg_settings s"
                + " WHERE pg_catalog.lower(s.name) OPERATOR(pg_catalog.=) pg_catalog.lower(n)), false)"
                + " FROM pg_catalog.unnest(ARRAY[");
        String separator = "";
        boolean all = false;
        for (String name : names) {
            if (name.isEmpty()) {
                all = true;
                continue;
            }
            sql.append(separator);
            SqlLiteral.append(sql, name);
            separator = ", ";
        }
        sql.append("]::pg_catalog.text[]) n");
        if (all) {
            sql.append(
                    " UNION ALL SELECT s.name, " + value("s.name") + ", false"
                            + " FROM pg_catalog.pg_settings s WHERE s.source OPERATOR(pg_catalog.=) 'session'; RESET ALL; RESET ROLE; RESET SESSION AUTHORIZATION");
        }
        return sql.toString();
    }
}

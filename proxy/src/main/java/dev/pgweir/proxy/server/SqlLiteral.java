package dev.pgweir.proxy.server;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Texts in queries of PgWeir's own, which run whatever standard_conforming_strings, search_path and client_encoding a client
 * has set.
 */
final class SqlLiteral {
    private static final int LAST_ASCII = 127;

    private SqlLiteral() {}

    /** In ASCII alone, which is the same in each encoding that a client may have. */
    static void append(StringBuilder sql, String text) {
        if (text.chars().anyMatch(c -> c > LAST_ASCII)) {
            sql.append("pg_catalog.convert_from(pg_catalog.decode('")
                    .append(HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8)))
                    .append("', 'hex'), 'UTF8')");
            return;
        }
        sql.append("E'");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\'' || c == '\\') {
                sql.append(c);
            }
            sql.append(c);
        }
        sql.append('\'');
    }
}

package dev.pgweir.proxy.prepare.sql;

import java.util.List;

/**
 * What {@link SqlScanner} found in a text. Immutable.
 *
 * @param statements what touches the session, in the order of the text; nearly always empty. One statement has several
 *     entries if it sets several parameters; these share their {@code from} and {@code to}
 * @param single the text holds no more than one statement, semicolons, blanks and comments aside. False also where that is
 *     not known because the text is longer than the scanner looks
 */
public record SqlScan(List<SessionStatement> statements, boolean single) {
    /** One statement at most, and nothing of interest. */
    public static final SqlScan NOTHING = new SqlScan(List.of(), true);

    /** Several statements, none of interest. */
    static final SqlScan NOTHING_IN_SEVERAL = new SqlScan(List.of(), false);

    /** Copies the list. */
    public SqlScan {
        statements = List.copyOf(statements);
    }

    /** The shared value for texts in which nothing was found. */
    static SqlScan nothing(boolean single) {
        return single ? NOTHING : NOTHING_IN_SEVERAL;
    }
}

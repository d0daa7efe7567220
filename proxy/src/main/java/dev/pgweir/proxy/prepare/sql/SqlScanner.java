package dev.pgweir.proxy.prepare.sql;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/**
 * Tells which statements of a Query's or Parse's text touch the session. It looks at how statements begin and knows
 * PostgreSQL's quotes and comments; it does not parse.
 *
 * <p><b>Bounds.</b> Of a text only the first 64 KiB are split into statements, and calls of {@code set_config} are looked
 * for in the first 4 KiB of a statement. What lies beyond is not looked at: this runs on an event loop for every text, so
 * one client's text must not hold up the others however long it is, and what programs send to change their session is
 * short. Within the bounds the time is linear in the text.
 *
 * <p><b>Recognised</b>: PREPARE, EXECUTE, DEALLOCATE, DISCARD ALL, SET and RESET in each of their forms, and calls of
 * {@code set_config}, with or without {@code pg_catalog.}, in whatever statement.
 *
 * <p><b>Left out since it does not outlive the transaction</b>: SET LOCAL, SET TRANSACTION, SET CONSTRAINTS, RESET
 * TRANSACTION ISOLATION LEVEL and {@code set_config(..., ..., true)}. Only if such a setting is one of {@link
 * ReadingSettings} it is reported, and so are CREATE, ALTER and DROP: up to the transaction's end texts are read otherwise.
 *
 * <p><b>Not recognised</b>: what functions, procedures and DO blocks do, EXECUTE inside EXPLAIN or CREATE TABLE AS, and names
 * written as {@code U&"..."}.
 *
 * <p>The text is taken to be in an encoding that keeps ASCII bytes for ASCII characters, and
 * {@code standard_conforming_strings} to be on (backslashes mean something in E'...' alone). With other settings a quote
 * may be seen where there is none, and a statement behind it be missed or, in a string, be found.
 *
 * <p>Never throws and never reads outside of the text, whatever its bytes are.
 */
public final class SqlScanner {
    /**
     * Bytes of a text that are split into statements: some hundred times what a program sends to set up its session, and
     * about a millisecond for a text made to be slow (tens of microseconds for one that is only long).
     */
    static final int TEXT_BOUND = 64 * 1024;

    /** Bytes by which PostgreSQL tells names of statements and portals, in messages and in SQL alike. */
    public static final int NAME_LENGTH = Names.KEPT;

    /** Bytes of CHARACTERISTICS, and one. */
    private static final int LONGEST_KEYWORD = 16;

    private SqlScanner() {}

    /**
     * Scans a text. Any thread that may read the buffer; neither its indices nor its bytes change.
     *
     * @param from index of the first byte
     * @param to index behind the last byte, the NUL terminator not included
     * @return the statements of interest in order, an immutable empty list for nearly all queries (no allocation then)
     */
    public static SqlScan scan(ByteBuf sql, int from, int to) {
        int limit = limit(sql, from, to);
        int start = Lexemes.skipBlank(sql, from, limit);
        if (start == limit) {
            return SqlScan.nothing(limit == to);
        }
        if (Heads.ofInterest(sql, start, limit)) {
            return new StatementWalk(sql, limit, to).walk(start);
        }
        int semicolon = WordSearch.semicolonUnlessSetConfig(sql, start, limit);
        if (semicolon == WordSearch.SET_CONFIG) {
            return new StatementWalk(sql, limit, to).walk(start);
        }
        if (semicolon < 0 || Lexemes.skipBlank(sql, semicolon + 1, limit) == limit) {
            return SqlScan.nothing(limit == to);
        }
        return new StatementWalk(sql, limit, to).walk(start);
    }

    /**
     * Looks for calls of set_config in a part of a text that has no statement's head, for instance in what a PREPARE prepares.
     * Any thread that may read the buffer.
     *
     * @param from index of the first byte, where no token is cut in two
     * @param to index behind the last byte
     * @return what executing it does, as SET or READING
     */
    public static List<SessionStatement> calls(ByteBuf sql, int from, int to) {
        int limit = limit(sql, from, to);
        if (!WordSearch.hasSetConfig(sql, from, limit)) {
            return List.of();
        }
        List<SessionStatement> calls = new ArrayList<>(1);
        SetConfigCalls.find(
                sql,
                Lexemes.skipBlank(sql, from, limit),
                limit,
                (kind, parameter) -> calls.add(new SessionStatement(kind, parameter, -1, -1, from, to)));
        return calls;
    }

    /** Where to stop. No word that might be a keyword is cut in two there: its first part might be another one. */
    private static int limit(ByteBuf sql, int from, int to) {
        if (to - from <= TEXT_BOUND) {
            return to;
        }
        int bound = from + TEXT_BOUND;
        for (int limit = bound; limit > bound - LONGEST_KEYWORD; limit--) {
            if (!Lexemes.isWordPart(sql.getByte(limit - 1))) {
                return limit;
            }
        }
        return bound;
    }
}

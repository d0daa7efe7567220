package dev.pgweir.proxy.prepare.sql;

import dev.pgweir.proxy.prepare.sql.SessionStatement.Kind;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.function.BiConsumer;

/** The calls of set_config in one statement. */
final class SetConfigCalls {
    /**
     * Bytes from the statement's begin within which a call must begin. Programs that set parameters by a query send
     * little else in it; a report of many kilobytes is not worth a second pass.
     */
    static final int STATEMENT_BOUND = 4 * 1024;

    private static final String WORD = "set_config";

    private SetConfigCalls() {}

    /**
     * Reports each call in order, by its parameter or, where the text does not tell it, with the empty name. Of those that end
     * with the transaction only what {@link ReadingSettings} include.
     *
     * @param from where a token begins
     * @param to where the statement ends
     */
    static void find(ByteBuf sql, int from, int to, BiConsumer<Kind, String> found) {
        int bound = Math.min(to, from + STATEMENT_BOUND);
        int beforePrevious = from;
        int previous = from;
        int at = from;
        while (at < bound) {
            int end = Lexemes.tokenEnd(sql, at, to);
            int next = Lexemes.skipBlank(sql, end, to);
            if (isName(sql, at, end, to, WORD)
                    && next < to
                    && sql.getByte(next) == '('
                    && isBuiltIn(sql, beforePrevious, previous, to)) {
                int arguments = Lexemes.skipBlank(sql, next + 1, to);
                String parameter = parameter(sql, arguments, to);
                if (!isLocal(sql, arguments, to)) {
                    found.accept(Kind.SET, parameter);
                } else if (ReadingSettings.include(parameter)) {
                    found.accept(Kind.READING, parameter);
                }
            }
            beforePrevious = previous;
            previous = at;
            at = next;
        }
    }

    /** Whether the name has no schema before it, or PostgreSQL's own. */
    private static boolean isBuiltIn(ByteBuf sql, int beforePrevious, int previous, int to) {
        return sql.getByte(previous) != '.' || isName(sql, beforePrevious, previous, to, "pg_catalog");
    }

    /** In quotes or without. */
    private static boolean isName(ByteBuf sql, int at, int end, int to, String name) {
        if (sql.getByte(at) != '"') {
            return Lexemes.isWord(sql, at, to, name);
        }
        return end - at >= name.length() + 2
                && sql.toString(at + 1, name.length() + 1, StandardCharsets.ISO_8859_1)
                        .equals(name + '"');
    }

    /** The first argument where that is one plain string. */
    private static String parameter(ByteBuf sql, int at, int to) {
        if (at == to || sql.getByte(at) != '\'') {
            return "";
        }
        int end = Lexemes.tokenEnd(sql, at, to);
        int next = Lexemes.skipBlank(sql, end, to);
        boolean whole = sql.indexOf(at + 1, end, (byte) '\'') == end - 1;
        boolean alone = next < to && sql.getByte(next) == ',';
        return whole && alone ? Names.parameter(sql, at + 1, end - 1) : "";
    }

    /**
     * Whether the third argument is plainly {@code true}, so that the setting ends with the transaction. Looks no further
     * than the next parenthesis: so calls inside of calls cost no more than the text is long.
     */
    private static boolean isLocal(ByteBuf sql, int arguments, int to) {
        int commas = 0;
        int tokens = 0;
        boolean justTrue = false;
        int at = arguments;
        while (at < to) {
            byte first = sql.getByte(at);
            if (first == '(') {
                return false;
            }
            if (first == ')') {
                return commas == 2 && justTrue;
            }
            if (first == ',') {
                commas++;
                tokens = 0;
                justTrue = false;
            } else {
                tokens++;
                justTrue = tokens == 1 && Lexemes.isWord(sql, at, to, "true");
            }
            at = Lexemes.skipBlank(sql, Lexemes.tokenEnd(sql, at, to), to);
        }
        return false;
    }
}

package dev.pgweir.proxy.prepare.sql;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/**
 * Goes through a text statement by statement. A semicolon ends a statement as psql has it: outside of quotes, comments,
 * parentheses (CREATE RULE) and a function's body between BEGIN ATOMIC and END.
 */
final class StatementWalk {
    private final ByteBuf sql;
    private final int limit;
    private final int textEnd;
    private final List<SessionStatement> found = new ArrayList<>();

    /** Behind the last token of the statement that was passed last. */
    private int end;

    /** Whether set_config occurs in what was not passed when that was {@link #looked} for. */
    private boolean calls;

    private boolean looked;

    /** The semicolon behind that statement, or the limit. */
    private int separator;

    /**
     * @param limit what lies behind is not looked at
     * @param textEnd where the text ends, at the limit or behind it
     */
    StatementWalk(ByteBuf sql, int limit, int textEnd) {
        this.sql = sql;
        this.limit = limit;
        this.textEnd = textEnd;
    }

    /**
     * May be called once.
     *
     * @param start neither blank nor comment
     */
    SqlScan walk(int start) {
        int count = 0;
        int at = start;
        while (at < limit) {
            if (sql.getByte(at) == ';') {
                at = Lexemes.skipBlank(sql, at + 1, limit);
            } else {
                count++;
                pass(at);
                look(at);
                at = separator;
            }
        }
        boolean single = count <= 1 && limit == textEnd;
        return found.isEmpty() ? SqlScan.nothing(single) : new SqlScan(found, single);
    }

    private void pass(int start) {
        boolean create = Lexemes.isWord(sql, start, limit, "create");
        int parentheses = 0;
        int body = 0;
        int previous = start;
        int at = start;
        end = start;
        while (at < limit) {
            byte first = sql.getByte(at);
            if (first == ';' && parentheses == 0 && body == 0) {
                break;
            }
            if (first == '(') {
                parentheses++;
            } else if (first == ')') {
                parentheses = Math.max(0, parentheses - 1);
            } else if (create) {
                body = bodyDepth(body, previous, at);
            }
            previous = at;
            end = Lexemes.tokenEnd(sql, at, limit);
            at = Lexemes.skipBlank(sql, end, limit);
        }
        separator = at;
    }

    /** How many ENDs are outstanding behind the token at {@code at}: the function's, and one for each open CASE. */
    private int bodyDepth(int body, int previous, int at) {
        if (body == 0) {
            return isWord(previous, "begin") && isWord(at, "atomic") ? 1 : 0;
        }
        if (isWord(previous, "as") || sql.getByte(previous) == '.') {
            return body; // the name of a column, where keywords are allowed
        }
        if (isWord(at, "case")) {
            return body + 1;
        }
        return isWord(at, "end") ? body - 1 : body;
    }

    private void look(int start) {
        boolean cut = separator == limit && limit < textEnd;
        int reportedEnd = cut ? textEnd : end;
        if (Heads.ofInterest(sql, start, end)) {
            new HeadReader(sql, start, end, !cut, reportedEnd, found).read();
        } else if (mayCall(start)) {
            SetConfigCalls.find(
                    sql,
                    start,
                    end,
                    (kind, parameter) -> found.add(new SessionStatement(kind, parameter, -1, -1, start, reportedEnd)));
        }
    }

    /** One look for all statements. */
    private boolean mayCall(int start) {
        if (!looked) {
            looked = true;
            calls = WordSearch.hasSetConfig(sql, start, limit);
        }
        return calls;
    }

    private boolean isWord(int at, String word) {
        return Lexemes.isWord(sql, at, limit, word);
    }
}

package dev.pgweir.proxy.admin;

import dev.pgweir.protocol.SqlState;
import java.util.ArrayList;
import java.util.List;

/** Cuts what was typed at the console into commands and words: semicolons, comments, blanks, quotes and equals signs. */
final class ConsoleText {
    private final String sql;
    private final List<Statement> statements = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private final List<Word> words = new ArrayList<>();
    private int at;

    private ConsoleText(String sql) {
        this.sql = sql;
    }

    /**
     * The commands of a query; empty ones are left out.
     *
     * @throws ConsoleException if a quote is not closed
     */
    static List<Statement> statements(String sql) throws ConsoleException {
        ConsoleText reader = new ConsoleText(sql);
        while (reader.at < sql.length()) {
            reader.step();
        }
        reader.endStatement();
        return reader.statements;
    }

    private void step() throws ConsoleException {
        char c = sql.charAt(at);
        if (c == ';') {
            at++;
            endStatement();
        } else if (skipComment()) {
            text.append(' ');
        } else if (Character.isWhitespace(c) || c == '\0') {
            at++;
            text.append(' ');
        } else if (c == '\'' || c == '"') {
            quotedWord(c);
        } else if (c == '=') {
            word(at + 1);
        } else {
            int end = at + 1;
            while (end < sql.length() && !endsWord(end)) {
                end++;
            }
            word(end);
        }
    }

    private boolean endsWord(int index) {
        char c = sql.charAt(index);
        return Character.isWhitespace(c)
                || c == '\0'
                || c == ';'
                || c == '='
                || c == '\''
                || c == '"'
                || sql.startsWith("--", index)
                || sql.startsWith("/*", index);
    }

    private boolean skipComment() {
        if (sql.startsWith("--", at)) {
            int end = sql.indexOf('\n', at);
            at = end < 0 ? sql.length() : end;
            return true;
        }
        if (sql.startsWith("/*", at)) {
            int end = sql.indexOf("*/", at + 2);
            at = end < 0 ? sql.length() : end + 2;
            return true;
        }
        return false;
    }

    private void word(int end) {
        words.add(new Word(sql.substring(at, end), false, text.length()));
        text.append(sql, at, end);
        at = end;
    }

    /** The quote itself is written twice, as in SQL. */
    private void quotedWord(char quote) throws ConsoleException {
        StringBuilder value = new StringBuilder();
        int i = at + 1;
        while (i < sql.length()) {
            if (sql.charAt(i) != quote) {
                value.append(sql.charAt(i++));
            } else if (i + 1 < sql.length() && sql.charAt(i + 1) == quote) {
                value.append(quote);
                i += 2;
            } else {
                words.add(new Word(value.toString(), true, text.length()));
                text.append(sql, at, i + 1);
                at = i + 1;
                return;
            }
        }
        throw new ConsoleException(SqlState.SYNTAX_ERROR, "a quote is not closed, use SHOW HELP;");
    }

    private void endStatement() {
        if (!words.isEmpty()) {
            statements.add(new Statement(text.toString().stripTrailing(), words));
        }
        words.clear();
        text.setLength(0);
    }
}

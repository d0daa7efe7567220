package dev.pgweir.proxy.prepare.sql;

import dev.pgweir.proxy.prepare.sql.SessionStatement.Kind;
import io.netty.buffer.ByteBuf;
import java.util.List;

/**
 * Reads how a statement begins that one of {@link Heads} starts. What PostgreSQL would refuse is mostly not reported, but
 * nobody may rely on that: only the server's answer tells whether a statement worked.
 */
final class HeadReader {
    private final ByteBuf sql;
    private final int from;
    private final int limit;
    private final boolean complete;
    private final int reportedEnd;
    private final List<SessionStatement> found;

    /** The next token, or the limit. */
    private int at;

    /** What is set ends with the transaction. */
    private boolean local;

    /**
     * @param from the statement's first byte
     * @param limit behind its last token, or where the scanner stops
     * @param complete whether the statement ends at the limit
     * @param reportedEnd what is reported as its end
     * @param found where to add what is found
     */
    HeadReader(ByteBuf sql, int from, int limit, boolean complete, int reportedEnd, List<SessionStatement> found) {
        this.sql = sql;
        this.from = from;
        this.limit = limit;
        this.complete = complete;
        this.reportedEnd = reportedEnd;
        this.found = found;
        this.at = from;
    }

    void read() {
        if (word("prepare")) {
            prepare();
        } else if (word("execute")) {
            execute();
        } else if (word("deallocate")) {
            deallocate();
        } else if (word("discard")) {
            onlyWord("all", Kind.DISCARD_ALL);
        } else if (word("set")) {
            set();
        } else if (word("reset")) {
            reset();
        } else if (word("create") || word("alter") || word("drop")) {
            reading("");
        }
    }

    /** What follows the name tells it from PREPARE TRANSACTION 'id'. */
    private void prepare() {
        int nameFrom = at;
        if (identifier()) {
            int nameTo = Names.identifierEnd(sql, nameFrom, limit);
            if (isSymbol('(') || word("as")) {
                named(Kind.PREPARE, nameFrom, nameTo);
            }
        }
    }

    private void execute() {
        int nameFrom = at;
        if (identifier() && (atEnd() || isSymbol('('))) {
            named(Kind.EXECUTE, nameFrom, Names.identifierEnd(sql, nameFrom, limit));
        }
    }

    /** PREPARE alone is a name here. */
    private void deallocate() {
        int first = at;
        if (word("prepare") && atEnd()) {
            at = first;
        }
        if (onlyWord("all", Kind.DEALLOCATE_ALL)) {
            return;
        }
        int nameFrom = at;
        if (identifier() && atEnd()) {
            named(Kind.DEALLOCATE, nameFrom, Names.identifierEnd(sql, nameFrom, limit));
        }
    }

    /** SESSION and LOCAL are the names of parameters, or of their first part, where an assignment follows. */
    private void set() {
        if (assignment()) {
            return;
        }
        local = word("local");
        boolean session = word("session");
        if ((local && !session && assignment()) || (session && ofSession())) {
            return;
        }
        if (session && !local) {
            if (assignment()) {
                return;
            }
            if (word("session")) {
                ofSession();
                return;
            }
        }
        if (words("time", "zone")) {
            set("timezone");
        } else if (word("names")) {
            set("client_encoding");
        } else if (word("schema")) {
            set("search_path");
        } else if (word("role")) {
            set("role");
        } else if (words("xml", "option")) {
            set("xmloption");
        }
    }

    /** The two that have SESSION in their name. */
    private boolean ofSession() {
        if (word("authorization")) {
            set("session_authorization");
            return true;
        }
        if (word("characteristics")) {
            if (words("as", "transaction")) {
                set("default_transaction_isolation");
                set("default_transaction_read_only");
                set("default_transaction_deferrable");
            }
            return true;
        }
        return false;
    }

    private void reset() {
        if (onlyWord("all", Kind.RESET_ALL)) {
            return;
        }
        int start = at;
        if (words("time", "zone") && atEnd()) {
            set("timezone");
            return;
        }
        at = start;
        if (words("session", "authorization") && atEnd()) {
            set("session_authorization");
            return;
        }
        at = start;
        int nameTo = parameter();
        if (nameTo >= 0 && atEnd()) {
            set(parameterName(start, nameTo));
        }
    }

    /** A parameter's name and what must follow it; stays where it is if that isn't there. */
    private boolean assignment() {
        int start = at;
        int nameTo = parameter();
        if (nameTo >= 0 && (isSymbol('=') || word("to") || words("from", "current"))) {
            set(parameterName(start, nameTo));
            return true;
        }
        at = start;
        return false;
    }

    /** Passes identifiers with dots between them and returns where the last one ends; -1 if there are none such. */
    private int parameter() {
        int end;
        do {
            end = Names.identifierEnd(sql, at, limit);
            if (end < 0) {
                return -1;
            }
            at = Lexemes.skipBlank(sql, end, limit);
        } while (symbol('.'));
        return end;
    }

    private String parameterName(int start, int end) {
        StringBuilder name = new StringBuilder();
        int next = start;
        while (next < end) {
            int partEnd = Lexemes.tokenEnd(sql, next, end);
            String part = sql.getByte(next) == '.' ? "." : Names.identifier(sql, next, partEnd);
            for (int i = 0; i < part.length(); i++) {
                if (part.charAt(i) > 127) {
                    return ""; // in an encoding that nobody knows
                }
                name.append((char) (Lexemes.lower((byte) part.charAt(i)) & 0xFF));
            }
            next = Lexemes.skipBlank(sql, partEnd, end);
        }
        return name.toString();
    }

    private boolean identifier() {
        int end = Names.identifierEnd(sql, at, limit);
        if (end < 0) {
            return false;
        }
        at = Lexemes.skipBlank(sql, end, limit);
        return true;
    }

    private boolean words(String first, String second) {
        int start = at;
        if (word(first) && word(second)) {
            return true;
        }
        at = start;
        return false;
    }

    private boolean word(String word) {
        if (!Lexemes.isWord(sql, at, limit, word)) {
            return false;
        }
        at = Lexemes.skipBlank(sql, at + word.length(), limit);
        return true;
    }

    private boolean onlyWord(String word, Kind kind) {
        int start = at;
        if (word(word) && atEnd()) {
            found.add(new SessionStatement(kind, "", -1, -1, from, reportedEnd));
            return true;
        }
        at = start;
        return false;
    }

    private boolean symbol(char symbol) {
        if (!isSymbol(symbol)) {
            return false;
        }
        at = Lexemes.skipBlank(sql, at + 1, limit);
        return true;
    }

    private boolean isSymbol(char symbol) {
        return at < limit && sql.getByte(at) == symbol;
    }

    private boolean atEnd() {
        return complete && at == limit;
    }

    private void named(Kind kind, int nameFrom, int nameTo) {
        String name = Names.identifier(sql, nameFrom, nameTo);
        found.add(new SessionStatement(kind, name, nameFrom, nameTo, from, reportedEnd));
    }

    private void set(String parameter) {
        if (local) {
            if (ReadingSettings.include(parameter)) {
                reading(parameter);
            }
            return;
        }
        found.add(new SessionStatement(Kind.SET, parameter, -1, -1, from, reportedEnd));
    }

    private void reading(String parameter) {
        found.add(new SessionStatement(Kind.READING, parameter, -1, -1, from, reportedEnd));
    }
}

package dev.pgweir.proxy.prepare.sql;

import io.netty.buffer.ByteBuf;

/**
 * Where tokens begin and end (PostgreSQL, "Lexical Structure", and its scanner for what that leaves open). What is not
 * terminated ends at the limit. All take a position below or at {@code limit} and return one not above it.
 */
final class Lexemes {
    private Lexemes() {}

    /** The first byte at or behind {@code at} that is neither blank nor comment. */
    static int skipBlank(ByteBuf sql, int at, int limit) {
        int next = at;
        while (next < limit) {
            byte first = sql.getByte(next);
            if (isBlank(first)) {
                next++;
            } else if (first == '-' && follows(sql, next, limit, '-')) {
                next = lineEnd(sql, next + 2, limit);
            } else if (first == '/' && follows(sql, next, limit, '*')) {
                next = blockCommentEnd(sql, next + 2, limit);
            } else {
                return next;
            }
        }
        return next;
    }

    /** Behind the token that begins at {@code at}, which must be below the limit and neither blank nor comment. */
    static int tokenEnd(ByteBuf sql, int at, int limit) {
        byte first = sql.getByte(at);
        if (isWordStart(first)) {
            int end = wordEnd(sql, at, limit);
            boolean escapes = end - at == 1 && lower(first) == 'e' && end < limit && sql.getByte(end) == '\'';
            return escapes ? escapeStringEnd(sql, end + 1, limit) : end;
        }
        return switch (first) {
            case '\'', '"' -> quotedEnd(sql, at, limit, first);
            case '$' -> dollarEnd(sql, at, limit);
            case '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> numberEnd(sql, at, limit);
            default -> at + 1;
        };
    }

    /** Whether the token at a position is this unquoted word, given in lower case. */
    static boolean isWord(ByteBuf sql, int at, int limit, String word) {
        int length = word.length();
        if (limit - at < length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (lower(sql.getByte(at + i)) != word.charAt(i)) {
                return false;
            }
        }
        return at + length == limit || !isWordPart(sql.getByte(at + length));
    }

    /** Behind the quoted token that begins at {@code at}; a doubled quote belongs to it. */
    static int quotedEnd(ByteBuf sql, int at, int limit, byte quote) {
        int next = at + 1;
        while (next < limit) {
            int end = sql.indexOf(next, limit, quote);
            if (end < 0) {
                return limit;
            }
            if (!follows(sql, end, limit, (char) quote)) {
                return end + 1;
            }
            next = end + 2;
        }
        return limit;
    }

    /** Behind the word that begins at {@code at}. */
    static int wordEnd(ByteBuf sql, int at, int limit) {
        int end = at + 1;
        while (end < limit && isWordPart(sql.getByte(end))) {
            end++;
        }
        return end;
    }

    /** Letters, the underscore and every byte of a character beyond ASCII. */
    static boolean isWordStart(byte value) {
        byte lower = lower(value);
        return (lower >= 'a' && lower <= 'z') || value == '_' || value < 0;
    }

    static boolean isWordPart(byte value) {
        return isWordStart(value) || isDigit(value) || value == '$';
    }

    static byte lower(byte value) {
        return value >= 'A' && value <= 'Z' ? (byte) (value + ('a' - 'A')) : value;
    }

    private static boolean isDigit(byte value) {
        return value >= '0' && value <= '9';
    }

    private static boolean isBlank(byte value) {
        return value == ' ' || (value >= '\t' && value <= '\r');
    }

    private static boolean follows(ByteBuf sql, int at, int limit, char wanted) {
        return at + 1 < limit && sql.getByte(at + 1) == wanted;
    }

    private static int lineEnd(ByteBuf sql, int at, int limit) {
        int next = at;
        while (next < limit && sql.getByte(next) != '\n' && sql.getByte(next) != '\r') {
            next++;
        }
        return next;
    }

    /** Comments in slashes and stars nest. */
    private static int blockCommentEnd(ByteBuf sql, int at, int limit) {
        int depth = 1;
        int next = at;
        while (next < limit) {
            byte value = sql.getByte(next);
            if (value == '*' && follows(sql, next, limit, '/')) {
                next += 2;
                if (--depth == 0) {
                    return next;
                }
            } else if (value == '/' && follows(sql, next, limit, '*')) {
                next += 2;
                depth++;
            } else {
                next++;
            }
        }
        return limit;
    }

    /** Behind a string with backslash escapes; one that goes on in a later line has them there as well. */
    private static int escapeStringEnd(ByteBuf sql, int at, int limit) {
        int next = at;
        while (next < limit) {
            byte value = sql.getByte(next);
            if (value == '\\') {
                next += 2;
            } else if (value != '\'') {
                next++;
            } else if (follows(sql, next, limit, '\'')) {
                next += 2;
            } else {
                int more = continuation(sql, next + 1, limit);
                if (more < 0) {
                    return next + 1;
                }
                next = more;
            }
        }
        return limit;
    }

    /** Behind the quote by which a string goes on: blanks with a line end lie between, and comments up to line ends. */
    private static int continuation(ByteBuf sql, int at, int limit) {
        boolean newLine = false;
        int next = at;
        while (next < limit) {
            byte value = sql.getByte(next);
            if (isBlank(value)) {
                newLine |= value == '\n' || value == '\r';
                next++;
            } else if (value == '-' && follows(sql, next, limit, '-')) {
                next = lineEnd(sql, next + 2, limit);
            } else {
                return newLine && value == '\'' ? next + 1 : -1;
            }
        }
        return -1;
    }

    /** A parameter ($1), a string in dollar quotes, or the lone sign. */
    private static int dollarEnd(ByteBuf sql, int at, int limit) {
        int next = at + 1;
        if (next < limit && isDigit(sql.getByte(next))) {
            while (next < limit && isDigit(sql.getByte(next))) {
                next++;
            }
            return next;
        }
        while (next < limit && sql.getByte(next) != '$' && isWordPart(sql.getByte(next))) {
            next++;
        }
        if (next == limit || sql.getByte(next) != '$') {
            return at + 1;
        }
        return dollarQuoteEnd(sql, at, next + 1 - at, limit);
    }

    /**
     * A tag holds no dollar sign but at its ends, so a comparison that fails ends at the next one, and all of them together
     * cost no more than the text is long.
     */
    private static int dollarQuoteEnd(ByteBuf sql, int tag, int length, int limit) {
        int next = tag + length;
        while (next < limit) {
            int dollar = sql.indexOf(next, limit, (byte) '$');
            if (dollar < 0 || limit - dollar < length) {
                return limit;
            }
            int same = 1;
            while (same < length && sql.getByte(dollar + same) == sql.getByte(tag + same)) {
                same++;
            }
            if (same == length) {
                return dollar + length;
            }
            next = dollar + same;
        }
        return limit;
    }

    private static int numberEnd(ByteBuf sql, int at, int limit) {
        int end = at + 1;
        while (end < limit) {
            byte value = sql.getByte(end);
            if (value < 0 || value == '$' || !isWordPart(value)) {
                break;
            }
            end++;
        }
        return end;
    }
}

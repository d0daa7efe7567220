package dev.pgweir.proxy.prepare.sql;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** Names as PostgreSQL understands them, one character per byte. */
final class Names {
    /** Bytes of a longer name that PostgreSQL keeps (NAMEDATALEN - 1). */
    static final int KEPT = 63;

    /** The longest character of UTF-8 goes on for three bytes. */
    private static final int MOST_TRAILING = 3;

    private Names() {}

    /**
     * Behind the identifier that begins at {@code at}.
     *
     * @return -1 if none begins there, or it is empty or not terminated
     */
    static int identifierEnd(ByteBuf sql, int at, int limit) {
        if (at >= limit) {
            return -1;
        }
        byte first = sql.getByte(at);
        if (Lexemes.isWordStart(first)) {
            return Lexemes.wordEnd(sql, at, limit);
        }
        if (first != '"') {
            return -1;
        }
        int end = Lexemes.quotedEnd(sql, at, limit, first);
        return isTerminated(sql, at, end) ? end : -1;
    }

    /** What an identifier means: folded to lower case or freed of its quotes, and cut. */
    static String identifier(ByteBuf sql, int from, int to) {
        boolean quoted = sql.getByte(from) == '"';
        int last = quoted ? to - 1 : to;
        byte[] name = new byte[Math.min(to - from, KEPT + 1)];
        int length = 0;
        for (int at = quoted ? from + 1 : from; at < last && length < name.length; at++) {
            byte value = sql.getByte(at);
            name[length++] = quoted ? value : Lexemes.lower(value);
            if (quoted && value == '"') {
                at++; // its double
            }
        }
        return text(name, length > KEPT ? cut(name) : length);
    }

    /**
     * A parameter's name from a string; PostgreSQL does not cut it and tells no upper from lower case in it. Empty for one that is
     * not in ASCII, since nobody knows its encoding.
     */
    static String parameter(ByteBuf sql, int from, int to) {
        byte[] name = new byte[to - from];
        for (int i = 0; i < name.length; i++) {
            name[i] = Lexemes.lower(sql.getByte(from + i));
            if (name[i] < 0) {
                return "";
            }
        }
        return text(name, name.length);
    }

    /** An even number of quotes at the end are doubled ones and don't terminate. */
    private static boolean isTerminated(ByteBuf sql, int from, int to) {
        int quotes = 0;
        while (to - quotes - 1 > from && sql.getByte(to - quotes - 1) == '"') {
            quotes++;
        }
        boolean empty = to - from == 2;
        return quotes % 2 == 1 && !empty;
    }

    /** How much is kept of a longer name: as in PostgreSQL no character is cut in two, as far as that is UTF-8. */
    private static int cut(byte[] name) {
        int start = KEPT;
        while (start > KEPT - MOST_TRAILING && (name[start] & 0xC0) == 0x80) {
            start--;
        }
        boolean leads = (name[start] & 0xC0) == 0xC0;
        return leads ? start : KEPT;
    }

    private static String text(byte[] name, int length) {
        return new String(name, 0, length, StandardCharsets.ISO_8859_1);
    }
}

package dev.pgweir.proxy.prepare.sql;

import io.netty.buffer.ByteBuf;

/** The words by which a statement can begin that is worth a closer look. */
final class Heads {
    /** Turns an ASCII upper case letter into its lower case one, and no other byte into a letter. */
    private static final int LOWER = 0x20;

    private static final long LOWER_EACH = 0x2020202020202020L;
    private static final long SIX_BYTES = 0xFFFFFFFFFFFFL;

    /** The word "select", its first letter in the lowest byte. */
    private static final long SELECT = 0x7463656C6573L;

    private Heads() {}

    /**
     * Whether a statement begins with a word behind which set_config is looked for. Most statements of a
     * busy server begin with SELECT, so that is compared by one read instead of seven.
     */
    static boolean mayCall(ByteBuf sql, int start, int limit) {
        if (limit - start >= Long.BYTES) {
            long head = sql.getLongLE(start);
            if (((head | LOWER_EACH) & SIX_BYTES) == SELECT) {
                return !Lexemes.isWordPart((byte) (head >>> (6 * Byte.SIZE)));
            }
        }
        return switch (sql.getByte(start) | LOWER) {
            case 's' -> Lexemes.isWord(sql, start, limit, "select");
            case 'w' -> Lexemes.isWord(sql, start, limit, "with");
            default -> false;
        };
    }

    /** Whether a statement begins with a word that {@link HeadReader} knows. */
    static boolean ofInterest(ByteBuf sql, int start, int limit) {
        return switch (sql.getByte(start) | LOWER) {
            case 'p' -> Lexemes.isWord(sql, start, limit, "prepare");
            case 'e' -> Lexemes.isWord(sql, start, limit, "execute");
            case 'd' -> Lexemes.isWord(sql, start, limit, "deallocate") || Lexemes.isWord(sql, start, limit, "discard");
            case 's' -> Lexemes.isWord(sql, start, limit, "set");
            case 'r' -> Lexemes.isWord(sql, start, limit, "reset");
            default -> false;
        };
    }
}

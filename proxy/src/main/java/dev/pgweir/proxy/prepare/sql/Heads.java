package dev.pgweir.proxy.prepare.sql;

import io.netty.buffer.ByteBuf;

/** The words by which a statement can begin that is worth a closer look. */
final class Heads {
    /** Turns an ASCII upper case letter into its lower case one, and no other byte into a letter. */
    private static final int LOWER = 0x20;

    private Heads() {}

    /** Whether a statement begins with a word that {@link HeadReader} knows. */
    static boolean ofInterest(ByteBuf sql, int start, int limit) {
        return switch (sql.getByte(start) | LOWER) {
            case 'p' -> Lexemes.isWord(sql, start, limit, "prepare");
            case 'e' -> Lexemes.isWord(sql, start, limit, "execute");
            case 'd' ->
                Lexemes.isWord(sql, start, limit, "deallocate")
                        || Lexemes.isWord(sql, start, limit, "discard")
                        || Lexemes.isWord(sql, start, limit, "drop");
            case 'c' -> Lexemes.isWord(sql, start, limit, "create");
            case 'a' -> Lexemes.isWord(sql, start, limit, "alter");
            case 's' -> Lexemes.isWord(sql, start, limit, "set");
            case 'r' -> Lexemes.isWord(sql, start, limit, "reset");
            default -> false;
        };
    }
}

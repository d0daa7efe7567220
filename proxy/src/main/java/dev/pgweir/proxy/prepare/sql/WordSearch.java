package dev.pgweir.proxy.prepare.sql;

import io.netty.buffer.ByteBuf;

/**
 * One pass over a text, eight bytes at a time, for the two things that make a statement worth a closer look. The underscore is
 * looked for since it is the rarest byte of {@code set_config}.
 */
final class WordSearch {
    /** There is no semicolon. */
    static final int NONE = -1;

    /** The letters of set_config come before any semicolon. */
    static final int SET_CONFIG = -2;

    private static final String WORD = "set_config";
    private static final int UNDERSCORE_AT = WORD.indexOf('_');
    private static final long SEMICOLONS = 0x3B3B3B3B3B3B3B3BL;
    private static final long UNDERSCORES = 0x5F5F5F5F5F5F5F5FL;
    private static final long LOW_BITS = 0x7F7F7F7F7F7F7F7FL;

    private WordSearch() {}

    /**
     * Looks for the first semicolon, in quotes or not, and for set_config before it.
     *
     * @return the semicolon's index, {@link #NONE}, or {@link #SET_CONFIG}; the latter also if set_config begins less than
     *     eight bytes behind the first semicolon
     */
    static int semicolonUnlessSetConfig(ByteBuf sql, int from, int limit) {
        if (limit - from < Long.BYTES) {
            return from < limit ? sql.indexOf(from, limit, (byte) ';') : NONE;
        }
        int last = limit - Long.BYTES;
        int at = from;
        while (true) {
            long bytes = sql.getLongLE(at);
            long underscores = matches(bytes, UNDERSCORES);
            while (underscores != 0) {
                int underscore = at + (Long.numberOfTrailingZeros(underscores) >>> 3);
                if (isSetConfig(sql, underscore - UNDERSCORE_AT, from, limit)) {
                    return SET_CONFIG;
                }
                underscores &= underscores - 1;
            }
            long semicolons = matches(bytes, SEMICOLONS);
            if (semicolons != 0) {
                return at + (Long.numberOfTrailingZeros(semicolons) >>> 3);
            }
            if (at == last) {
                return NONE;
            }
            at = Math.min(at + Long.BYTES, last);
        }
    }

    /** Whether the letters of set_config are there, in quotes or not. */
    static boolean hasSetConfig(ByteBuf sql, int from, int limit) {
        int at = from;
        while (at < limit) {
            int found = semicolonUnlessSetConfig(sql, at, limit);
            if (found < 0) {
                return found == SET_CONFIG;
            }
            at = found + 1;
        }
        return false;
    }

    /** The highest bit of each byte that equals the pattern's, and no other bit. */
    private static long matches(long bytes, long pattern) {
        long difference = bytes ^ pattern;
        return ~(((difference & LOW_BITS) + LOW_BITS) | difference | LOW_BITS);
    }

    private static boolean isSetConfig(ByteBuf sql, int at, int from, int limit) {
        if (at < from || limit - at < WORD.length()) {
            return false;
        }
        // From the end, where set_config differs from the many other words with an underscore.
        for (int i = WORD.length() - 1; i >= 0; i--) {
            if (Lexemes.lower(sql.getByte(at + i)) != WORD.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}

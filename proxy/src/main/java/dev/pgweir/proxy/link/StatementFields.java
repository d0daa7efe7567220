package dev.pgweir.proxy.link;

import dev.pgweir.proxy.prepare.sql.SqlScanner;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** Reads messages about prepared statements, as {@link StatementMessages} writes them. */
final class StatementFields {
    /** How much of an unknown name is kept for the error's text: many such may be open, and the server is told none. */
    private static final int MAX_TOLD = 256;

    private StatementFields() {}

    /** Where the string from here on ends; negative if it does not, or if the one before did not. */
    static int terminator(ByteBuf buffer, int from, int to) {
        return from <= 0 || from > to ? -1 : buffer.indexOf(from, to, (byte) 0);
    }

    /** Nearly always the unnamed one, which costs nothing. */
    static String portal(ByteBuf buffer, int from, int to) {
        return from == to ? "" : name(buffer, from, to);
    }

    /** What PostgreSQL tells names by, whatever they are long. */
    static String name(ByteBuf buffer, int from, int to) {
        return string(buffer, from, Math.min(to, from + SqlScanner.NAME_LENGTH));
    }

    /** A name for a text only. */
    static String told(ByteBuf buffer, int from, int to) {
        return string(buffer, from, Math.min(to, from + MAX_TOLD));
    }

    private static String string(ByteBuf buffer, int from, int to) {
        return buffer.toString(from, to - from, StandardCharsets.ISO_8859_1);
    }

    static byte[] bytes(ByteBuf buffer, int from, int to) {
        byte[] copy = new byte[to - from];
        buffer.getBytes(from, copy);
        return copy;
    }
}

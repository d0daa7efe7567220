package dev.pgweir.proxy.prepare.sql;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/** Texts in and findings out, in a form that tests can write down. */
final class Scans {
    /** Bytes around the text, which would be seen if the scanner left its bounds: they would finish any quote. */
    private static final byte[] AROUND = "DISCARD ALL;'\"$$*/\n;DISCARD ALL;".getBytes(StandardCharsets.ISO_8859_1);

    private Scans() {}

    static SqlScan scan(byte[] text) {
        ByteBuf sql = Unpooled.wrappedBuffer(AROUND, text, AROUND);
        return SqlScanner.scan(sql, AROUND.length, AROUND.length + text.length);
    }

    static SqlScan scan(String text) {
        return scan(text.getBytes(StandardCharsets.UTF_8));
    }

    /** For example {@code PREPARE a, SET timezone}. */
    static String found(String text) {
        StringBuilder out = new StringBuilder();
        for (SessionStatement statement : scan(text).statements()) {
            out.append(out.isEmpty() ? "" : ", ").append(describe(statement));
        }
        return out.toString();
    }

    static String describe(SessionStatement statement) {
        return (statement.kind() + " " + statement.name()).trim();
    }

    /** The bytes of the text between two indices of the buffer. */
    static String part(String text, int from, int to) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return new String(bytes, from - AROUND.length, to - from, StandardCharsets.UTF_8);
    }
}

package dev.pgweir.proxy.testing;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One message as it came over the wire. */
public final class WireMessage {

    private final char type;
    private final byte[] body;

    /**
     * @param type its first byte, for instance {@code 'Z'}
     * @param body what follows the length; not copied
     */
    WireMessage(char type, byte[] body) {
        this.type = type;
        this.body = body;
    }

    /** Its first byte, for instance {@code 'Z'}. */
    public char type() {
        return type;
    }

    /** What follows the length; not a copy. */
    public byte[] body() {
        return body;
    }

    /** The field of an ErrorResponse or NoticeResponse, for instance 'C' for the SQLSTATE; null if it has none. */
    public @Nullable String field(char code) {
        int position = 0;
        while (position < body.length && body[position] != 0) {
            int end = endOfText(position + 1);
            if (body[position] == code) {
                return text(position + 1, end);
            }
            position = end + 1;
        }
        return null;
    }

    /** SQLSTATE of an ErrorResponse; throws for any other message. */
    public String sqlState() {
        return required('C');
    }

    /** Text of an ErrorResponse or NoticeResponse; throws for any other message. */
    public String message() {
        return required('M');
    }

    /** The values of a DataRow as text, null for NULL. */
    public List<@Nullable String> values() {
        int count = int16(0);
        int position = 2;
        List<@Nullable String> values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int length = int32(position);
            position += 4;
            values.add(length < 0 ? null : text(position, position + length));
            position += Math.max(length, 0);
        }
        return values;
    }

    /** The names of the columns in a RowDescription. */
    public List<String> columns() {
        List<String> names = new ArrayList<>();
        int position = 2;
        for (int i = int16(0); i > 0; i--) {
            int end = endOfText(position);
            names.add(text(position, end));
            // The zero, and what else is said of a column: table, number, type, size, modifier, format.
            position = end + 1 + 18;
        }
        return names;
    }

    /** The zero-terminated texts of the body from an offset on. */
    public List<String> texts(int offset) {
        List<String> texts = new ArrayList<>();
        int position = offset;
        while (position < body.length) {
            int end = endOfText(position);
            texts.add(text(position, end));
            position = end + 1;
        }
        return texts;
    }

    public int int32(int offset) {
        return int16(offset) << 16 | (int16(offset + 2) & 0xffff);
    }

    public int int16(int offset) {
        return body[offset] << 8 | (body[offset + 1] & 0xff);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof WireMessage that && type == that.type && Arrays.equals(body, that.body);
    }

    @Override
    public int hashCode() {
        return 31 * type + Arrays.hashCode(body);
    }

    @Override
    public String toString() {
        return switch (type) {
            case 'E', 'N' -> type + " " + field('S') + " " + field('C') + " " + field('M');
            case 'C', 'S' -> type + " " + texts(0);
            case 'D' -> type + " " + values();
            case 'Z' -> type + " " + (char) body[0];
            default -> type + " " + HexFormat.of().formatHex(body);
        };
    }

    private String required(char code) {
        String value = type == 'E' || type == 'N' ? field(code) : null;
        if (value == null) {
            throw new IllegalStateException("not an error: " + this);
        }
        return value;
    }

    private int endOfText(int from) {
        int end = from;
        while (end < body.length && body[end] != 0) {
            end++;
        }
        return end;
    }

    private String text(int from, int to) {
        return new String(body, from, to - from, StandardCharsets.UTF_8);
    }
}

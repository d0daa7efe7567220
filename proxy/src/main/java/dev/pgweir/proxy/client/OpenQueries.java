package dev.pgweir.proxy.client;

import dev.pgweir.protocol.FrontendMessageType;
import dev.pgweir.protocol.frame.FrameScanner;
import dev.pgweir.proxy.link.Preparer;
import dev.pgweir.proxy.prepare.ClientStatements;
import dev.pgweir.proxy.prepare.PreparedStatement;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The texts of what a client has asked and not been answered, for the log to name those that take long. Of each no more is
 * kept than will be written, of parameters nothing. Belongs to the client's loop; exists only where such queries are logged.
 */
final class OpenQueries {
    /** Characters of a text that are logged; of its bytes as many are kept. */
    static final int MOST = 1000;

    /** Of a pipeline that is longer the rest goes without a text: 64 kB per client. */
    private static final int MOST_OPEN = 64;

    private static final Object UNKNOWN = "(text not kept)";

    private final @Nullable Preparer preparer;
    /** Bytes, or the prepared statement, or a word in their place; one for each ReadyForQuery that is to come. */
    private final ArrayDeque<Object> open = new ArrayDeque<>(2);

    private int beyond;
    /** The first of the messages of the extended protocol since the last Sync that has a text. */
    private @Nullable Object group;

    private @Nullable Object unnamed;

    /**
     * @param preparer who knows the client's statements; null if nobody does
     */
    OpenQueries(@Nullable Preparer preparer) {
        this.preparer = preparer;
    }

    /**
     * The client asks for something.
     *
     * @param whole whether the whole message stands at from…to, or its header
     */
    void asked(byte type, ByteBuf buffer, int from, int to, boolean whole) {
        int body = from + FrameScanner.HEADER_LENGTH;
        switch (type) {
            case FrontendMessageType.QUERY -> add(whole ? copy(buffer, body, to) : UNKNOWN);
            case FrontendMessageType.FUNCTION_CALL -> add("(function call)");
            case FrontendMessageType.PARSE -> {
                Object text = whole ? copy(buffer, afterString(buffer, body, to), to) : UNKNOWN;
                if (whole && body < to && buffer.getByte(body) == 0) {
                    unnamed = text;
                }
                first(text);
            }
            case FrontendMessageType.BIND -> first(whole ? ofStatement(buffer, body, to) : UNKNOWN);
            case FrontendMessageType.SYNC -> {
                add(group == null ? UNKNOWN : group);
                group = null;
            }
            default -> {}
        }
    }

    private Object ofStatement(ByteBuf buffer, int body, int to) {
        int name = afterString(buffer, body, to);
        if (name >= to || buffer.getByte(name) == 0) {
            return unnamed == null ? UNKNOWN : unnamed;
        }
        int length = Math.min(MOST, afterString(buffer, name, to) - 1 - name);
        String text = buffer.toString(name, Math.max(0, length), StandardCharsets.UTF_8);
        ClientStatements.Name known =
                preparer == null ? null : preparer.client().find(text);
        PreparedStatement statement = known == null ? null : known.statement();
        return statement == null ? "(prepared statement " + text + ")" : statement;
    }

    private void first(Object text) {
        if (group == null) {
            group = text;
        }
    }

    private void add(Object text) {
        if (open.size() < MOST_OPEN) {
            open.add(text);
        } else {
            beyond++;
        }
    }

    /** PostgreSQL was ready for the next; the text of what it has done. */
    String answered() {
        Object done = open.poll();
        if (beyond > 0) {
            beyond--;
            open.add(UNKNOWN);
        }
        return done == null ? UNKNOWN.toString() : text(done);
    }

    /** Nothing is open any more. */
    void clear() {
        open.clear();
        beyond = 0;
        group = null;
    }

    private static String text(Object kept) {
        if (kept instanceof byte[] bytes) {
            String text = new String(bytes, StandardCharsets.UTF_8);
            return bytes.length < MOST ? text : text + "...";
        }
        if (kept instanceof PreparedStatement statement) {
            String text = statement.text();
            return text.length() <= MOST ? text : text.substring(0, MOST) + "...";
        }
        return kept.toString();
    }

    private static byte[] copy(ByteBuf buffer, int at, int to) {
        int end = buffer.indexOf(at, Math.min(to, at + MOST), (byte) 0);
        byte[] text = new byte[Math.max(0, (end < 0 ? Math.min(to, at + MOST) : end) - at)];
        buffer.getBytes(at, text);
        return text;
    }

    private static int afterString(ByteBuf buffer, int at, int to) {
        int end = buffer.indexOf(at, to, (byte) 0);
        return end < 0 ? to : end + 1;
    }
}

package dev.pgweir.proxy.link;

import dev.pgweir.protocol.BackendMessageType;
import dev.pgweir.protocol.message.backend.ReportFields;
import dev.pgweir.proxy.prepare.PreparedStatement;
import dev.pgweir.proxy.prepare.Reference;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Tells an error about a prepared statement in the client's words: PostgreSQL speaks of it by the name that it has there.
 * On bytes, one char each, as the text may be in any language and encoding.
 */
final class ErrorNames {
    private static final Pattern NAME = Pattern.compile(PreparedStatement.PREFIX + "[A-Z]?[0-9]*");

    private ErrorNames() {}

    /**
     * The whole message with the client's names and places in it, or null if it is the same.
     *
     * @param body of the ErrorResponse
     */
    static @Nullable ByteBuf inWordsOfClient(ByteBuf body, Reference reference, ByteBufAllocator alloc) {
        String fields = body.toString(StandardCharsets.ISO_8859_1);
        StringBuilder changed = new StringBuilder(fields.length() + 32);
        // Each field: its code, its text, a NUL.
        int at = 0;
        while (at < fields.length() && fields.charAt(at) != 0) {
            int end = fields.indexOf('\0', at);
            if (end < 0) {
                return null;
            }
            String text = fields.substring(at + 1, end);
            changed.append(fields.charAt(at));
            changed.append(
                    switch (fields.charAt(at)) {
                        case ReportFields.MESSAGE -> message(text, reference);
                        case ReportFields.POSITION -> position(text, reference);
                        default -> text;
                    });
            changed.append('\0');
            at = end + 1;
        }
        changed.append('\0');
        if (fields.contentEquals(changed)) {
            return null;
        }
        ByteBuf out = alloc.buffer(changed.length() + 5);
        out.writeByte(BackendMessageType.ERROR_RESPONSE).writeInt(Integer.BYTES + changed.length());
        out.writeCharSequence(changed, StandardCharsets.ISO_8859_1);
        return out;
    }

    private static String position(String text, Reference reference) {
        try {
            return Integer.toString(reference.clientPosition(Integer.parseInt(text)));
        } catch (NumberFormatException e) {
            return text;
        }
    }

    private static String message(String text, Reference reference) {
        Matcher names = NAME.matcher(text);
        StringBuilder all = new StringBuilder(text.length());
        while (names.find()) {
            String client = reference.clientName(names.group());
            if (client.isEmpty()) {
                return "unnamed prepared statement does not exist";
            }
            names.appendReplacement(all, Matcher.quoteReplacement(client));
        }
        return names.appendTail(all).toString();
    }
}

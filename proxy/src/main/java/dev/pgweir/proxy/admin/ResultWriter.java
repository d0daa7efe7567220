package dev.pgweir.proxy.admin;

import dev.pgweir.protocol.message.backend.CommandComplete;
import dev.pgweir.protocol.message.backend.DataRow;
import dev.pgweir.protocol.message.backend.NoticeResponse;
import dev.pgweir.protocol.message.backend.RowDescription;
import dev.pgweir.protocol.message.backend.RowDescription.Column;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes the result of a command, all values as text. */
final class ResultWriter {
    private final ByteBuf out;

    ResultWriter(ByteBuf out) {
        this.out = out;
    }

    /**
     * Begins a table.
     *
     * @param types one letter per column: {@code s} text, {@code i} int4, {@code q} int8, {@code N} numeric, {@code T} a
     *     time, which PgBouncer sends as text
     */
    ResultWriter columns(String types, String... names) {
        if (types.length() != names.length) {
            throw new IllegalArgumentException(types.length() + " types for " + names.length + " columns");
        }
        List<Column> columns = new ArrayList<>(names.length);
        for (int i = 0; i < names.length; i++) {
            columns.add(column(types.charAt(i), names[i]));
        }
        new RowDescription(columns).encode(out);
        return this;
    }

    private static Column column(char type, String name) {
        return switch (type) {
            case 's', 'T' -> Column.text(name);
            case 'i' -> Column.int4(name);
            case 'q' -> Column.int8(name);
            case 'N' -> Column.numeric(name);
            default -> throw new IllegalArgumentException("no column type: " + type);
        };
    }

    /** Writes a row; null is NULL, anything else is written as its text. */
    void row(@Nullable Object... values) {
        List<@Nullable String> texts = new ArrayList<>(values.length);
        for (Object value : values) {
            texts.add(value == null ? null : value.toString());
        }
        new DataRow(texts).encode(out);
    }

    void notice(NoticeResponse notice) {
        notice.encode(out);
    }

    /** Ends the command. */
    void done(String tag) {
        new CommandComplete(tag).encode(out);
    }
}

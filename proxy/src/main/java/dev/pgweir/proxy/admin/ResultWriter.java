package dev.pgweir.proxy.admin;

import dev.pgweir.protocol.BackendMessageType;
import dev.pgweir.protocol.message.MessageWriter;
import dev.pgweir.protocol.message.backend.CommandComplete;
import dev.pgweir.protocol.message.backend.NoticeResponse;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/** Writes the result of a command, or of a part of it: with the extended protocol its columns are asked for apart. */
final class ResultWriter {
    /** Which messages are written. */
    enum Part {
        /** Columns, rows and end: the simple protocol. */
        ALL,
        /** The answer to Describe. */
        COLUMNS,
        /** The answer to Execute. */
        ROWS
    }

    private static final int NO_TABLE = 0;
    private static final int NO_MODIFIER = -1;
    private static final int NULL = -1;

    private ByteBuf out;
    private final Part part;
    private final ResultFormats formats;
    /** After how many rows the others are kept apart; 0 for never. */
    private final int limit;

    private int rows;
    private @Nullable ByteBuf rest;
    private ColumnType[] types = {};
    private boolean described;

    /** For the simple protocol. */
    ResultWriter(ByteBuf out) {
        this(out, Part.ALL, ResultFormats.TEXT);
    }

    ResultWriter(ByteBuf out, Part part, ResultFormats formats) {
        this(out, part, formats, 0);
    }

    /**
     * @param limit how many rows are written at the most, with {@link #rest} for the others; 0 or less for all
     */
    ResultWriter(ByteBuf out, Part part, ResultFormats formats, int limit) {
        this.out = out;
        this.part = part;
        this.formats = formats;
        this.limit = limit;
    }

    /**
     * Begins a table.
     *
     * @param letters of {@link ColumnType}, one per column
     */
    ResultWriter columns(String letters, String... names) {
        if (letters.length() != names.length) {
            throw new IllegalArgumentException(letters.length() + " types for " + names.length + " columns");
        }
        types = new ColumnType[names.length];
        for (int i = 0; i < names.length; i++) {
            types[i] = ColumnType.of(letters.charAt(i));
        }
        described = true;
        if (part != Part.ROWS) {
            describe(names);
        }
        return this;
    }

    private void describe(String... names) {
        MessageWriter message = new MessageWriter(out).begin(BackendMessageType.ROW_DESCRIPTION);
        message.int16(names.length);
        for (int i = 0; i < names.length; i++) {
            message.cstring(names[i])
                    .int32(NO_TABLE)
                    .int16(0)
                    .int32(types[i].oid())
                    .int16(types[i].length())
                    .int32(NO_MODIFIER)
                    .int16(formats.of(i));
        }
        message.end();
    }

    /** Whether there are columns: a command without has no table at all. */
    boolean isDescribed() {
        return described;
    }

    /** How many columns there are. */
    int columnCount() {
        return types.length;
    }

    /** Writes a row; null is NULL. Numbers are whole numbers. */
    void row(@Nullable Object... values) {
        if (part == Part.COLUMNS) {
            return;
        }
        MessageWriter message = new MessageWriter(out).begin(BackendMessageType.DATA_ROW);
        message.int16(values.length);
        for (int i = 0; i < values.length; i++) {
            Object value = values[i];
            if (value == null) {
                message.int32(NULL);
            } else if (formats.isBinary(i)) {
                types[i].writeBinary(value.toString(), message);
            } else {
                message.text(value.toString());
            }
        }
        message.end();
        rows++;
        if (rows == limit) {
            out = Unpooled.buffer();
            rest = out;
        }
    }

    /** The messages behind the limit, once it was reached; there may be but the end. */
    @Nullable
    ByteBuf rest() {
        return rest;
    }

    void notice(NoticeResponse notice) {
        if (part != Part.COLUMNS) {
            notice.encode(out);
        }
    }

    /** Ends the command. */
    void done(String tag) {
        if (part != Part.COLUMNS) {
            new CommandComplete(tag).encode(out);
        }
    }
}

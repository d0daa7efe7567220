package dev.pgweir.protocol.message.backend;

import dev.pgweir.protocol.BackendMessageType;
import dev.pgweir.protocol.message.MessageReader;
import dev.pgweir.protocol.message.MessageWriter;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/** RowDescription: the columns of the rows that follow, here of no table and in text format. */
public record RowDescription(List<Column> columns) implements BackendMessage {
    // Of a column that is an expression.
    private static final int NO_TABLE = 0;
    private static final int NO_ATTRIBUTE = 0;
    private static final int NO_MODIFIER = -1;
    private static final int TEXT_FORMAT = 0;

    // A name of no characters, and six fields.
    private static final int LEAST_COLUMN_LENGTH = 1 + 4 + 2 + 4 + 2 + 4 + 2;

    /**
     * One column.
     *
     * @param typeOid of pg_type
     * @param typeLength bytes of the type's binary form, negative if it varies
     */
    public record Column(String name, int typeOid, int typeLength) {
        private static final int VARIES = -1;

        public static Column text(String name) {
            return new Column(name, 25, VARIES);
        }

        public static Column int4(String name) {
            return new Column(name, 23, 4);
        }

        public static Column int8(String name) {
            return new Column(name, 20, 8);
        }

        public static Column numeric(String name) {
            return new Column(name, 1700, VARIES);
        }

        public static Column bytea(String name) {
            return new Column(name, 17, VARIES);
        }
    }

    public RowDescription {
        columns = List.copyOf(columns);
    }

    public static RowDescription decode(ByteBuf body) {
        MessageReader in = new MessageReader("RowDescription", body);
        int count = in.count16(LEAST_COLUMN_LENGTH);
        List<Column> columns = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            String name = in.cstring();
            in.int32();
            in.int16();
            columns.add(new Column(name, in.int32(), in.int16()));
            in.int32();
            in.int16();
        }
        in.end();
        return new RowDescription(columns);
    }

    @Override
    public void encode(ByteBuf out) {
        MessageWriter writer = new MessageWriter(out).begin(BackendMessageType.ROW_DESCRIPTION);
        writer.int16(columns.size());
        for (Column column : columns) {
            writer.cstring(column.name())
                    .int32(NO_TABLE)
                    .int16(NO_ATTRIBUTE)
                    .int32(column.typeOid())
                    .int16(column.typeLength())
                    .int32(NO_MODIFIER)
                    .int16(TEXT_FORMAT);
        }
        writer.end();
    }
}

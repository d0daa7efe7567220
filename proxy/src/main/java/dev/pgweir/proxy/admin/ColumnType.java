package dev.pgweir.proxy.admin;

import dev.pgweir.protocol.message.MessageWriter;
import java.nio.charset.StandardCharsets;

/** What a column holds, under PgBouncer's letter for it. A driver may ask for PostgreSQL's binary form of each. */
enum ColumnType {
    /** {@code s}, and {@code T}: a time, which PgBouncer sends as text. */
    TEXT(25, -1) {
        @Override
        void writeBinary(String value, MessageWriter out) {
            byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
            out.int32(bytes.length).bytes(bytes);
        }
    },
    /** {@code i}. */
    INT4(23, Integer.BYTES) {
        @Override
        void writeBinary(String value, MessageWriter out) {
            out.int32(Integer.BYTES).int32((int) Long.parseLong(value));
        }
    },
    /** {@code q}. */
    INT8(20, Long.BYTES) {
        @Override
        void writeBinary(String value, MessageWriter out) {
            out.int32(Long.BYTES).int64(Long.parseLong(value));
        }
    },
    /** {@code N}. */
    NUMERIC(1700, -1) {
        @Override
        void writeBinary(String value, MessageWriter out) {
            writeNumeric(Long.parseLong(value), out);
        }
    },
    /** {@code b}; only ever NULL here. */
    BYTEA(17, -1) {
        @Override
        void writeBinary(String value, MessageWriter out) {
            TEXT.writeBinary(value, out);
        }
    };

    private static final int NUMERIC_BASE = 10_000;

    // Digits, weight, sign, scale: see numeric_send() of PostgreSQL.
    private static final int NUMERIC_HEADER = 4 * Short.BYTES;
    private static final int NEGATIVE = 0x4000;

    private final int oid;
    private final int length;

    ColumnType(int oid, int length) {
        this.oid = oid;
        this.length = length;
    }

    static ColumnType of(char letter) {
        return switch (letter) {
            case 's', 'T' -> TEXT;
            case 'i' -> INT4;
            case 'q' -> INT8;
            case 'N' -> NUMERIC;
            case 'b' -> BYTEA;
            default -> throw new IllegalArgumentException("no column type: " + letter);
        };
    }

    /** Of pg_type. */
    int oid() {
        return oid;
    }

    /** Bytes of the binary form, -1 if it varies. */
    int length() {
        return length;
    }

    /** Length and bytes of a value's binary form. */
    abstract void writeBinary(String value, MessageWriter out);

    private static void writeNumeric(long value, MessageWriter out) {
        int digits = 0;
        for (long rest = value; rest != 0; rest /= NUMERIC_BASE) {
            digits++;
        }
        out.int32(NUMERIC_HEADER + digits * Short.BYTES)
                .int16(digits)
                .int16(Math.max(0, digits - 1))
                .int16(value < 0 ? NEGATIVE : 0)
                .int16(0);
        long unit = 1;
        for (int i = 1; i < digits; i++) {
            unit *= NUMERIC_BASE;
        }
        for (; digits > 0; digits--, unit /= NUMERIC_BASE) {
            out.int16((int) Math.abs(value / unit % NUMERIC_BASE));
        }
    }
}

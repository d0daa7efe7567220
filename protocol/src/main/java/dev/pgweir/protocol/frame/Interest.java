package dev.pgweir.protocol.frame;

import java.util.Arrays;

/**
 * What a {@link FrameScanner} does with each message type. Immutable, for any thread; meant to be made once per
 * situation and shared.
 */
public final class Interest {
    /** How much of a message its reader wants to see. */
    public enum Level {
        /** Nothing: it is hopped over. */
        NONE(Interest.NONE),
        /** That it comes, and how long it is. */
        HEADER(Interest.HEADER),
        /** All of it, in one piece. */
        WHOLE(Interest.WHOLE),
        /** It must not come: a {@link dev.pgweir.protocol.ProtocolException} names its type. */
        REJECT(Interest.REJECT);

        private final byte code;

        Level(byte code) {
            this.code = code;
        }
    }

    // What the table holds. The scanner's loop tests for NONE with every message, and zero is the cheapest test.
    static final byte NONE = 0;
    static final byte HEADER = 1;
    static final byte WHOLE = 2;
    static final byte REJECT = 3;

    private static final int TYPES = 256;

    private final byte[] table;

    private Interest(byte[] table) {
        this.table = table;
    }

    /** Begins with every type rejected. */
    public static Builder builder() {
        byte[] table = new byte[TYPES];
        Arrays.fill(table, REJECT);
        return new Builder(table);
    }

    /** Begins with what this one says. */
    public Builder toBuilder() {
        return new Builder(table.clone());
    }

    /** What is done with messages of this type. */
    public Level level(byte type) {
        return switch (table[type & 0xff]) {
            case NONE -> Level.NONE;
            case HEADER -> Level.HEADER;
            case WHOLE -> Level.WHOLE;
            default -> Level.REJECT;
        };
    }

    /** The table itself, by unsigned type byte; the scanner only reads it. */
    byte[] table() {
        return table;
    }

    /** Collects the levels; a later call wins over an earlier one. Not thread-safe. */
    public static final class Builder {
        private final byte[] table;

        private Builder(byte[] table) {
            this.table = table;
        }

        public Builder none(byte... types) {
            return set(Level.NONE, types);
        }

        public Builder header(byte... types) {
            return set(Level.HEADER, types);
        }

        public Builder whole(byte... types) {
            return set(Level.WHOLE, types);
        }

        public Builder reject(byte... types) {
            return set(Level.REJECT, types);
        }

        public Interest build() {
            return new Interest(table.clone());
        }

        private Builder set(Level level, byte[] types) {
            for (byte type : types) {
                table[type & 0xff] = level.code;
            }
            return this;
        }
    }
}

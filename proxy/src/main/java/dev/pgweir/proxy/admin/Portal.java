package dev.pgweir.proxy.admin;

import dev.pgweir.protocol.BackendMessageType;
import dev.pgweir.protocol.message.backend.EmptyBackendMessage;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * A statement with the formats it is to be answered in, and the rows that were not asked for yet. The table is made once,
 * when it is first asked for, so that it is one moment that all its rows show.
 */
final class Portal {
    /** Bytes before the length of a message, which counts itself. */
    private static final int TYPE = 1;

    private final @Nullable Statement statement;
    private final ResultFormats formats;
    /** Whole messages: rows and then the end. On the heap, so it needs no release. */
    private @Nullable ByteBuf rest;

    /**
     * @param statement null for an empty one
     */
    Portal(@Nullable Statement statement, ResultFormats formats) {
        this.statement = statement;
        this.formats = formats;
    }

    @Nullable
    Statement statement() {
        return statement;
    }

    ResultFormats formats() {
        return formats;
    }

    /** Whether rows are left. */
    boolean isSuspended() {
        return rest != null;
    }

    /** Says that there is more, and keeps it. */
    void suspend(ByteBuf left, ByteBuf out) {
        rest = left;
        EmptyBackendMessage.PORTAL_SUSPENDED.encode(out);
    }

    /**
     * Writes what is left.
     *
     * @param limit rows at the most; 0 or less for all
     */
    void goOn(int limit, ByteBuf out) {
        ByteBuf left = rest;
        if (left == null) {
            throw new IllegalStateException("nothing is left");
        }
        for (int rows = 1; left.isReadable(); rows++) {
            int start = left.readerIndex();
            boolean row = left.getByte(start) == BackendMessageType.DATA_ROW;
            out.writeBytes(left, TYPE + left.getInt(start + TYPE));
            if (row && rows == limit) {
                // As with PostgreSQL, which does not look whether that was the last one.
                EmptyBackendMessage.PORTAL_SUSPENDED.encode(out);
                return;
            }
        }
        rest = null;
    }
}

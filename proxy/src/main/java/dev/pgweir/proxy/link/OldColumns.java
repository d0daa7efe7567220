package dev.pgweir.proxy.link;

import dev.pgweir.protocol.SqlState;
import dev.pgweir.protocol.message.backend.ErrorResponse;
import dev.pgweir.protocol.message.backend.ReportFields;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A client that has been told a statement's columns names a format for each of them in Bind. Where the statement was
 * prepared after its table was altered there are other columns, and PostgreSQL says that the Bind is wrong. On a
 * connection of its own the client would have met its old statement, and the error that drivers know how to get over:
 * they prepare it again. So they are told that one.
 */
final class OldColumns {
    /** PostgreSQL's function that compares the number of formats with that of columns; never translated. */
    private static final String COMPARES_FORMATS = "PortalSetResultFormat";

    /** PostgreSQL's function that finds the other columns of an old statement; pgjdbc looks at it. */
    private static final String REVALIDATES = "RevalidateCachedQuery";

    private OldColumns() {}

    /**
     * What the client is told instead, as a whole message, or null if the error is another one.
     *
     * @param error the answer to a Bind by name
     */
    static @Nullable ByteBuf asCachedPlan(ErrorResponse error, ByteBufAllocator alloc) {
        Map<Character, String> fields = error.fields().values();
        if (!error.code().equals(SqlState.PROTOCOL_VIOLATION.code())
                || !COMPARES_FORMATS.equals(fields.get(ReportFields.ROUTINE))) {
            return null;
        }
        Map<Character, String> told = new LinkedHashMap<>(fields);
        told.put(ReportFields.CODE, SqlState.FEATURE_NOT_SUPPORTED.code());
        told.put(ReportFields.MESSAGE, "cached plan must not change result type");
        told.put(ReportFields.ROUTINE, REVALIDATES);
        ByteBuf out = alloc.buffer();
        new ErrorResponse(new ReportFields(told)).encode(out);
        return out;
    }
}

package dev.pgweir.proxy.link;

import static dev.pgweir.proxy.testing.WireBytes.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.protocol.message.backend.ErrorResponse;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a client is told whose Bind has formats for the columns that there were. */
final class OldColumnsTest {
    private static ErrorResponse error(String code, String routine) {
        return ErrorResponse.decode(Unpooled.wrappedBuffer(
                bytes("SFEHLER", "VERROR", "C" + code, "Mbind message has 1 result formats", "R" + routine, (byte) 0)));
    }

    @Test
    void isToldThatThePlanIsOld() {
        ByteBuf told = Objects.requireNonNull(
                OldColumns.asCachedPlan(error("08P01", "PortalSetResultFormat"), new UnpooledByteBufAllocator(false)));

        assertThat(told.readByte()).isEqualTo((byte) 'E');
        assertThat(told.readInt()).isEqualTo(told.readableBytes() + Integer.BYTES);
        ErrorResponse error = ErrorResponse.decode(told);
        told.release();
        assertThat(error.code()).isEqualTo("0A000");
        assertThat(error.message()).isEqualTo("cached plan must not change result type");
        assertThat(error.fields().values())
                .containsEntry('R', "RevalidateCachedQuery")
                .containsEntry('S', "FEHLER");
    }

    @ParameterizedTest
    @CsvSource({"08P01, exec_bind_message", "22003, PortalSetResultFormat", "0A000, RevalidateCachedQuery"})
    void otherErrorsStay(String code, String routine) {
        assertThat(OldColumns.asCachedPlan(error(code, routine), new UnpooledByteBufAllocator(false)))
                .isNull();
    }
}

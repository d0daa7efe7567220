package dev.pgweir.proxy.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SlicesTest {
    private final ByteBuf data = Unpooled.copiedBuffer("0123456789", StandardCharsets.US_ASCII);
    private final Slices slices = new Slices();

    @BeforeEach
    void begin() {
        slices.begin(0, 0);
    }

    @AfterEach
    void everySliceWasReleased() {
        assertThat(data.refCnt()).isEqualTo(1);
        data.release();
    }

    @Test
    void whatStandsTogetherLeavesAsOne() {
        assertThat(keep(2, 4)).isEmpty();
        assertThat(keep(4, 7)).isEmpty();
        assertThat(take()).isEqualTo("23456");
    }

    @Test
    void aGapSendsWhatStoodBeforeIt() {
        keep(0, 3);
        assertThat(keep(5, 10)).isEqualTo("012");
        assertThat(slices.isWhole(data)).isFalse();
        assertThat(take()).isEqualTo("56789");
    }

    @Test
    void aBufferThatIsKeptAltogetherIsWhole() {
        keep(0, 4);
        assertThat(slices.isWhole(data)).isFalse();
        keep(4, 10);
        assertThat(slices.isWhole(data)).isTrue();
    }

    @Test
    void aBufferIsWholeFromWhereItBegan() {
        slices.begin(3, 5);
        keep(5, 10);
        assertThat(slices.isWhole(data)).isTrue();
        assertThat(slices.first()).isEqualTo(3);
    }

    @Test
    void nothingKeptIsNeitherWholeNorASlice() {
        assertThat(slices.isWhole(data)).isFalse();
        assertThat(take()).isEmpty();
    }

    @Test
    void whatWasTakenIsNotSentAgain() {
        keep(0, 4);
        assertThat(take()).isEqualTo("0123");
        keep(4, 10);
        assertThat(slices.isWhole(data)).isFalse();
        assertThat(take()).isEqualTo("456789");
    }

    @Test
    void theEndOfWhatIsKeptMayBeDropped() {
        keep(0, 8);
        slices.dropFrom(5);
        assertThat(take()).isEqualTo("01234");
        slices.dropFrom(2);
        assertThat(take()).isEmpty();
    }

    private String keep(int from, int to) {
        return text(slices.keep(data, from, to));
    }

    private String take() {
        return text(slices.take(data));
    }

    private static String text(@Nullable ByteBuf slice) {
        if (slice == null) {
            return "";
        }
        String text = slice.toString(StandardCharsets.US_ASCII);
        slice.release();
        return text;
    }
}

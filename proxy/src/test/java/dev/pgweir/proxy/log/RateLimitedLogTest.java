package dev.pgweir.proxy.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class RateLimitedLogTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final RateLimitedLog limit = new RateLimitedLog(2, Duration.ofSeconds(10));

    @Test
    void writesTheFirstLinesOfAPeriodAndCountsTheOthers() {
        assertThat(limit.admit("full", "a", 0)).isEqualTo("a");
        assertThat(limit.admit("full", "b", 1)).isEqualTo("b");
        assertThat(limit.admit("full", "c", 2)).isNull();
        assertThat(limit.admit("full", "d", 10 * SECOND - 1)).isNull();
        assertThat(limit.admit("full", "e", 10 * SECOND)).isEqualTo("e (2 lines like this were left out)");
        assertThat(limit.admit("full", "f", 10 * SECOND)).isEqualTo("f");
        assertThat(limit.admit("full", "g", 10 * SECOND)).isNull();
    }

    @Test
    void kindsDoNotTakeEachOthersLines() {
        limit.admit("full", "a", 0);
        limit.admit("full", "b", 0);

        assertThat(limit.admit("refused", "c", 0)).isEqualTo("c");
    }

    @Test
    void quietPeriodLeavesNothingToReport() {
        limit.admit("full", "a", 0);

        assertThat(limit.admit("full", "b", 30 * SECOND)).isEqualTo("b");
    }

    @Test
    void sweepReportsFloodsThatHaveEndedOnce() {
        limit.admit("full", "a", 0);
        limit.admit("full", "b", 0);
        limit.admit("full", "c", 0);

        assertThat(limit.sweep(9 * SECOND)).isEmpty();
        assertThat(limit.sweep(10 * SECOND)).containsExactly("1 lines left out: full");
        assertThat(limit.sweep(30 * SECOND)).isEmpty();
        assertThat(limit.admit("full", "d", 30 * SECOND)).isEqualTo("d");
    }

    @Test
    void clockMayPassItsLargestValue() {
        long late = Long.MAX_VALUE - SECOND;
        limit.admit("full", "a", late);
        limit.admit("full", "b", late);

        assertThat(limit.admit("full", "c", late + 2 * SECOND)).isNull();
        assertThat(limit.admit("full", "d", late + 10 * SECOND)).isEqualTo("d (1 lines like this were left out)");
    }

    @Test
    void manyKindsShareOneCountInsteadOfFillingTheMemory() {
        int written = 0;
        for (int i = 0; i < 10_000; i++) {
            written += limit.admit("kind " + i, "text", 0) == null ? 0 : 1;
        }

        assertThat(written).isEqualTo(502);
        assertThat(limit.sweep(10 * SECOND)).containsExactly("9498 lines left out: of various kinds");
    }

    @Test
    void needsALineAndAPeriod() {
        assertThatIllegalArgumentException().isThrownBy(() -> new RateLimitedLog(0, Duration.ofSeconds(1)));
        assertThatIllegalArgumentException().isThrownBy(() -> new RateLimitedLog(1, Duration.ZERO));
    }
}

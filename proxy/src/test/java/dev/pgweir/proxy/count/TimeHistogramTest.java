package dev.pgweir.proxy.count;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class TimeHistogramTest {
    private final TimeHistogram times = new TimeHistogram();

    private long[] figures() {
        long[] all = new long[TimeHistogram.LENGTH + 2];
        times.copyTo(all, 1);
        return Arrays.copyOfRange(all, 1, TimeHistogram.LENGTH + 1);
    }

    @Test
    void boundsBelongToTheirBucket() {
        times.record(0, 0);
        times.record(0, -5);
        times.record(0, 100_000);
        times.record(0, 100_001);
        times.record(0, 60_000_000_000L);
        times.record(0, 60_000_000_001L);

        long[] figures = figures();

        assertThat(figures[0]).isEqualTo(3);
        assertThat(figures[1]).isEqualTo(1);
        assertThat(figures[TimeHistogram.BOUNDS.size() - 1]).isEqualTo(1);
        assertThat(figures[TimeHistogram.BOUNDS.size()]).isEqualTo(1);
        assertThat(figures[TimeHistogram.LENGTH - 1]).isEqualTo(120_000_200_002L);
    }

    @Test
    void losesNothingOfSeveralWritersWithARowEach() {
        int each = 10_000;
        CompletableFuture<?>[] writers = new CompletableFuture<?>[4];
        for (int i = 0; i < writers.length; i++) {
            int writer = i;
            writers[i] = CompletableFuture.runAsync(() -> {
                for (int n = 0; n < each; n++) {
                    times.record(writer, 1000);
                }
            });
        }
        CompletableFuture.allOf(writers).join();

        long[] figures = figures();

        assertThat(figures[0]).isEqualTo((long) writers.length * each);
        assertThat(figures[TimeHistogram.LENGTH - 1]).isEqualTo(1000L * writers.length * each);
    }
}

package dev.pgweir.proxy.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.pool.Pool;
import dev.pgweir.proxy.pool.PoolKey;
import dev.pgweir.proxy.pool.SomePools;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** However many users there are, the series are few, and none of their counters goes back. */
final class PoolBookTest {
    private static final int QUERIES = 3;

    private final SomePools world = new SomePools();
    private final PoolBook book = new PoolBook();

    @Test
    void thoseBeyondTheFirstShareOneSetOfLabels() {
        for (int i = 0; i < PoolBook.MOST + 20; i++) {
            ask(world.pool("app", "user" + i), 10);
        }

        Map<PoolKey, long[]> totals = totals();

        assertThat(totals).hasSize(PoolBook.MOST + 1);
        assertThat(queries(totals, PoolBook.OTHER)).isEqualTo(200);
        assertThat(book.folded()).isEqualTo(20);
    }

    @Test
    void namesThatNobodyCouldHaveShareThemToo() {
        Pool impostor = world.pool("other", "other");
        Pool endless = world.pool("x".repeat(64), "app");
        ask(impostor, 1);
        ask(endless, 2);
        totals();

        assertThat(book.label(impostor)).isEqualTo(PoolBook.OTHER);
        assertThat(queries(totals(), PoolBook.OTHER)).isEqualTo(3);
    }

    @Test
    void whatASharingPoolHasCountedStaysWhenItIsGoneAndIsNotCountedTwice() {
        Pool endless = world.pool("x".repeat(64), "app");
        ask(endless, 5);
        totals();
        ask(endless, 2);
        assertThat(queries(totals(), PoolBook.OTHER)).isEqualTo(7);
        assertThat(queries(totals(), PoolBook.OTHER)).isEqualTo(7);

        assertThat(world.pools().remove(endless)).isTrue();

        assertThat(queries(totals(), PoolBook.OTHER)).isEqualTo(7);
        assertThat(book.folded()).isZero();
    }

    private static void ask(Pool pool, int queries) {
        for (int i = 0; i < queries; i++) {
            pool.stats().queryDone(0, 1);
        }
    }

    private Map<PoolKey, long[]> totals() {
        return book.totals(world.pools().pools());
    }

    private static long queries(Map<PoolKey, long[]> totals, PoolKey key) {
        assertThat(PoolTotals.PLAIN.get(QUERIES).family()).isEqualTo(Family.QUERIES_TOTAL);
        return totals.getOrDefault(key, new long[PoolTotals.LENGTH])[QUERIES];
    }
}

package dev.pgweir.proxy.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.client.ClientLimits.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How many clients there may be, and that a place that was given back can be taken again. */
final class ClientLimitsTest {
    private final ClientLimits limits = new ClientLimits();

    @Test
    void letsAsManyInAsTheLimitSays() {
        Place first = taken(limits.total(2));
        taken(limits.total(2));
        assertThat(limits.total(2)).isNull();

        first.giveBack();
        taken(limits.total(2));
        assertThat(limits.total(2)).isNull();
    }

    @Test
    void doesNotCountWhomItRefuses() {
        Place only = taken(limits.database("shop", 1));
        for (int i = 0; i < 100; i++) {
            assertThat(limits.database("shop", 1)).isNull();
        }
        assertThat(limits.ofDatabase("shop")).isEqualTo(1);

        only.giveBack();
        assertThat(limits.ofDatabase("shop")).isZero();
    }

    @Test
    void letsNobodyInWhereTheTotalIsZero() {
        assertThat(limits.total(0)).isNull();
    }

    @Test
    void countsWithoutALimitToo() {
        for (int i = 1; i <= 1000; i++) {
            taken(limits.database("shop", 0));
            taken(limits.user("alice", 0));
            assertThat(limits.ofDatabase("shop")).isEqualTo(i);
            assertThat(limits.ofUser("alice")).isEqualTo(i);
        }
    }

    @Test
    void countsEachDatabaseAndEachUserForItself() {
        taken(limits.database("a", 1));
        taken(limits.database("b", 1));
        taken(limits.user("a", 1));
        taken(limits.user("A", 1));

        assertThat(limits.database("a", 1)).isNull();
        assertThat(limits.user("a", 1)).isNull();
        assertThat(limits.ofDatabase("c")).isZero();
        assertThat(limits.ofUser("b")).isZero();
    }

    @Test
    void takesALimitThatIsLoweredForThoseToCome() {
        Place first = taken(limits.user("alice", 3));
        Place second = taken(limits.user("alice", 3));
        assertThat(limits.user("alice", 1)).isNull();

        first.giveBack();
        assertThat(limits.user("alice", 1)).isNull();
        second.giveBack();
        taken(limits.user("alice", 1));
    }

    @Test
    void neverLetsMoreInHoweverManyCome() throws Exception {
        int limit = 3;
        int comers = 8;
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CyclicBarrier start = new CyclicBarrier(comers);
        ExecutorService threads = Executors.newFixedThreadPool(comers);
        try {
            List<Future<Integer>> results = new ArrayList<>();
            for (int i = 0; i < comers; i++) {
                results.add(threads.submit(() -> {
                    start.await(30, TimeUnit.SECONDS);
                    int in = 0;
                    for (int round = 0; round < 5_000; round++) {
                        Place place = limits.database("shop", limit);
                        if (place != null) {
                            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                            in++;
                            inside.decrementAndGet();
                            place.giveBack();
                        }
                    }
                    return in;
                }));
            }
            int in = 0;
            for (Future<Integer> result : results) {
                in += result.get();
            }
            assertThat(in).isPositive();
        } finally {
            threads.shutdownNow();
        }
        assertThat(most.get()).isBetween(1, limit);
        assertThat(limits.ofDatabase("shop")).isZero();
    }

    private static Place taken(@Nullable Place place) {
        if (place == null) {
            throw new AssertionError("there should have been a place");
        }
        return place;
    }
}

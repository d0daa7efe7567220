package dev.pgweir.proxy.authquery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.auth.SourceNetwork;
import dev.pgweir.proxy.authquery.Turns.Lane;
import dev.pgweir.proxy.authquery.Turns.Turn;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TurnsTest {
    private static final Lane LANE = new Lane("app", "auth");
    private static final SourceNetwork ONE = network("192.0.2.1");
    private static final SourceNetwork OTHER = network("192.0.2.2");

    private final Turns turns = new Turns();
    private final List<String> begun = new ArrayList<>();

    @Test
    void aFewRunAtATimeAndTheOthersFollowAsTheyEnd() {
        List<Turn> all = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            all.add(take(LANE, ONE, "q" + i));
        }
        assertThat(begun).containsExactly("q0", "q1", "q2", "q3");
        assertThat(turns.waiting()).isEqualTo(2);

        all.get(2).over();
        all.get(2).over();

        assertThat(begun).containsExactly("q0", "q1", "q2", "q3", "q4");
        assertThat(turns.running()).isEqualTo(4);
    }

    @Test
    void anotherLaneHasPlacesOfItsOwn() {
        for (int i = 0; i < 5; i++) {
            take(LANE, ONE, "q" + i);
        }
        take(new Lane("app", "auth2"), ONE, "elsewhere");

        assertThat(begun).endsWith("elsewhere");
    }

    @Test
    void aSmallPoolRunsFewer() {
        take(LANE, 1, ONE, "q0");
        take(LANE, 1, ONE, "q1");
        assertThat(begun).containsExactly("q0");

        take(LANE, 0, ONE, "q2");
        assertThat(begun).containsExactly("q0");
    }

    @Test
    void whoWasFoundBeforeGoesFirst() {
        List<Turn> running = fill();
        take(LANE, ONE, "stranger");
        take(LANE, null, "known");

        running.get(0).over();
        assertThat(begun).endsWith("known");
        running.get(1).over();
        assertThat(begun).endsWith("stranger");
    }

    @Test
    void networksTakeTurns() {
        List<Turn> running = fill();
        for (int i = 0; i < 100; i++) {
            take(LANE, ONE, "one" + i);
        }
        take(LANE, OTHER, "other0");
        take(LANE, OTHER, "other1");

        running.forEach(Turn::over);

        assertThat(begun.subList(4, 8)).containsExactly("one0", "other0", "one1", "other1");
    }

    @Test
    void tooManyOfOneNetworkAreRefusedAndNobodyElse() {
        fill();
        List<Turn> queued = new ArrayList<>();
        for (int i = 0; i < Turns.MOST_OF_NETWORK; i++) {
            queued.add(take(LANE, ONE, "one"));
        }
        assertThat(turns.take(LANE, 4, ONE, turn -> begun.add("never"))).isNull();
        assertThat(turns.take(LANE, 4, OTHER, turn -> begun.add("other"))).isNotNull();
        assertThat(turns.take(LANE, 4, null, turn -> begun.add("known"))).isNotNull();

        queued.get(7).withdraw();
        queued.get(7).withdraw();
        assertThat(turns.take(LANE, 4, ONE, turn -> begun.add("one"))).isNotNull();
        assertThat(turns.take(LANE, 4, ONE, turn -> begun.add("never"))).isNull();
    }

    @Test
    void tooManyOfAllNetworksAreRefusedButThoseThatWereFoundBefore() {
        fill();
        for (int i = 0; i < Turns.MOST_WAITING; i++) {
            take(LANE, network("10.0." + i % 100 + "." + i / 100 % 100), "q");
        }
        assertThat(turns.take(LANE, 4, network("10.1.0.1"), turn -> begun.add("never")))
                .isNull();
        assertThat(turns.take(LANE, 4, null, turn -> begun.add("known"))).isNotNull();
    }

    @Test
    void whatIsWithdrawnNeverBegins() {
        List<Turn> running = fill();
        Turn stranger = take(LANE, ONE, "stranger");
        Turn known = take(LANE, null, "known");

        stranger.withdraw();
        known.withdraw();
        running.forEach(Turn::over);

        assertThat(begun).hasSize(4);
        assertThat(turns.waiting()).isZero();
        assertThat(turns.running()).isZero();
    }

    @Test
    void aLongLineOfWhatEndsAtOnceNeedsNoStack() {
        List<Turn> running = fill();
        for (int i = 0; i < 50_000; i++) {
            turns.take(LANE, 4, null, Turn::over);
        }
        running.get(0).over();

        assertThat(turns.waiting()).isZero();
        assertThat(turns.running()).isEqualTo(3);
    }

    @Test
    void addressesOfAnIpv6NetworkAreOne() {
        assertThat(network("2001:db8::1")).isEqualTo(network("2001:db8::ffff:1"));
        assertThat(network("2001:db8::1")).isNotEqualTo(network("2001:db8:0:1::1"));
        assertThat(SourceNetwork.of(null)).isNotEqualTo(ONE);
    }

    @Test
    void manyThreadsLoseNobodyAndNeverRunMoreThanAFew() throws Exception {
        int count = 20_000;
        CountDownLatch over = new CountDownLatch(count);
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int i = 0; i < count; i++) {
                SourceNetwork network = i % 3 == 0 ? network("192.0.2." + i % 50) : null;
                threads.execute(() -> {
                    Turn taken = turns.take(LANE, 4, network, turn -> {
                        most.accumulateAndGet(running.incrementAndGet(), Math::max);
                        threads.execute(() -> {
                            running.decrementAndGet();
                            turn.over();
                            over.countDown();
                        });
                    });
                    Objects.requireNonNull(taken);
                    turns.serve(LANE);
                });
            }
            assertThat(over.await(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            threads.shutdownNow();
        }
        assertThat(most.get()).isLessThanOrEqualTo(4);
        assertThat(turns.waiting()).isZero();
        assertThat(turns.running()).isZero();
    }

    /** All places of the lane are taken. */
    private List<Turn> fill() {
        List<Turn> running = new ArrayList<>();
        for (int i = 0; i < Turns.AT_ONCE; i++) {
            running.add(take(LANE, ONE, "running"));
        }
        return running;
    }

    private Turn take(Lane lane, @Nullable SourceNetwork network, String name) {
        return take(lane, 4, network, name);
    }

    private Turn take(Lane lane, int atOnce, @Nullable SourceNetwork network, String name) {
        Turn turn = turns.take(lane, atOnce, network, begins -> begun.add(name));
        turns.serve(lane);
        return Objects.requireNonNull(turn);
    }

    private static SourceNetwork network(String address) {
        try {
            return SourceNetwork.of(InetAddress.getByName(address));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }
}

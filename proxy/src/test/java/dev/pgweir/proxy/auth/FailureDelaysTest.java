package dev.pgweir.proxy.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.junit.jupiter.api.Test;

/** Who waits, and for how long. */
final class FailureDelaysTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long BASE = SECOND / 2;

    private final InetAddress here = address("192.0.2.1");
    private long now = 17;
    private final FailureDelays delays = new FailureDelays(() -> now);

    @Test
    void firstFailuresAreFreeThenTheWaitDoublesUpToItsEnd() {
        List<Long> waits = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            long wait = delays.take(here, "app", BASE);
            waits.add(wait);
            now += wait;
            delays.failed(here, "app");
        }
        assertThat(waits).containsExactly(0L, 0L, 0L, BASE, 2 * BASE, 4 * BASE, 8 * BASE, 5 * SECOND, 5 * SECOND);
    }

    @Test
    void attemptsAtTheSameTimeAreLetThroughOneByOne() {
        fail("app", FailureDelays.FREE_OF_USER);
        assertThat(delays.take(here, "app", BASE)).isEqualTo(BASE);
        assertThat(delays.take(here, "app", BASE)).isEqualTo(2 * BASE);
        assertThat(delays.take(here, "app", BASE)).isEqualTo(3 * BASE);
        for (int i = 0; i < 100; i++) {
            assertThat(delays.take(here, "app", BASE)).isLessThanOrEqualTo(5 * SECOND);
        }
    }

    @Test
    void othersDoNotWait() {
        fail("app", 10);
        assertThat(delays.take(here, "other", BASE)).isZero();
        assertThat(delays.take(address("192.0.2.2"), "app", BASE)).isZero();
        assertThat(delays.take(here, "app", 0)).isZero();
    }

    @Test
    void addressThatTriesManyNamesWaitsWithEachOfThem() {
        for (int i = 0; i < FailureDelays.FREE_OF_ADDRESS; i++) {
            assertThat(delays.take(here, "user" + i, BASE)).isZero();
            delays.failed(here, "user" + i);
        }
        assertThat(delays.take(here, "one more", BASE)).isEqualTo(BASE);
    }

    @Test
    void hostOfAnIpv6NetworkIsTheSameWhicheverAddressItTakes() {
        for (int i = 0; i < FailureDelays.FREE_OF_USER; i++) {
            delays.failed(address("2001:db8::" + (i + 1)), "app");
        }
        assertThat(delays.take(address("2001:db8::ffff"), "app", BASE)).isEqualTo(BASE);
        assertThat(delays.take(address("2001:db8:0:1::1"), "app", BASE)).isZero();
    }

    @Test
    void successOrAMinuteEndsIt() {
        fail("app", 10);
        delays.succeeded(here, "app");
        assertThat(delays.take(here, "app", BASE)).isZero();

        fail("app", 10);
        now += 61 * SECOND;
        assertThat(delays.take(here, "app", BASE)).isZero();
        delays.failed(here, "app");
        assertThat(delays.take(here, "app", BASE)).isZero();
    }

    @Test
    void tableIsBounded() {
        for (int i = 0; i < FailureDelays.MAX_ENTRIES * 2; i++) {
            delays.failed(here, "user" + i);
        }
        assertThat(delays.size()).isEqualTo(FailureDelays.MAX_ENTRIES);
    }

    @Test
    void loginWaitsBeforeAnythingIsAskedAndIsCounted() {
        fail("app", FailureDelays.FREE_OF_USER);
        CompletableFuture<Boolean> timer = new CompletableFuture<>();
        List<Long> asked = new ArrayList<>();
        DelayedAuthenticator login = new DelayedAuthenticator(
                () -> new FixedAuthenticator(AuthFailures.password("wrong")), delays, here, "app", BASE, nanos -> {
                    asked.add(nanos);
                    return timer;
                });

        assertThat(login.start()).isEqualTo(new ClientAuthStep.Pending(timer, true));
        assertThat(asked).containsExactly(BASE);
        assertThat(login.onMessage(Unpooled.EMPTY_BUFFER)).isEqualTo(AuthFailures.outOfTurn());
        now += BASE;
        assertThat(login.resume()).isEqualTo(AuthFailures.password("wrong"));
        assertThat(delays.take(here, "app", BASE)).isEqualTo(2 * BASE);
    }

    @Test
    void clientThatLeavesWhileItWaitsLeavesNoTimerBehind() {
        fail("app", FailureDelays.FREE_OF_USER);
        CompletableFuture<Boolean> timer = new CompletableFuture<>();
        DelayedAuthenticator login = new DelayedAuthenticator(
                () -> new FixedAuthenticator(AuthFailures.password("wrong")),
                delays,
                here,
                "app",
                BASE,
                nanos -> timer);
        login.start();
        login.abandon();
        assertThat(timer).isCancelled();
    }

    @Test
    void timerThatNobodyWaitsForIsGoneFromItsThread() {
        ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1);
        thread.setRemoveOnCancelPolicy(true);
        try {
            DelayedAuthenticator.timer(thread).apply(3600 * SECOND).cancel(false);
            assertThat(thread.getQueue()).isEmpty();
        } finally {
            thread.shutdownNow();
        }
    }

    @Test
    void longNamesAreNotKeptWhole() {
        String start = "x".repeat(FailureDelays.MAX_NAME);
        fail(start + "y".repeat(9_000), FailureDelays.FREE_OF_USER);
        assertThat(delays.take(here, start, BASE)).isEqualTo(BASE);
    }

    private void fail(String user, int times) {
        for (int i = 0; i < times; i++) {
            delays.failed(here, user);
        }
    }

    private static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}

package dev.pgweir.proxy.pool;

import static dev.pgweir.proxy.pool.Specs.specs;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class WaitingTest {
    private final World world = new World();

    @Test
    void queryWaitTimeoutEndsTheWaitOfThoseWhoHaveWaitedSoLong() {
        Pool pool = world.pool("shop", specs().size(1).waitTimeout(Duration.ofMinutes(2)));
        world.linked(pool);
        List<FakeClient> early = world.waiting(pool, 2);
        world.advance(Duration.ofSeconds(1));
        FakeClient late = world.client().ask(pool);
        world.tickAfter(Duration.ofSeconds(119));
        assertThat(early).allSatisfy(client -> assertThat(client.failure).isEqualTo(WaitFailure.TIMEOUT));
        assertThat(late.waits()).isTrue();
        assertThat(world.events).containsExactly("wait failed QUERY_WAIT_TIMEOUT", "wait failed QUERY_WAIT_TIMEOUT");
        world.tickAfter(Duration.ofSeconds(1));
        assertThat(late.failure).isEqualTo(WaitFailure.TIMEOUT);
    }

    @Test
    void aTimeoutOfZeroLetsClientsWaitForEver() {
        Pool pool = world.pool("shop", specs().size(1));
        world.linked(pool);
        FakeClient client = world.client().ask(pool);
        world.tickAfter(Duration.ofDays(30));
        assertThat(client.waits()).isTrue();
    }

    @Test
    void tellsEachClientOnceThatItWaitsLong() {
        Pool pool = world.pool("shop", specs().size(1).waitNotify(Duration.ofSeconds(5)));
        FakeClient holder = world.linked(pool);
        FakeClient early = world.client().ask(pool);
        world.advance(Duration.ofSeconds(1));
        FakeClient late = world.client().ask(pool);
        world.tickAfter(Duration.ofSeconds(4));
        assertThat(early.longWaits).isEqualTo(1);
        assertThat(late.longWaits).isZero();
        world.tickAfter(Duration.ofSeconds(1));
        world.tickAfter(Duration.ofSeconds(1));
        assertThat(early.longWaits).isEqualTo(1);
        assertThat(late.longWaits).isEqualTo(1);

        holder.release();
        early.release();
        assertThat(late.hasServer()).isTrue();
        early.ask(pool);
        world.tickAfter(Duration.ofSeconds(6));
        assertThat(early.longWaits).as("a new wait").isEqualTo(2);
    }

    @Test
    void aClientThatLeavesGivesItsPlaceInTheQueueUp() {
        Pool pool = world.pool("shop", specs().size(1));
        FakeClient holder = world.linked(pool);
        FakeClient first = world.client().ask(pool);
        FakeClient second = world.client().ask(pool);
        assertThat(first.leave()).isTrue();
        assertThat(first.leave()).isFalse();
        holder.release();
        assertThat(first.hasServer()).isFalse();
        assertThat(second.hasServer()).isTrue();
    }

    @Test
    void aClientThatFailedMayAskAgain() {
        Pool pool = world.pool("shop", specs().size(1).waitTimeout(Duration.ofSeconds(1)));
        FakeClient holder = world.linked(pool);
        FakeClient client = world.client().ask(pool);
        world.tickAfter(Duration.ofSeconds(1));
        assertThat(client.leave()).isFalse();
        client.ask(pool);
        holder.release();
        assertThat(client.hasServer()).isTrue();
    }
}

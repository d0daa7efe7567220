package dev.pgweir.proxy.pool;

import static dev.pgweir.proxy.pool.Specs.specs;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ReserveTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final World world = new World();

    @Test
    void opensOneReserveServerPerClientThatHasWaitedLongEnough() {
        Pool pool = world.pool("shop", specs().size(2).reserve(3, TIMEOUT));
        world.linked(pool, 2);
        world.waiting(pool, 2);
        world.advance(Duration.ofSeconds(1));
        world.waiting(pool, 5);
        world.tickAfter(Duration.ofMillis(3999));
        assertThat(world.shown(pool).servers()).isEqualTo(2);
        world.tickAfter(Duration.ofMillis(1));
        assertThat(world.shown(pool).login()).isEqualTo(2);
        assertThat(world.events).containsExactly("reserve shop", "reserve shop");
        world.tickAfter(Duration.ofSeconds(1));
        assertThat(world.shown(pool).servers()).isEqualTo(5);
        world.tickAfter(TIMEOUT);
        assertThat(world.shown(pool).servers()).isEqualTo(5);
    }

    @Test
    void aTimeoutOfZeroMeansTheReserveIsNeverUsed() {
        Pool pool = world.pool("shop", specs().size(1).reserve(3, Duration.ZERO));
        world.linked(pool);
        world.waiting(pool, 3);
        world.tickAfter(Duration.ofHours(1));
        assertThat(world.shown(pool).servers()).isEqualTo(1);
    }

    @Test
    void theReserveIsUnderTheCapsAsWell() {
        Pool pool = world.pool("shop", specs().size(2).reserve(3, TIMEOUT).maxServer(3));
        world.linked(pool, 2);
        world.waiting(pool, 5);
        world.tickAfter(TIMEOUT);
        assertThat(world.shown(pool).servers()).isEqualTo(3);
    }

    @Test
    void aServerOutOfTheReserveServesOnAsAnyOther() {
        Pool pool = world.pool("shop", specs().size(1).reserve(1, TIMEOUT));
        FakeClient first = world.linked(pool);
        FakeClient second = world.client().ask(pool);
        world.tickAfter(TIMEOUT);
        world.loginAll();
        second.release();
        first.release();
        assertThat(world.shown(pool).idle()).isEqualTo(2);
    }
}

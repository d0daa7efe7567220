package dev.pgweir.proxy.pool;

import static dev.pgweir.proxy.pool.Specs.specs;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.ServerState;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FairShareTest {
    private static final Duration MIN_AGE = Duration.ofSeconds(1);

    private final World world = new World();

    private Pool pool(String database, int cap) {
        return world.pool(database, specs().maxServer(cap).minEvictAge(MIN_AGE));
    }

    @Test
    void aServerOfAPoolWithWaitersGoesToTheOlderWaiterOfAnotherPoolOnceItIsOldEnough() {
        Pool busy = pool("busy", 1);
        Pool other = pool("other", 1);
        FakeClient holder = world.linked(busy);
        FakeClient guest = world.client().ask(other);
        world.advance(Duration.ofMillis(1));
        FakeClient next = world.client().ask(busy);

        world.advance(MIN_AGE.minusMillis(2));
        holder.release();
        assertThat(next.hasServer()).as("still too young to be closed").isTrue();

        FakeClient another = world.client().ask(busy);
        world.advance(Duration.ofMillis(1));
        FakeServer server = world.of(next.held());
        next.release();
        assertThat(server.closeAsked).isEqualTo(DisconnectReason.SERVER_EVICTED);
        world.closeAll();
        world.loginAll();
        assertThat(guest.hasServer()).isTrue();
        assertThat(another.waits()).isTrue();
        assertThat(world.events).containsExactly("evicted busy for other");
    }

    @Test
    void aServerStaysWithItsPoolWhileTheOldestWaiterIsThere() {
        Pool busy = pool("busy", 1);
        Pool other = pool("other", 1);
        FakeClient holder = world.linked(busy);
        FakeClient older = world.client().ask(busy);
        world.advance(Duration.ofSeconds(2));
        FakeClient younger = world.client().ask(other);
        world.advance(Duration.ofSeconds(2));
        holder.release();
        assertThat(older.hasServer()).isTrue();
        assertThat(younger.waits()).isTrue();
    }

    @Test
    void aServerThatItsPoolDoesNotNeedIsGivenAwayAtOnceHoweverYoung() {
        Pool first = pool("first", 1);
        Pool second = pool("second", 1);
        FakeClient holder = world.linked(first);
        FakeClient guest = world.client().ask(second);
        holder.release();
        world.closeAll();
        world.loginAll();
        assertThat(guest.hasServer()).isTrue();
    }

    @Test
    void youngServersAreGivenAwayAtABoundedRate() {
        Pool first = pool("first", 1);
        Pool second = pool("second", 1);
        FakeClient holder = world.linked(first);
        world.client().ask(second);
        holder.release();
        assertThat(world.servers.get(0).closeAsked).isEqualTo(DisconnectReason.SERVER_EVICTED);
        world.closeAll();
        world.loginAll();

        // The cap has one place, so its burst of one is spent: the next young server stays idle for a while.
        FakeClient guest = world.client().ask(first);
        second.release(world.servers.get(1).slot, Release.REUSE);
        assertThat(world.servers.get(1).state()).isEqualTo(ServerState.IDLE);
        assertThat(guest.waits()).isTrue();
        world.tickAfter(MIN_AGE);
        assertThat(world.servers.get(1).closeAsked).isEqualTo(DisconnectReason.SERVER_EVICTED);
    }

    @Test
    void theFreedPlaceGoesToThePoolOfTheOldestWaiter() {
        List<Pool> pools = List.of(pool("a", 1), pool("b", 1), pool("c", 1));
        FakeClient holder = world.linked(pools.get(0));
        FakeClient second = world.client().ask(pools.get(2));
        world.advance(Duration.ofMillis(5));
        FakeClient third = world.client().ask(pools.get(1));
        world.of(holder.held()).socketCloses();
        world.loginAll();
        assertThat(second.hasServer()).isTrue();
        assertThat(third.waits()).isTrue();
    }

    @Test
    void aPoolThatCannotUseThePlaceDoesNotGetIt() {
        Pool busy = pool("busy", 2);
        Pool full = world.pool("full", specs().maxServer(2).size(1).minEvictAge(MIN_AGE));
        FakeClient holder = world.linked(busy);
        world.linked(full);
        world.client().ask(full);
        world.advance(Duration.ofSeconds(5));
        world.client().ask(busy);
        holder.release();
        assertThat(world.in(ServerState.CLOSING)).isEmpty();
    }

    @Test
    void nothingIsClosedForAPoolWhoseServerIsOnItsWayAlready() {
        Pool busy = pool("busy", 3);
        Pool other = pool("other", 3);
        List<FakeClient> holders = world.linked(busy, 3);
        world.client().ask(other);
        world.advance(Duration.ofSeconds(2));
        world.waiting(busy, 3);
        holders.forEach(FakeClient::release);
        assertThat(world.in(ServerState.CLOSING)).hasSize(1);
        assertThat(world.in(busy, ServerState.ACTIVE)).hasSize(2);
    }

    /** One pool never stops asking, the other has one client that asks again as soon as it was served. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void neitherOfTwoPoolsStarvesAndConnectionsChangeHandsAtABoundedRate(int places) {
        Simulation simulation = new Simulation(world);
        simulation.clients(pool("greedy", places), 20);
        simulation.clients(pool("modest", places), 1);
        simulation.run(Duration.ofMinutes(1));

        assertThat(simulation.longestWait("modest")).isLessThanOrEqualTo(MIN_AGE.plusMillis(100));
        assertThat(simulation.longestWait("greedy")).isLessThanOrEqualTo(MIN_AGE.plusMillis(500));
        assertThat(simulation.served("modest")).isGreaterThan(50);
        assertThat(simulation.served("greedy")).isGreaterThan(1_000);
        // Per second: each place once per minimum age, the young ones once in 50 ms, and the burst.
        assertThat(world.servers.size()).isLessThanOrEqualTo(60 * (places + 20) + places);
        assertThat(simulation.mostOpen()).isLessThanOrEqualTo(places);
    }

    @Test
    void equalDemandGetsEqualShares() {
        Simulation simulation = new Simulation(world);
        simulation.clients(pool("left", 3), 20);
        simulation.clients(pool("right", 3), 20);
        simulation.run(Duration.ofMinutes(2));
        double left = simulation.served("left");
        double right = simulation.served("right");
        assertThat(left / right).isBetween(0.8, 1.25);
        assertThat(world.servers.size()).isLessThanOrEqualTo(120 * 4);
    }

    @Test
    void manyPoolsThatNeedAServerForOneQueryOnlyAreAllServedSoon() {
        Simulation simulation = new Simulation(world);
        for (int i = 0; i < 50; i++) {
            simulation.oneQuery(pool("tenant" + i, 10));
        }
        simulation.run(Duration.ofSeconds(5));
        assertThat(simulation.totalServed()).isEqualTo(50);
        assertThat(simulation.mostOpen()).isLessThanOrEqualTo(10);
    }

    @Test
    void placesAreInUseWhileAnybodyWaits() {
        Simulation simulation = new Simulation(world);
        simulation.clients(pool("left", 4), 10);
        simulation.clients(pool("right", 4), 10);
        simulation.run(Duration.ofSeconds(30));
        // 4 places and 5 ms a transaction make 800 a second at best; what is missing went into logins.
        assertThat(simulation.totalServed()).isGreaterThan(30 * 800 * 9 / 10);
    }
}

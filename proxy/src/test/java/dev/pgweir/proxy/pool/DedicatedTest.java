package dev.pgweir.proxy.pool;

import static dev.pgweir.proxy.pool.Specs.specs;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.LoginFailure.Kind;
import dev.pgweir.proxy.server.ServerState;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Clients with a server of their own, as replication connections are. */
final class DedicatedTest {

    private static final Map<String, String> OWN = Map.of("replication", "true");

    private final World world = new World();

    private FakeClient dedicated() {
        return new FakeClient(0, OWN);
    }

    /** Nothing is left behind, whatever happened. */
    @AfterEach
    void booksAreRight() {
        for (PoolState pool : world.pools.core().pools) {
            assertThat(pool.dedicatedLogins).isEqualTo((int) world.in(pool.handle, ServerState.LOGIN).stream()
                    .filter(server -> server.slot.ownParameters() != null)
                    .count());
            assertThat(pool.owed).isNotNegative();
        }
    }

    @Test
    void eachGetsAServerOfItsOwnThoughOthersAreIdle() {
        Pool pool = world.pool("shop", specs());
        world.linked(pool).release();
        FakeClient one = dedicated().ask(pool);
        FakeClient two = dedicated().ask(pool);
        assertThat(world.in(ServerState.LOGIN))
                .hasSize(2)
                .allSatisfy(server -> assertThat(server.slot.ownParameters()).isEqualTo(OWN));
        world.loginAll();
        assertThat(one.held()).isNotSameAs(two.held());
        assertThat(world.servers.get(0).slot.ownParameters()).isNull();
        assertThat(world.shown(pool).servers()).isEqualTo(3);
    }

    @Test
    void serverIsClosedWithItsClientEvenIfThatReleasesItForUse() {
        Pool pool = world.pool("shop", specs());
        FakeClient client = dedicated().ask(pool);
        world.loginAll();
        client.release();
        assertThat(world.servers.get(0).closeAsked).isNotNull();
        world.closeAll();
        assertThat(world.shown(pool).servers()).isZero();
    }

    @Test
    void serverThatLogsInForOneIsNotCountedOnByTheOthers() {
        Pool pool = world.pool("shop", specs());
        dedicated().ask(pool);
        FakeClient ordinary = world.client().ask(pool);
        assertThat(world.in(ServerState.LOGIN)).hasSize(2);
        world.loginAll();
        assertThat(ordinary.hasServer()).isTrue();
    }

    @Test
    void unusedServerIsEvictedWhereThePoolIsFull() {
        Pool pool = world.pool("shop", specs().size(2));
        FakeClient busy = world.linked(pool);
        world.linked(pool).release();
        FakeClient client = dedicated().ask(pool);
        assertThat(world.events).containsExactly("evicted shop for shop");
        assertThat(world.in(ServerState.LOGIN)).isEmpty();
        world.closeAll();
        world.loginAll();
        assertThat(client.hasServer()).isTrue();
        assertThat(busy.hasServer()).isTrue();
    }

    @Test
    void serverThatIsReleasedMakesRoomWhereAllAreBusy() {
        Pool pool = world.pool("shop", specs().size(1));
        FakeClient busy = world.linked(pool);
        FakeClient client = dedicated().ask(pool);
        FakeClient later = world.client().ask(pool);
        world.tickAfter(Duration.ofSeconds(1));
        assertThat(client.waits()).isTrue();
        busy.release();
        world.closeAll();
        world.loginAll();
        assertThat(client.hasServer()).as("it came first").isTrue();
        assertThat(later.waits()).isTrue();
        client.release();
        world.closeAll();
        world.loginAll();
        assertThat(later.hasServer()).isTrue();
    }

    @Test
    void unusedServerOfAnotherPoolIsEvictedUnderACommonCap() {
        Pool other = world.pool("blog", specs().maxServer(1));
        world.linked(other).release();
        Pool pool = world.pool("shop", specs().maxServer(1));
        FakeClient client = dedicated().ask(pool);
        assertThat(world.events).containsExactly("evicted blog for shop");
        world.closeAll();
        world.loginAll();
        assertThat(client.hasServer()).isTrue();
    }

    @Test
    void refusalConcernsThatClientAlone() {
        Pool pool = world.pool("shop", specs());
        FakeClient client = dedicated().ask(pool);
        world.failLogins(Kind.REFUSED);
        assertThat(client.failure).extracting(WaitFailure::message).isEqualTo("no: REFUSED");
        assertThat(world.linked(pool).hasServer()).isTrue();
        FakeClient again = dedicated().ask(pool);
        world.loginAll();
        assertThat(again.hasServer()).isTrue();
    }

    @Test
    void clientStaysWhileNobodyAnswersAndIsServedLater() {
        Pool pool = world.pool("shop", specs());
        FakeClient client = dedicated().ask(pool);
        world.failLogins(Kind.UNREACHABLE);
        assertThat(client.waits()).isTrue();
        world.tickAfter(Duration.ofSeconds(1));
        world.loginAll();
        assertThat(client.hasServer()).isTrue();
    }

    @Test
    void clientThatLeavesDuringTheLoginLeavesNothingBehind() {
        Pool pool = world.pool("shop", specs());
        FakeClient client = dedicated().ask(pool);
        assertThat(client.leave()).isTrue();
        world.loginAll();
        assertThat(client.hasServer()).isFalse();
        assertThat(world.servers.get(0).closeAsked).isEqualTo(DisconnectReason.CLIENT_UNEXPECTED_EOF);
    }

    @Test
    void waitEndsByTimeoutAndByTheEndOfThePools() {
        Pool pool = world.pool("shop", specs().size(1).waitTimeout(Duration.ofSeconds(3)));
        world.linked(pool);
        FakeClient client = dedicated().ask(pool);
        assertThat(world.shown(pool).clientsWaiting()).isEqualTo(1);
        world.tickAfter(Duration.ofSeconds(3));
        assertThat(client.failure).isEqualTo(WaitFailure.TIMEOUT);
        FakeClient another = dedicated().ask(pool);
        world.pools.drain();
        assertThat(another.failure).isEqualTo(WaitFailure.CLOSED);
        assertThat(dedicated().ask(pool).failure).isEqualTo(WaitFailure.CLOSED);
    }
}

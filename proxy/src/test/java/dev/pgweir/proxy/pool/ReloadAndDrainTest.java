package dev.pgweir.proxy.pool;

import static dev.pgweir.proxy.pool.Specs.specs;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.ServerState;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ReloadAndDrainTest {
    private final World world = new World();

    @Test
    void aLargerPoolSizeServesThoseWhoWaitAtOnce() {
        Pool pool = world.pool("shop", specs().size(1));
        world.linked(pool);
        world.waiting(pool, 3);
        world.pools.respec(key -> specs().size(3).make());
        assertThat(world.shown(pool).login()).isEqualTo(2);
        assertThat(pool.spec().sizes().pool()).isEqualTo(3);
    }

    @Test
    void aSmallerPoolSizeClosesIdleServersNowAndOthersOnRelease() {
        Pool pool = world.pool("shop", specs().size(4));
        List<FakeClient> clients = world.linked(pool, 4);
        clients.get(0).release();
        world.pools.respec(key -> specs().size(2).make());
        assertThat(world.in(ServerState.CLOSING))
                .singleElement()
                .satisfies(server -> assertThat(server.closeAsked).isEqualTo(DisconnectReason.POOL_LIMIT_SHRUNK));
        clients.get(1).release();
        assertThat(world.in(ServerState.CLOSING)).hasSize(2);
        clients.get(2).release();
        assertThat(world.in(ServerState.IDLE)).hasSize(1);
    }

    @Test
    void aLowerCapClosesTheLongestIdleServersOfAllPoolsUnderIt() {
        Pool one = world.pool("a", specs());
        Pool two = world.pool("b", specs());
        world.linked(one, 2).forEach(FakeClient::release);
        world.advance(Duration.ofSeconds(1));
        world.linked(two, 2).forEach(FakeClient::release);
        world.pools.respec(key -> specs().maxServer(2).make());
        assertThat(world.shown(one).closing()).isEqualTo(2);
        assertThat(world.shown(two).idle()).isEqualTo(2);
    }

    @Test
    void aPoolThatMovesToAnotherHostReplacesItsServers() {
        Pool pool = world.pool("shop", specs().maxServer(2));
        List<FakeClient> clients = world.linked(pool, 2);
        clients.get(0).release();
        world.pools.respec(key -> specs().host("other:5432").maxServer(2).make());
        assertThat(world.in(ServerState.CLOSING))
                .singleElement()
                .satisfies(server -> assertThat(server.closeAsked).isEqualTo(DisconnectReason.SERVER_CONFIG_CHANGED));
        FakeClient next = world.client().ask(pool);
        assertThat(world.in(ServerState.LOGIN)).as("the new host has room").hasSize(1);
        clients.get(1).release();
        assertThat(world.in(ServerState.CLOSING)).hasSize(2);
        world.closeAll();
        world.loginAll();
        assertThat(next.hasServer()).isTrue();
        assertThat(world.pools.caps())
                .contains(new CapSnapshot(CapSnapshot.Kind.SERVER, "db:5432", 0, 0, 0))
                .contains(new CapSnapshot(CapSnapshot.Kind.SERVER, "other:5432", 2, 1, 0));
    }

    @Test
    void switchingChecksOffMakesUsedServersIdle() {
        Pool pool = world.pool("shop", specs().checkAfter(Duration.ofSeconds(1)));
        world.linked(pool).release();
        world.tickAfter(Duration.ofSeconds(1));
        world.pools.respec(key -> specs().make());
        assertThat(world.shown(pool).idle()).isEqualTo(1);
    }

    @Test
    void retiredServersAreClosedNowOrOnRelease() {
        Pool pool = world.pool("shop", specs().size(3));
        List<FakeClient> clients = world.linked(pool, 2);
        clients.get(0).release();
        FakeClient loggingIn = world.client();
        world.linked(pool);
        loggingIn.ask(pool);
        pool.retireServers(DisconnectReason.SERVER_CONFIG_CHANGED);
        clients.get(1).release();
        world.loginAll();
        assertThat(world.in(ServerState.CLOSING)).hasSize(2);
        world.closeAll();
        world.loginAll();
        assertThat(loggingIn.hasServer()).isTrue();
    }

    @Test
    void drainingClosesIdleServersNowAndOthersOnReleaseAndThenSaysSo() {
        Pool pool = world.pool("shop", specs().size(2));
        List<FakeClient> clients = world.linked(pool, 2);
        clients.get(0).release();
        CompletableFuture<Void> drained = world.pools.drain();
        assertThat(world.in(ServerState.CLOSING)).hasSize(1);
        clients.get(1).release();
        assertThat(world.in(ServerState.CLOSING))
                .hasSize(2)
                .allSatisfy(server -> assertThat(server.closeAsked).isEqualTo(DisconnectReason.SHUTDOWN));
        assertThat(drained).isNotDone();
        world.closeAll();
        assertThat(drained).isCompleted();
    }

    @Test
    void drainingRefusesThoseWhoWaitAndThoseWhoCome() {
        Pool pool = world.pool("shop", specs().size(1).min(1).forcedUser());
        world.linked(pool);
        FakeClient waiting = world.client().ask(pool);
        CompletableFuture<Void> drained = world.pools.drain();
        assertThat(waiting.failure).isEqualTo(WaitFailure.CLOSED);
        assertThat(world.client().ask(pool).failure).isEqualTo(WaitFailure.CLOSED);
        world.pools.tick();
        assertThat(world.servers).hasSize(1);
        assertThat(drained).isNotDone();
    }

    @Test
    void drainingClosesALoginInProgressWhenItIsComplete() {
        Pool pool = world.pool("shop", specs());
        world.client().ask(pool);
        CompletableFuture<Void> drained = world.pools.drain();
        world.loginAll();
        world.closeAll();
        assertThat(drained).isCompleted();
    }

    @Test
    void drainingEmptyPoolsIsDoneAtOnce() {
        world.pool("shop", specs());
        assertThat(world.pools.drain()).isCompleted();
    }
}

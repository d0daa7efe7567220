package dev.pgweir.proxy.pool;

import static dev.pgweir.proxy.pool.Specs.specs;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.LoginFailure;
import dev.pgweir.proxy.server.ServerState;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class CapsTest {
    private static final Duration OLD = Duration.ofSeconds(1);

    private final World world = new World();

    private CapSnapshot cap(CapSnapshot.Kind kind, String name) {
        return world.pools.caps().stream()
                .filter(cap -> cap.kind() == kind && cap.name().equals(name))
                .findAny()
                .orElseThrow();
    }

    @Test
    void maxServerConnectionsCountsPerHostOverDatabasesAndUsers() {
        Pool one = world.pool("a", "x", specs().maxServer(3));
        Pool two = world.pool("b", "y", specs().maxServer(3));
        Pool elsewhere = world.pool("c", "x", specs().maxServer(3).host("other:5432"));
        world.waiting(one, 2);
        world.waiting(two, 2);
        world.waiting(elsewhere, 2);
        assertThat(world.servers).hasSize(5);
        assertThat(cap(CapSnapshot.Kind.SERVER, "db:5432"))
                .isEqualTo(new CapSnapshot(CapSnapshot.Kind.SERVER, "db:5432", 3, 3, 0));
    }

    @Test
    void maxDbConnectionsCountsPerDatabaseOverUsers() {
        Pool one = world.pool("a", "x", specs().maxDb(3));
        Pool two = world.pool("a", "y", specs().maxDb(3));
        Pool elsewhere = world.pool("b", "x", specs().maxDb(3));
        world.waiting(one, 2);
        world.waiting(two, 2);
        world.waiting(elsewhere, 3);
        assertThat(cap(CapSnapshot.Kind.DATABASE, "a").servers()).isEqualTo(3);
        assertThat(cap(CapSnapshot.Kind.DATABASE, "b").servers()).isEqualTo(3);
    }

    @Test
    void maxUserConnectionsCountsPerUserOverDatabases() {
        Pool one = world.pool("a", "x", specs().maxUser(3));
        Pool two = world.pool("b", "x", specs().maxUser(3));
        Pool elsewhere = world.pool("a", "y", specs().maxUser(3));
        world.waiting(one, 2);
        world.waiting(two, 2);
        world.waiting(elsewhere, 3);
        assertThat(cap(CapSnapshot.Kind.USER, "x").servers()).isEqualTo(3);
        assertThat(cap(CapSnapshot.Kind.USER, "y").servers()).isEqualTo(3);
    }

    @Test
    void whereSettingsDifferTheSmallestLimitHolds() {
        Pool one = world.pool("a", specs().maxServer(5));
        world.pool("b", specs().maxServer(2));
        world.pool("c", specs());
        world.waiting(one, 5);
        assertThat(world.servers).hasSize(2);
    }

    @Test
    void aConnectionCountsWhileItLogsInAndUntilItsSocketIsClosed() {
        Pool one = world.pool("a", specs().maxServer(1));
        Pool two = world.pool("b", specs().maxServer(1));
        FakeClient first = world.client().ask(one);
        FakeClient second = world.client().ask(two);
        assertThat(world.servers).hasSize(1);
        world.loginAll();
        first.close(DisconnectReason.SERVER_UNSYNC);
        assertThat(world.servers).hasSize(1);
        world.closeAll();
        world.loginAll();
        assertThat(second.hasServer()).isTrue();
    }

    @Test
    void theLongestIdleConnectionOfAnotherPoolMakesRoom() {
        Pool one = world.pool("a", specs().maxServer(3));
        Pool two = world.pool("b", specs().maxServer(3));
        List<FakeClient> clients = world.linked(one, 3);
        world.advance(OLD);
        FakeServer longestIdle = world.of(clients.get(1).held());
        for (int i : new int[] {1, 0, 2}) {
            clients.get(i).release();
            world.advance(Duration.ofMillis(10));
        }
        FakeClient guest = world.client().ask(two);
        assertThat(longestIdle.closeAsked).isEqualTo(DisconnectReason.SERVER_EVICTED);
        assertThat(world.in(ServerState.CLOSING)).hasSize(1);
        world.closeAll();
        world.loginAll();
        assertThat(guest.hasServer()).isTrue();
    }

    @Test
    void aUsedConnectionMakesRoomToo() {
        Pool one = world.pool("a", specs().maxServer(1).checkAfter(Duration.ofSeconds(1)));
        Pool two = world.pool("b", specs().maxServer(1));
        world.linked(one).release();
        world.tickAfter(OLD);
        assertThat(world.shown(one).used()).isEqualTo(1);
        world.client().ask(two);
        assertThat(world.shown(one).closing()).isEqualTo(1);
    }

    @Test
    void aYoungConnectionMakesRoomAtTheTickAtWhichItIsOldEnough() {
        Pool one = world.pool("a", specs().maxServer(1));
        Pool two = world.pool("b", specs().maxServer(1));
        world.linked(one).release();
        FakeClient guest = world.client().ask(two);
        assertThat(world.in(ServerState.IDLE)).hasSize(1);
        world.tickAfter(OLD.minusMillis(100));
        assertThat(world.in(ServerState.IDLE)).hasSize(1);
        world.tickAfter(Duration.ofMillis(100));
        assertThat(world.in(ServerState.CLOSING)).hasSize(1);
        world.closeAll();
        world.loginAll();
        assertThat(guest.hasServer()).isTrue();
    }

    @Test
    void noMoreConnectionsAreClosedThanClientsWait() {
        Pool one = world.pool("a", specs().maxServer(5));
        Pool two = world.pool("b", specs().maxServer(5));
        world.linked(one, 5).forEach(FakeClient::release);
        world.advance(OLD);
        world.waiting(two, 2);
        world.tickAfter(OLD);
        assertThat(world.in(ServerState.CLOSING)).hasSize(2);
    }

    @Test
    void minPoolSizeIsRespectedWhileAnotherVictimExists() {
        Pool kept = world.pool("a", specs().maxServer(2).min(1).forcedUser());
        Pool other = world.pool("b", specs().maxServer(2));
        Pool hungry = world.pool("c", specs().maxServer(2));
        world.linked(kept).release();
        world.advance(Duration.ofSeconds(5));
        world.linked(other).release();
        world.advance(OLD);
        world.client().ask(hungry);
        assertThat(world.shown(other).closing()).isEqualTo(1);
        world.client().ask(hungry);
        assertThat(world.shown(kept).closing()).isEqualTo(1);
    }

    @Test
    void anIdleConnectionUnderAnotherCapIsLeftAlone() {
        Pool elsewhere = world.pool("a", specs().maxServer(1).host("other:5432"));
        Pool busy = world.pool("b", specs().maxServer(1));
        Pool hungry = world.pool("c", specs().maxServer(1));
        world.linked(elsewhere).release();
        world.linked(busy);
        world.advance(OLD);
        world.client().ask(hungry);
        world.tickAfter(OLD);
        assertThat(world.in(ServerState.CLOSING)).isEmpty();
    }

    @Test
    void aPoolUnderTwoFullCapsClosesTheOneConnectionThatHelpsWithBoth() {
        Pool hungry = world.pool("a", "x", specs().maxServer(2).maxUser(1));
        Pool longerIdle = world.pool("b", "y", specs().maxServer(2));
        Pool both = world.pool("c", "x", specs().maxServer(2).maxUser(1));
        world.linked(longerIdle).release();
        world.advance(OLD);
        world.linked(both).release();
        world.advance(OLD);
        world.client().ask(hungry);
        assertThat(world.shown(both).closing()).isEqualTo(1);
        assertThat(world.shown(longerIdle).idle()).isEqualTo(1);
    }

    @Test
    void aPoolUnderTwoFullCapsClosesOneConnectionForEachWhereNoneHelpsWithBoth() {
        Pool hungry = world.pool("a", "x", specs().maxDb(1).maxUser(1));
        Pool sameDatabase = world.pool("a", "y", specs().maxDb(1));
        Pool sameUser = world.pool("b", "x", specs().maxUser(1));
        world.linked(sameDatabase).release();
        world.linked(sameUser).release();
        world.advance(OLD);
        FakeClient client = world.client().ask(hungry);
        assertThat(world.in(ServerState.CLOSING)).hasSize(2);
        world.closeAll();
        world.loginAll();
        assertThat(client.hasServer()).isTrue();
    }

    @Test
    void nothingIsClosedWhereOneOfTheFullCapsHasNothingToGive() {
        Pool hungry = world.pool("a", "x", specs().maxDb(1).maxUser(1));
        Pool sameDatabase = world.pool("a", "y", specs().maxDb(1));
        Pool sameUser = world.pool("b", "x", specs().maxUser(1));
        world.linked(sameDatabase).release();
        world.linked(sameUser);
        world.advance(OLD);
        world.client().ask(hungry);
        world.tickAfter(OLD);
        assertThat(world.in(ServerState.CLOSING)).isEmpty();
    }

    @Test
    void minPoolSizeIsNotFilledUpWithAPlaceThatClientsWaitFor() {
        Pool hungry = world.pool("a", "x", specs().maxServer(2).maxUser(1));
        Pool sameUser = world.pool("b", "x", specs().maxServer(2).maxUser(1));
        FakeClient holder = world.linked(sameUser);
        world.client().ask(hungry);
        world.pool("c", "y", specs().maxServer(2).min(1).forcedUser());
        world.pools.tick();
        assertThat(world.servers).hasSize(1);
        holder.release();
        world.closeAll();
        world.loginAll();
        world.pools.tick();
        assertThat(world.servers).as("nobody waits any more").hasSize(3);
    }

    @Test
    void minPoolSizeThatACapForbidsIsToldOnce() {
        world.pool("a", "x", specs().maxDb(2).min(5).forcedUser());
        for (int i = 0; i < 3; i++) {
            world.pools.tick();
        }
        assertThat(world.servers).hasSize(2);
        assertThat(world.events).containsExactly("refilled a", "refilled a", "floor of a capped by DATABASE a 2/2");
        world.in(ServerState.LOGIN).get(0).fail(LoginFailure.Kind.UNREACHABLE);
        world.pools.tick();
        assertThat(world.events).as("it is not the cap now").hasSize(4);
    }

    @Test
    void ordinaryServersLeaveTheReserveToCancelRequests() {
        Pool pool = world.pool("a", specs().maxServer(5).cancelReserve(2));
        world.waiting(pool, 5);
        assertThat(world.servers).hasSize(3);
        Pool small = world.pool("b", specs().host("small:5432").maxServer(4).cancelReserve(2));
        world.waiting(small, 5);
        assertThat(world.in(small, ServerState.LOGIN)).hasSize(4);
    }
}

package dev.pgweir.proxy.pool;

import static dev.pgweir.proxy.pool.Specs.specs;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.LoginFailure;
import dev.pgweir.proxy.server.ServerState;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Pools whose settings are replaced, or which nobody needs any more. */
class ForgottenPoolTest {
    private final World world = new World();

    @Test
    void aPoolIsForgottenOnceNothingIsLeftInIt() {
        Pool pool = world.pool("shop", specs().maxDb(5));
        FakeClient client = world.linked(pool);
        assertThat(world.pools.unused()).isEmpty();
        assertThat(world.pools.remove(pool)).isFalse();

        client.close(DisconnectReason.SERVER_CRASHED);
        world.closeAll();

        assertThat(world.pools.unused()).containsExactly(pool);
        assertThat(world.pools.remove(pool)).isTrue();
        assertThat(world.pools.remove(pool)).isFalse();
        assertThat(world.pools.pools()).isEmpty();
        assertThat(world.pools.caps()).isEmpty();
        assertThat(world.pool("shop", specs())).isNotSameAs(pool);
    }

    @Test
    void aPoolThatIsHeldStays() {
        Pool pool = world.pool("shop", specs());
        pool.hold();
        assertThat(world.pools.unused()).isEmpty();
        assertThat(world.pools.remove(pool)).isFalse();

        pool.letGo();
        assertThat(world.pools.remove(pool)).isTrue();
    }

    @Test
    void capsThatOtherPoolsShareStay() {
        Pool one = world.pool("a", specs().maxServer(3));
        Pool two = world.pool("b", specs().maxServer(2));
        world.linked(two);

        world.pools.remove(one);

        assertThat(world.pools.caps())
                .contains(new CapSnapshot(CapSnapshot.Kind.SERVER, "db:5432", 2, 1, 0))
                .noneMatch(cap -> cap.name().equals("a"));
    }

    @Test
    void aRefusalByTheOldPasswordIsNotToldToThoseWhoWaitForTheNewOne() {
        Pool pool = world.pool("shop", specs().size(1));
        List<FakeClient> clients = world.waiting(pool, 2);

        world.pools.respec(Map.of(), Map.of(pool, DisconnectReason.SERVER_CONFIG_CHANGED));
        world.failLogins(LoginFailure.Kind.REFUSED);

        assertThat(clients).allMatch(FakeClient::waits);
        world.closeAll();
        world.loginAll();
        assertThat(clients.get(0).hasServer()).isTrue();
    }

    @Test
    void aRefusalOfBeforeDoesNotHoldUpTheNewPassword() {
        Pool pool = world.pool("shop", specs().size(1));
        world.client().ask(pool);
        world.failLogins(LoginFailure.Kind.REFUSED);
        world.closeAll();
        assertThat(world.client().ask(pool).failure).isNotNull();

        world.pools.respec(Map.of(), Map.of(pool, DisconnectReason.SERVER_CONFIG_CHANGED));

        FakeClient client = world.client().ask(pool);
        assertThat(client.waits()).isTrue();
        assertThat(world.in(ServerState.LOGIN)).hasSize(1);
    }
}

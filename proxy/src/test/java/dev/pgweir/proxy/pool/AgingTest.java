package dev.pgweir.proxy.pool;

import static dev.pgweir.proxy.pool.Specs.specs;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.ServerState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AgingTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final World world = new World();

    @Test
    void serverIdleTimeoutClosesServersThatNobodyUses() {
        Pool pool = world.pool("shop", specs().idleTimeout(Duration.ofMinutes(10)));
        List<FakeClient> clients = world.linked(pool, 2);
        clients.get(0).release();
        world.tickAfter(Duration.ofMinutes(5));
        clients.get(1).release();
        world.tickAfter(Duration.ofMinutes(5));
        assertThat(world.in(ServerState.CLOSING))
                .singleElement()
                .satisfies(server -> assertThat(server.closeAsked).isEqualTo(DisconnectReason.SERVER_IDLE_TIMEOUT));
        assertThat(world.in(ServerState.IDLE)).hasSize(1);
    }

    @Test
    void aCheckDoesNotMakeAServerLookUsed() {
        Pool pool =
                world.pool("shop", specs().idleTimeout(Duration.ofSeconds(10)).checkAfter(SECOND.multipliedBy(4)));
        world.linked(pool).release();
        world.tickAfter(SECOND.multipliedBy(5));
        FakeClient client = world.client().ask(pool);
        assertThat(client.leave()).isTrue();
        world.in(ServerState.TESTED).forEach(FakeServer::taskEnds);
        assertThat(world.shown(pool).idle()).isEqualTo(1);
        world.tickAfter(SECOND.multipliedBy(5));
        assertThat(world.in(ServerState.CLOSING)).hasSize(1);
    }

    @Test
    void serverIdleTimeoutLeavesMinPoolSize() {
        Pool pool = world.pool("shop", specs().min(2).forcedUser().idleTimeout(SECOND));
        world.linked(pool, 5).forEach(FakeClient::release);
        world.tickAfter(Duration.ofMinutes(1));
        assertThat(world.in(ServerState.CLOSING)).hasSize(3);
    }

    @Test
    void serverLifetimeEndsUnusedServersWithinItsLastFifth() {
        Pool pool = world.pool("shop", specs().size(50).lifetime(Duration.ofSeconds(100)));
        world.linked(pool, 50).forEach(FakeClient::release);
        world.tickAfter(Duration.ofSeconds(79));
        assertThat(world.in(ServerState.IDLE)).hasSize(50);
        world.tickAfter(Duration.ofSeconds(11));
        assertThat(world.in(ServerState.IDLE)).as("not all at once").hasSizeBetween(10, 40);
        world.tickAfter(Duration.ofSeconds(10));
        assertThat(world.in(ServerState.CLOSING))
                .hasSize(50)
                .allSatisfy(server -> assertThat(server.closeAsked).isEqualTo(DisconnectReason.SERVER_LIFETIME));
    }

    @Test
    void aServerInUseOutlivesItsLifetimeUntilItIsReleased() {
        Pool pool = world.pool("shop", specs().lifetime(Duration.ofSeconds(100)));
        FakeClient client = world.linked(pool);
        world.tickAfter(Duration.ofSeconds(200));
        assertThat(world.in(ServerState.ACTIVE)).hasSize(1);
        client.release();
        assertThat(world.in(ServerState.CLOSING)).hasSize(1);
    }

    @Test
    void aLifetimeOfZeroMeansOneClientPerServer() {
        Pool pool = world.pool("shop", specs().lifetime(Duration.ZERO).min(1).forcedUser());
        world.pools.tick();
        world.loginAll();
        world.tickAfter(SECOND);
        assertThat(world.in(ServerState.IDLE)).as("it has not served yet").hasSize(1);
        world.client().ask(pool).release();
        assertThat(world.in(ServerState.CLOSING)).hasSize(1);
    }

    @Test
    void aServerIdleForServerCheckDelayIsCheckedBeforeTheNextClientGetsIt() {
        Pool pool = world.pool("shop", specs().size(1).checkAfter(Duration.ofSeconds(30)));
        world.linked(pool).release();
        world.tickAfter(Duration.ofSeconds(29));
        assertThat(world.shown(pool).idle()).isEqualTo(1);
        world.tickAfter(SECOND);
        assertThat(world.shown(pool).used()).isEqualTo(1);

        FakeClient client = world.client().ask(pool);
        FakeServer server = world.servers.get(0);
        assertThat(server.checks).isEqualTo(1);
        assertThat(client.waits()).isTrue();
        server.taskEnds();
        assertThat(client.held()).isSameAs(server.slot);
    }

    @Test
    void aServerThatFailsItsCheckIsReplaced() {
        Pool pool = world.pool("shop", specs().size(1).checkAfter(SECOND));
        world.linked(pool).release();
        world.tickAfter(SECOND);
        FakeClient client = world.client().ask(pool);
        world.servers.get(0).socketCloses();
        world.loginAll();
        assertThat(client.hasServer()).isTrue();
        assertThat(world.servers).hasSize(2);
    }

    @Test
    void aCheckDelayOfZeroChecksBeforeEveryReuse() {
        Pool pool = world.pool("shop", specs().size(1).checkAfter(Duration.ZERO));
        FakeClient holder = world.linked(pool);
        FakeServer server = world.servers.get(0);
        assertThat(server.checks).as("a fresh login needs none").isZero();
        FakeClient next = world.client().ask(pool);
        holder.release();
        assertThat(server.checks).isEqualTo(1);
        server.taskEnds();
        next.release(Release.RESET);
        server.taskEnds();
        assertThat(world.shown(pool).used()).isEqualTo(1);
        world.client().ask(pool);
        assertThat(server.checks).isEqualTo(2);
    }

    @Test
    void withoutACheckQueryServersStayIdle() {
        Pool pool = world.pool("shop", specs());
        world.linked(pool).release();
        world.tickAfter(Duration.ofMinutes(20));
        assertThat(world.shown(pool).idle()).isEqualTo(1);
    }

    @Test
    void minPoolSizeIsKeptWhileAClientIsConnected() {
        Pool pool = world.pool("shop", specs().min(3));
        world.pools.tick();
        assertThat(world.servers).isEmpty();
        pool.clientConnected();
        world.pools.tick();
        assertThat(world.in(ServerState.LOGIN)).hasSize(3);
        world.loginAll();
        world.servers.get(0).socketCloses();
        world.pools.tick();
        assertThat(world.shown(pool).login()).isEqualTo(1);
        pool.clientDisconnected();
        assertThat(pool.clients()).isZero();
    }

    @Test
    void minPoolSizeIsKeptWithAForcedUserAndNoClient() {
        world.pool("shop", specs().min(3).forcedUser());
        world.pools.tick();
        assertThat(world.servers).hasSize(3);
    }

    @Test
    void minPoolSizeIsBoundedByPoolSizeAndCaps() {
        world.pool("shop", specs().min(9).size(4).forcedUser());
        world.pool("blog", "other", specs().min(9).maxDb(2).forcedUser());
        world.pools.tick();
        assertThat(world.servers).hasSize(6);
    }

    @Test
    void poolsTakeTurnsWhenThereIsNotEnoughForAll() {
        for (String name : List.of("a", "b", "c")) {
            world.pool(name, specs().min(1).forcedUser().maxServer(1));
        }
        List<String> served = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            world.pools.tick();
            world.loginAll();
            FakeServer server = world.in(ServerState.IDLE).get(0);
            served.add(server.slot.pool().key().database());
            server.socketCloses();
        }
        assertThat(served).containsExactlyInAnyOrder("a", "b", "c");
    }
}

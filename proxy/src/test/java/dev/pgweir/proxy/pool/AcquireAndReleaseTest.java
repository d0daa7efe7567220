package dev.pgweir.proxy.pool;

import static dev.pgweir.proxy.pool.Specs.specs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.ServerState;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class AcquireAndReleaseTest {
    private final World world = new World();

    @Test
    void opensAServerForTheFirstClientAndKeepsItForTheNext() {
        Pool pool = world.pool("shop", specs());
        FakeClient first = world.client().ask(pool);
        assertThat(first.waits()).isTrue();
        assertThat(world.shown(pool).login()).isEqualTo(1);

        world.loginAll();
        PooledServer server = first.held();
        assertThat(server.client()).isSameAs(first.membership);
        first.release();
        assertThat(world.shown(pool).idle()).isEqualTo(1);

        FakeClient second = world.client().ask(pool);
        assertThat(second.held()).isSameAs(server);
        assertThat(server.assignment()).isEqualTo(2);
        assertThat(pool.stats().serverAssignmentCount()).isEqualTo(2);
        assertThat(world.servers).hasSize(1);
    }

    @Test
    void opensOneServerPerWaitingClientUpToThePoolSize() {
        Pool pool = world.pool("shop", specs().size(3));
        world.waiting(pool, 5);
        assertThat(world.shown(pool).login()).isEqualTo(3);
        assertThat(world.shown(pool).clientsWaiting()).isEqualTo(5);
    }

    @Test
    void poolSizeZeroIsNoLimit() {
        Pool pool = world.pool("shop", specs().size(0));
        world.waiting(pool, 50);
        assertThat(world.servers).hasSize(50);
    }

    @Test
    void aLoginThatNobodyWaitsForAnyMoreBecomesIdle() {
        Pool pool = world.pool("shop", specs());
        FakeClient client = world.client().ask(pool);
        assertThat(client.leave()).isTrue();
        world.loginAll();
        assertThat(client.hasServer()).isFalse();
        assertThat(world.shown(pool).idle()).isEqualTo(1);
    }

    @Test
    void leavingIsTooLateOnceAServerIsAssigned() {
        Pool pool = world.pool("shop", specs());
        FakeClient client = world.linked(pool);
        assertThat(client.leave()).isFalse();
        assertThat(client.hasServer()).isTrue();
    }

    @Test
    void takesTheShortestIdleServer() {
        Pool pool = world.pool("shop", specs());
        List<FakeClient> clients = world.linked(pool, 3);
        PooledServer last = clients.get(1).held();
        clients.get(0).release();
        clients.get(2).release();
        clients.get(1).release();
        assertThat(world.client().ask(pool).held()).isSameAs(last);
    }

    @Test
    void takesTheLongestIdleServerWhenRoundRobin() {
        Pool pool = world.pool("shop", specs().roundRobin());
        List<FakeClient> clients = world.linked(pool, 3);
        PooledServer first = clients.get(0).held();
        clients.forEach(FakeClient::release);
        assertThat(world.client().ask(pool).held()).isSameAs(first);
    }

    @Test
    void prefersAnIdleServerOnTheClientsOwnLoop() {
        Pool pool = world.pool("shop", specs());
        FakeClient onOne = new FakeClient(1).ask(pool);
        FakeClient onTwo = new FakeClient(2).ask(pool);
        world.loginAll();
        PooledServer serverOnOne = onOne.held();
        onOne.release();
        onTwo.release();
        assertThat(new FakeClient(1).ask(pool).held()).isSameAs(serverOnOne);
        assertThat(new FakeClient(3).ask(pool).hasServer()).isTrue();
    }

    @Test
    void servesWaitingClientsInTheOrderTheyCame() {
        Pool pool = world.pool("shop", specs().size(1));
        FakeClient holder = world.linked(pool);
        List<FakeClient> queue = world.waiting(pool, 3);
        for (FakeClient next : queue) {
            holder.release();
            assertThat(next.hasServer()).isTrue();
            holder = next;
        }
    }

    @Test
    void aNewcomerDoesNotPassThoseWhoWait() {
        Pool pool = world.pool("shop", specs().size(1));
        FakeClient holder = world.linked(pool);
        FakeClient waiting = world.client().ask(pool);
        FakeClient newcomer = world.client().ask(pool);
        holder.release();
        assertThat(waiting.hasServer()).isTrue();
        assertThat(newcomer.waits()).isTrue();
    }

    @Test
    void aWaitingClientOnTheServersLoopGoesFirstFourTimesAtMost() {
        Pool pool = world.pool("shop", specs().size(1));
        FakeClient holder = world.linked(pool);
        FakeClient head = new FakeClient(7).ask(pool);
        for (int i = 0; i < WaitQueue.MOST_PASSES; i++) {
            FakeClient neighbour = world.client().ask(pool);
            holder.release();
            assertThat(neighbour.hasServer()).isTrue();
            holder = neighbour;
        }
        FakeClient neighbour = world.client().ask(pool);
        holder.release();
        assertThat(head.hasServer()).isTrue();
        assertThat(neighbour.waits()).isTrue();
    }

    @Test
    void onlyTheFirstEightMayBeServedOutOfTurn() {
        Pool pool = world.pool("shop", specs().size(1));
        FakeClient holder = world.linked(pool);
        FakeClient head = new FakeClient(7).ask(pool);
        for (int i = 1; i < WaitQueue.REACH; i++) {
            new FakeClient(7).ask(pool);
        }
        world.client().ask(pool);
        holder.release();
        assertThat(head.hasServer()).isTrue();
    }

    @Test
    void runsTheResetQueryBeforeTheNextClientGetsTheServer() {
        Pool pool = world.pool("shop", specs().size(1));
        FakeClient holder = world.linked(pool);
        FakeServer server = world.of(holder.held());
        FakeClient next = world.client().ask(pool);
        holder.release(Release.RESET);
        assertThat(server.resets).isEqualTo(1);
        assertThat(next.waits()).isTrue();
        assertThat(world.shown(pool).tested()).isEqualTo(1);
        server.taskEnds();
        assertThat(next.held()).isSameAs(server.slot);
    }

    @Test
    void aServerReleasedForClosingCountsUntilItsSocketIsClosed() {
        Pool pool = world.pool("shop", specs().size(1));
        FakeClient holder = world.linked(pool);
        FakeServer server = world.of(holder.held());
        FakeClient next = world.client().ask(pool);
        holder.close(DisconnectReason.CLIENT_LEFT_IN_TRANSACTION);
        assertThat(server.closeAsked).isEqualTo(DisconnectReason.CLIENT_LEFT_IN_TRANSACTION);
        assertThat(world.shown(pool).closing()).isEqualTo(1);
        assertThat(world.servers).hasSize(1);
        world.closeAll();
        assertThat(world.servers).hasSize(2);
        world.loginAll();
        assertThat(next.hasServer()).isTrue();
    }

    @Test
    void releasingAServerThatDiedIsIgnored() {
        Pool pool = world.pool("shop", specs());
        FakeClient holder = world.linked(pool);
        world.of(holder.held()).socketCloses();
        assertThat(holder.membership.membership()).isEqualTo(PoolClient.Membership.NONE);
        holder.release();
        assertThat(world.shown(pool).servers()).isZero();
    }

    @Test
    void aServerThatDiesIsReplacedForThoseWhoWait() {
        Pool pool = world.pool("shop", specs().size(1));
        FakeClient holder = world.linked(pool);
        FakeClient next = world.client().ask(pool);
        world.of(holder.held()).socketCloses();
        world.loginAll();
        assertThat(next.hasServer()).isTrue();
    }

    @Test
    void aClientThatWaitsOrHasAServerCannotAskAgain() {
        Pool pool = world.pool("shop", specs().size(1));
        FakeClient holder = world.linked(pool);
        FakeClient waiting = world.client().ask(pool);
        assertThatThrownBy(() -> pool.acquire(holder.membership)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> pool.acquire(waiting.membership)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void countsTheTimeThatClientsWaited() {
        Pool pool = world.pool("shop", specs().size(1));
        FakeClient holder = world.linked(pool);
        world.client().ask(pool);
        world.advance(Duration.ofMillis(250));
        assertThat(world.shown(pool).maxWaitNanos())
                .isEqualTo(Duration.ofMillis(250).toNanos());
        holder.release();
        assertThat(pool.stats().waitTimes().sumMicros()).isEqualTo(250_000);
    }

    @Test
    void anOpenerThatThrowsCountsAsAFailedLogin() {
        Pools pools = new Pools(
                (slot, loop) -> {
                    throw new IllegalStateException("no descriptors left");
                },
                () -> 0L,
                new java.util.Random(1));
        Pool pool = pools.pool(new PoolKey("shop", "app"), () -> specs().make());
        FakeClient client = new FakeClient(0);
        assertThatThrownBy(() -> client.ask(pool)).hasMessage("no descriptors left");
        assertThat(client.waits()).isTrue();
        assertThat(pools.snapshot().get(0).servers()).isZero();
    }

    @Test
    void oneServerIsNeverInTwoListsAndStatesAreThePoolsColumns() {
        Pool pool = world.pool("shop", specs().checkAfter(Duration.ofSeconds(1)));
        List<FakeClient> clients = world.linked(pool, 4);
        clients.get(0).release();
        world.tickAfter(Duration.ofSeconds(2));
        clients.get(1).release();
        clients.get(2).release(Release.RESET);
        PoolSnapshot shown = world.shown(pool);
        assertThat(shown.used()).isEqualTo(1);
        assertThat(shown.idle()).isEqualTo(1);
        assertThat(shown.tested()).isEqualTo(1);
        assertThat(shown.active()).isEqualTo(1);
        assertThat(shown.clientsLinked()).isEqualTo(1);
        assertThat(world.pools.servers())
                .hasSize(4)
                .extracting(ServerSnapshot::state)
                .contains(ServerState.USED);
    }
}

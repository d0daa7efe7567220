package dev.pgweir.proxy.pool;

import static dev.pgweir.proxy.pool.Specs.specs;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.LoginFailure;
import dev.pgweir.proxy.server.ServerState;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class PauseTest {
    private static final Duration TICK = Duration.ofMillis(100);

    private final World world = new World();
    private final Pool shop = world.pool("shop", specs());

    @Test
    void completesWhenTheLastServerIsClosed() {
        List<FakeClient> clients = world.linked(shop, 2);
        clients.get(0).release();
        PauseWait pause = world.pools.pause("shop");
        assertThat(pause.begun()).isTrue();
        assertThat(world.in(ServerState.CLOSING))
                .singleElement()
                .satisfies(server -> assertThat(server.closeAsked).isEqualTo(DisconnectReason.PAUSED));
        world.closeAll();
        assertThat(pause.closed()).isNotDone();
        clients.get(1).release();
        assertThat(pause.closed()).isNotDone();
        world.closeAll();
        assertThat(pause.closed()).isCompletedWithValue(CloseOutcome.CLOSED);
    }

    @Test
    void completesAtOnceWhereThereIsNoServer() {
        assertThat(world.pools.pause("shop").closed()).isCompletedWithValue(CloseOutcome.CLOSED);
        assertThat(world.pools.pause("unknown").closed()).isCompletedWithValue(CloseOutcome.CLOSED);
        assertThat(world.pools.pause(null).closed()).isCompletedWithValue(CloseOutcome.CLOSED);
    }

    @Test
    void clientsWaitUntilItIsOver() {
        world.pools.pause("shop");
        FakeClient client = world.client().ask(shop);
        world.tickAfter(Duration.ofSeconds(60));
        assertThat(client.waits()).isTrue();
        assertThat(world.servers).isEmpty();
        assertThat(world.pools.resume("shop")).isTrue();
        world.loginAll();
        assertThat(client.hasServer()).isTrue();
    }

    @Test
    void aServerThatLogsInMeanwhileIsClosed() {
        FakeClient client = world.client().ask(shop);
        PauseWait pause = world.pools.pause("shop");
        assertThat(pause.closed()).isNotDone();
        world.loginAll();
        assertThat(client.waits()).isTrue();
        world.closeAll();
        assertThat(pause.closed()).isCompletedWithValue(CloseOutcome.CLOSED);
    }

    @Test
    void aLoginThatIsRefusedMeanwhileFailsNobody() {
        FakeClient client = world.client().ask(shop);
        world.pools.pause("shop");
        world.failLogins(LoginFailure.Kind.REFUSED);
        FakeClient late = world.client().ask(shop);
        assertThat(client.failure).isNull();
        assertThat(late.waits()).isTrue();
    }

    @Test
    void aResetOfAServerIsLeftOut() {
        FakeClient client = world.linked(shop);
        world.pools.pause("shop");
        client.release(Release.RESET);
        assertThat(world.in(ServerState.CLOSING)).hasSize(1);
    }

    @Test
    void minPoolSizeIsKeptAgainAfterwards() {
        Pool kept = world.pool("kept", specs().min(2).forcedUser());
        world.tickAfter(TICK);
        world.loginAll();
        world.pools.pause("kept");
        world.closeAll();
        world.tickAfter(TICK);
        assertThat(world.shown(kept).servers()).isZero();
        world.pools.resume("kept");
        world.tickAfter(TICK);
        assertThat(world.shown(kept).login()).isEqualTo(2);
    }

    @Test
    void concernsTheDatabaseThatIsNamedAndNoOther() {
        Pool other = world.pool("other", specs());
        FakeClient client = world.linked(other);
        world.pools.pause("shop");
        client.release();
        assertThat(world.shown(other).idle()).isEqualTo(1);
        assertThat(world.pools.paused().covers("shop")).isTrue();
        assertThat(world.pools.paused().covers("other")).isFalse();
    }

    @Test
    void concernsPoolsThatAreMadeLater() {
        world.pools.pause(null);
        Pool late = world.pool("late", specs());
        assertThat(world.client().ask(late).waits()).isTrue();
        assertThat(world.servers).isEmpty();
        world.pools.resume(null);
        assertThat(world.shown(late).login()).isEqualTo(1);
    }

    @Test
    void aPauseByNameOutlivesTheOneOfAll() {
        world.pools.pause("shop");
        PauseWait all = world.pools.pause(null);
        assertThat(all.begun()).isTrue();
        assertThat(world.pools.resume(null)).isTrue();
        assertThat(world.client().ask(shop).waits()).isTrue();
        assertThat(world.servers).isEmpty();
        assertThat(world.pools.resume(null)).isFalse();
    }

    @Test
    void whoeverWaitsForItIsToldThatItWasResumed() {
        FakeClient client = world.linked(shop);
        CompletableFuture<CloseOutcome> first = world.pools.pause("shop").closed();
        PauseWait second = world.pools.pause("shop");
        assertThat(second.begun()).isFalse();
        world.pools.resume("shop");
        assertThat(first).isCompletedWithValue(CloseOutcome.RESUMED);
        assertThat(second.closed()).isCompletedWithValue(CloseOutcome.RESUMED);
        client.release();
        assertThat(world.shown(shop).idle()).isEqualTo(1);
    }

    @Test
    void resumeOfAnotherNameLeavesItAlone() {
        world.linked(shop);
        CompletableFuture<CloseOutcome> closed = world.pools.pause("shop").closed();
        world.pools.pause("other");
        world.pools.resume("other");
        assertThat(closed).isNotDone();
    }

    @Test
    void aHostThatDoesNotAnswerHoldsItUpForSecondsOnly() {
        world.linked(shop).release();
        CompletableFuture<CloseOutcome> closed = world.pools.pause("shop").closed();
        world.tickAfter(Duration.ofNanos(CloseWatch.GRACE_NANOS - 1));
        assertThat(closed).isNotDone();
        world.tickAfter(Duration.ofNanos(1));
        assertThat(closed).isCompletedWithValue(CloseOutcome.CLOSED);
    }

    @Test
    void aClientThatKeepsItsServerHoldsItUpForEver() {
        world.linked(shop);
        CompletableFuture<CloseOutcome> closed = world.pools.pause("shop").closed();
        world.tickAfter(Duration.ofHours(1));
        assertThat(closed).isNotDone();
    }

    @Test
    void aPausedPoolTakesNoRoomFromOthers() {
        Specs shared = specs().maxServer(1).minEvictAge(Duration.ZERO);
        Pool one = world.pool("one", shared);
        Pool two = world.pool("two", shared);
        world.linked(one).release();
        world.pools.pause("two");
        world.client().ask(two);
        world.tickAfter(TICK);
        assertThat(world.shown(one).idle()).isEqualTo(1);
    }

    @Test
    void waitCloseWaitsForServersThatMustNotServeAgain() {
        FakeClient client = world.linked(shop);
        world.pools.retire("shop", DisconnectReason.SERVER_CONFIG_CHANGED);
        FakeClient next = world.linked(shop);
        assertThat(world.pools.servers().stream().filter(ServerSnapshot::closeNeeded))
                .hasSize(1);
        CompletableFuture<CloseOutcome> closed = world.pools.awaitRetired("shop");
        assertThat(world.pools.awaitRetired("other")).isCompletedWithValue(CloseOutcome.CLOSED);
        client.release();
        assertThat(closed).isNotDone();
        world.closeAll();
        assertThat(closed).isCompletedWithValue(CloseOutcome.CLOSED);
        assertThat(next.held().state()).isEqualTo(ServerState.ACTIVE);
    }

    @Test
    void killClosesServersWhateverTheyDo() {
        FakeClient busy = world.linked(shop);
        world.linked(shop).release();
        world.pools.pause("shop");
        world.pools.kill("shop", DisconnectReason.ADMIN_KILL);
        assertThat(world.servers).allSatisfy(it -> assertThat(it.aborted).isEqualTo(DisconnectReason.ADMIN_KILL));
        busy.release();
        world.closeAll();
        assertThat(world.shown(shop).servers()).isZero();
    }

    @Test
    void killEndsALoginWhenItIsComplete() {
        world.client().ask(shop);
        world.pools.kill("shop", DisconnectReason.ADMIN_KILL);
        world.loginAll();
        assertThat(world.servers.get(0).closeAsked).isEqualTo(DisconnectReason.ADMIN_KILL);
    }

    @Test
    void killOfOneServerLeavesTheOthers() {
        List<FakeClient> clients = world.linked(shop, 2);
        world.pools.kill(clients.get(0).membership, DisconnectReason.ADMIN_KILL);
        assertThat(world.shown(shop).active()).isEqualTo(1);
        assertThat(world.shown(shop).closing()).isEqualTo(1);
    }
}

package dev.pgweir.proxy.pool;

import static dev.pgweir.proxy.pool.Specs.specs;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.LoginFailure.Kind;
import dev.pgweir.proxy.server.ServerState;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A server that has stopped answering is tried again though no client asks, where somebody watches. */
class WatchedServerTest {
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(18);

    private final World world = new World();
    private final Pool pool = world.pool("shop", specs().size(3));

    @Test
    void isTriedUntilItAnswersAndThenLeftAlone() {
        world.pools.watchServers();
        crash();
        world.tickAfter(Duration.ofMillis(100));
        assertThat(world.in(ServerState.LOGIN)).as("one attempt").hasSize(1);
        world.failLogins(Kind.UNREACHABLE);
        assertThat(host().serves()).isFalse();

        world.tickAfter(LONGEST_PAUSE);
        world.loginAll();

        assertThat(host().serves()).isTrue();
        assertThat(world.in(ServerState.IDLE)).hasSize(1);
        int before = world.servers.size();
        world.tickAfter(LONGEST_PAUSE);
        assertThat(world.servers).hasSize(before);
    }

    @Test
    void isNotTriedWhereNobodyWatches() {
        crash();
        world.tickAfter(LONGEST_PAUSE);
        assertThat(world.in(ServerState.LOGIN)).isEmpty();
    }

    @Test
    void isNotTriedBeforeAnybodyHasNeededItNorWhilePaused() {
        world.pools.watchServers();
        world.tickAfter(LONGEST_PAUSE);
        assertThat(world.servers).isEmpty();

        crash();
        world.pools.pause(null);
        world.tickAfter(LONGEST_PAUSE);
        assertThat(world.in(ServerState.LOGIN)).isEmpty();
    }

    @Test
    void isNotWokenWhenNobodyHasAskedForLong() {
        world.pools.watchServers();
        world.linked(pool).release(Release.REUSE);
        world.tickAfter(Duration.ofSeconds(61));
        closeIdle();
        world.tickAfter(Duration.ofMillis(100));
        assertThat(world.in(ServerState.LOGIN)).isEmpty();
        assertThat(host().serves()).isTrue();
        assertThat(host().leftInPeace()).isTrue();

        FakeClient client = world.client().ask(pool);
        assertThat(world.in(ServerState.LOGIN)).hasSize(1);
        assertThat(host().leftInPeace()).isFalse();
        world.loginAll();
        client.held();
    }

    @Test
    void isLeftAloneWhenItEndsTheConnectionThatWasMadeToLook() {
        world.pools.watchServers();
        crash();
        world.tickAfter(Duration.ofMillis(100));
        world.loginAll();
        assertThat(world.in(ServerState.IDLE)).hasSize(1);

        world.tickAfter(Duration.ofMinutes(5));
        closeIdle();
        world.tickAfter(Duration.ofMillis(100));
        assertThat(world.in(ServerState.LOGIN)).isEmpty();
    }

    @Test
    void isTriedForAsLongAsItFails() {
        world.pools.watchServers();
        crash();
        world.tickAfter(Duration.ofMillis(100));
        world.failLogins(Kind.UNREACHABLE);
        world.tickAfter(Duration.ofHours(1));
        assertThat(world.in(ServerState.LOGIN)).hasSize(1);
        assertThat(host().leftInPeace()).isFalse();
    }

    /** Its only connection ends by itself. */
    private void crash() {
        world.linked(pool).release(Release.REUSE);
        closeIdle();
    }

    private void closeIdle() {
        FakeServer only = world.in(ServerState.IDLE).get(0);
        only.slot.onClosed(DisconnectReason.SERVER_CRASHED);
        assertThat(world.shown(pool).servers()).isZero();
    }

    private HostSnapshot host() {
        return world.pools.hosts().get(0);
    }
}

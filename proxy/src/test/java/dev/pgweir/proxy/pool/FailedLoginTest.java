package dev.pgweir.proxy.pool;

import static dev.pgweir.proxy.pool.Specs.specs;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.server.LoginFailure.Kind;
import dev.pgweir.proxy.server.ServerState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FailedLoginTest {
    private static final Duration RETRY = Duration.ofSeconds(15);
    /** The first pause with the most jitter there is. */
    private static final Duration FIRST_PAUSE = Duration.ofMillis(120);

    private final World world = new World();

    @Test
    void aRefusedLoginFailsAllWhoWaitWithPostgresqlsOwnText() {
        Pool pool = world.pool("shop", specs().size(1));
        List<FakeClient> clients = world.waiting(pool, 3);
        world.failLogins(Kind.REFUSED);
        assertThat(clients)
                .allSatisfy(client -> assertThat(client.failure)
                        .isEqualTo(new WaitFailure(WaitFailure.Kind.LOGIN_REFUSED, "28P01", "no: REFUSED")));
        assertThat(world.events).contains("login failed REFUSED", "wait failed LOGIN_REFUSED");
        assertThat(world.shown(pool).servers()).isZero();
    }

    @Test
    void newcomersGetARefusalAtOnceUntilTheNextAttemptIsDue() {
        Pool pool = world.pool("shop", specs());
        world.client().ask(pool);
        world.failLogins(Kind.REFUSED);
        FakeClient newcomer = world.client().ask(pool);
        assertThat(newcomer.failure).extracting(WaitFailure::sqlState).isEqualTo("28P01");
        assertThat(world.servers).hasSize(1);

        world.tickAfter(FIRST_PAUSE);
        FakeClient later = world.client().ask(pool);
        FakeClient another = world.client().ask(pool);
        assertThat(later.waits()).isTrue();
        assertThat(world.servers).as("one attempt for both").hasSize(2);
        world.loginAll();
        assertThat(later.hasServer()).isTrue();
        world.loginAll();
        assertThat(another.hasServer()).isTrue();
    }

    @Test
    void aRefusalDoesNotFailClientsOfAPoolThatHasServers() {
        Pool pool = world.pool("shop", specs());
        FakeClient holder = world.linked(pool);
        FakeClient waiting = world.client().ask(pool);
        world.failLogins(Kind.REFUSED);
        assertThat(waiting.waits()).isTrue();
        FakeClient newcomer = world.client().ask(pool);
        assertThat(newcomer.waits()).isTrue();
        holder.release();
        assertThat(waiting.hasServer()).isTrue();
    }

    @Test
    void aRefusalHoldsUpItsOwnPoolOnly() {
        Pool refused = world.pool("shop", specs());
        Pool fine = world.pool("blog", specs());
        world.client().ask(refused);
        world.failLogins(Kind.REFUSED);
        assertThat(world.linked(fine).hasServer()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(names = {"UNREACHABLE", "TOO_MANY_CONNECTIONS"})
    void clientsStayQueuedWhileTheServerIsDownOrFull(Kind kind) {
        Pool pool = world.pool("shop", specs());
        FakeClient client = world.client().ask(pool);
        for (int i = 0; i < 5; i++) {
            world.failLogins(kind);
            assertThat(client.waits()).isTrue();
            world.tickAfter(RETRY.multipliedBy(2));
            assertThat(world.in(ServerState.LOGIN)).hasSize(1);
        }
        world.loginAll();
        assertThat(client.hasServer()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(names = {"UNREACHABLE", "TOO_MANY_CONNECTIONS"})
    void fiftyPoolsSendOneProbeAtATimeToAHostThatIsDown(Kind kind) {
        List<Pool> pools = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            pools.add(world.pool("db" + i, specs()));
        }
        world.client().ask(pools.get(0));
        world.failLogins(kind);
        pools.forEach(pool -> world.client().ask(pool));
        assertThat(world.in(ServerState.LOGIN)).isEmpty();
        world.tickAfter(FIRST_PAUSE);
        assertThat(world.in(ServerState.LOGIN)).hasSize(1);
        world.tickAfter(RETRY);
        assertThat(world.in(ServerState.LOGIN)).hasSize(1);
        world.loginAll();
        assertThat(world.in(ServerState.LOGIN))
                .as("it is back: everybody may go on")
                .hasSizeGreaterThan(40);
    }

    @Test
    void theProbeIsForThePoolWhoseClientHasWaitedLongest() {
        Pool first = world.pool("a", specs());
        Pool second = world.pool("b", specs());
        world.client().ask(first);
        world.failLogins(Kind.UNREACHABLE);
        world.advance(Duration.ofMillis(1));
        world.client().ask(second);
        world.tickAfter(FIRST_PAUSE);
        assertThat(world.in(first, ServerState.LOGIN)).hasSize(1);
        assertThat(world.in(second, ServerState.LOGIN)).isEmpty();
    }

    @Test
    void anotherHostIsNotHeldUp() {
        world.client().ask(world.pool("a", specs()));
        world.failLogins(Kind.UNREACHABLE);
        assertThat(world.linked(world.pool("b", specs().host("other:5432"))).hasServer())
                .isTrue();
    }

    @Test
    void aFullServerIsTriedAgainAtOnceWhenOneOfItsConnectionsCloses() {
        Pool pool = world.pool("a", specs());
        Pool other = world.pool("b", specs());
        FakeClient holder = world.linked(pool);
        FakeClient waiting = world.client().ask(other);
        world.failLogins(Kind.TOO_MANY_CONNECTIONS);
        assertThat(world.in(ServerState.LOGIN)).isEmpty();
        world.of(holder.held()).socketCloses();
        world.loginAll();
        assertThat(waiting.hasServer()).isTrue();
    }

    @Test
    void aFullServerMakesOtherPoolsCloseWhatTheyDoNotUse() {
        Pool idle = world.pool("a", specs());
        Pool other = world.pool("b", specs());
        world.linked(idle).release();
        world.advance(Duration.ofSeconds(1));
        FakeClient waiting = world.client().ask(other);
        world.failLogins(Kind.TOO_MANY_CONNECTIONS);
        assertThat(world.shown(idle).closing()).isEqualTo(1);
        world.closeAll();
        world.loginAll();
        assertThat(waiting.hasServer()).isTrue();
    }

    @Test
    void aConnectionThatEndsDuringLoginWithoutAWordIsPacedToo() {
        Pool pool = world.pool("a", specs());
        FakeClient client = world.client().ask(pool);
        world.servers.get(0).socketCloses();
        assertThat(world.servers).hasSize(1);
        assertThat(client.waits()).isTrue();
        world.tickAfter(FIRST_PAUSE);
        world.loginAll();
        assertThat(client.hasServer()).isTrue();
    }

    @Test
    void pausesDoubleFromATenthOfASecondUpToServerLoginRetry() {
        LoginPacer pacer = new LoginPacer();
        Random random = new Random(1);
        long now = 0;
        for (long expected : new long[] {100, 200, 400, 800, 1600, 3200, 6400, 12800, 15000, 15000}) {
            pacer.failed(now, now, RETRY.toNanos(), random);
            assertThat(pacer.isHolding()).isTrue();
            assertThat(pacer.isDue(now + expected * 800_000 - 1)).isFalse();
            assertThat(pacer.isDue(now + expected * 1_200_000)).isTrue();
            now += expected * 1_200_000 + 1;
        }
        pacer.succeeded();
        assertThat(pacer.isHolding()).isFalse();
        pacer.failed(now, now, RETRY.toNanos(), random);
        assertThat(pacer.isDue(now + FIRST_PAUSE.toNanos())).isTrue();
    }

    @Test
    void aBurstOfFailuresLengthensThePauseOnce() {
        LoginPacer pacer = new LoginPacer();
        for (int i = 0; i < 10; i++) {
            pacer.failed(1_000 - i, 2_000 + i, RETRY.toNanos(), new Random(i));
        }
        assertThat(pacer.isDue(2_000 + FIRST_PAUSE.toNanos())).isTrue();
    }

    @Test
    void aServerLoginRetryOfZeroStillLeavesThePostgresqlServerATenthOfASecond() {
        LoginPacer pacer = new LoginPacer();
        for (int i = 0; i < 100; i++) {
            pacer.failed(i * 10L, i * 10L + 5, 0, new Random(i));
        }
        assertThat(pacer.isDue(1_000)).isFalse();
        assertThat(pacer.isDue(1_000 + FIRST_PAUSE.toNanos())).isTrue();
    }
}

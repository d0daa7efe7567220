package dev.pgweir.proxy.pool;

import static dev.pgweir.proxy.pool.Specs.specs;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.LoginFailure;
import dev.pgweir.proxy.server.ServerControl;
import dev.pgweir.proxy.server.ServerState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real threads on all sides; what is open is counted where it is opened, not in the pools' books. */
class StressTest {
    private static final int CLIENTS = 12;
    private static final int TRANSACTIONS = 2_000;
    private static final int CAP = 5;

    private final ExecutorService servers = Executors.newFixedThreadPool(2);
    private final ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger mostOpen = new AtomicInteger();
    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger cancelsSent = new AtomicInteger();

    private final Pools pools = new Pools(
            (slot, loop) -> {
                mostOpen.accumulateAndGet(open.incrementAndGet(), Math::max);
                int number = opened.incrementAndGet();
                servers.execute(() -> logIn(new Peer(slot, number % 2), number));
            },
            System::nanoTime,
            new Random(1));

    private static void logIn(Peer peer, int number) {
        if (number % 101 == 0) {
            peer.slot.onLoginFailed(new LoginFailure(LoginFailure.Kind.UNREACHABLE, "08006", "no answer"));
            peer.end(DisconnectReason.SERVER_CONNECT_FAILED);
        } else {
            peer.slot.onReady(peer);
        }
    }

    /** A connection that lives on one of the two server threads. */
    private final class Peer implements ServerControl {
        private final PooledServer slot;
        private final int loop;
        private final AtomicBoolean ended = new AtomicBoolean();

        Peer(PooledServer slot, int loop) {
            this.slot = slot;
            this.loop = loop;
        }

        void end(DisconnectReason reason) {
            if (ended.compareAndSet(false, true)) {
                open.decrementAndGet();
                slot.onClosed(reason);
            }
        }

        @Override
        public int loopIndex() {
            return loop;
        }

        @Override
        public void close(DisconnectReason reason) {
            servers.execute(() -> end(reason));
        }

        @Override
        public void abort(DisconnectReason reason) {
            close(reason);
        }

        @Override
        public void runCheck() {
            servers.execute(slot::onTaskDone);
        }

        @Override
        public void runReset() {
            servers.execute(slot::onTaskDone);
        }
    }

    /** A client on a thread of its own. */
    private final class Client implements Waiter, Callable<Integer> {
        private final PoolClient membership = new PoolClient(this);
        private final BlockingQueue<Object> answers = new LinkedBlockingQueue<>();
        private final Random random;
        private final int loop;
        private final List<Pool> choice;

        Client(int number, List<Pool> choice) {
            this.random = new Random(number);
            this.loop = number % 2;
            this.choice = choice;
        }

        @Override
        public Integer call() throws InterruptedException {
            int served = 0;
            for (int i = 0; i < TRANSACTIONS; i++) {
                Pool pool = choice.get(random.nextInt(choice.size()));
                PooledServer server = acquire(pool);
                if (server != null) {
                    served++;
                    use(pool, server);
                }
            }
            assertThat(answers)
                    .as("nothing is told to a client that does not wait")
                    .isEmpty();
            return served;
        }

        private @Nullable PooledServer acquire(Pool pool) throws InterruptedException {
            PooledServer server = pool.acquire(membership);
            if (server != null) {
                return server;
            }
            if (random.nextInt(20) == 0 && pool.abandon(membership)) {
                return null;
            }
            Object answer = answers.poll(60, TimeUnit.SECONDS);
            return (PooledServer) Objects.requireNonNull(answer, "never answered");
        }

        private void use(Pool pool, PooledServer server) {
            assertThat(server.client()).isSameAs(membership);
            int dice = random.nextInt(200);
            if (dice == 0) {
                ((Peer) Objects.requireNonNull(server.connection())).end(DisconnectReason.SERVER_CRASHED);
            } else if (dice < 5) {
                cancel();
            }
            assertThat(server.client()).isSameAs(dice == 0 ? null : membership);
            pool.release(server, dice == 1 ? Release.close(DisconnectReason.SERVER_UNSYNC) : releaseFor(dice));
        }

        private Release releaseFor(int dice) {
            return dice < 20 ? Release.RESET : Release.REUSE;
        }

        private void cancel() {
            CancelTicket[] made = new CancelTicket[1];
            BlockingQueue<Boolean> outcome = new LinkedBlockingQueue<>();
            made[0] = pools.requestCancel(membership, new CancelCallback() {
                @Override
                public void onGranted() {
                    mostOpen.accumulateAndGet(open.incrementAndGet(), Math::max);
                    cancelsSent.incrementAndGet();
                    outcome.add(true);
                }

                @Override
                public void onGone() {
                    outcome.add(false);
                }
            });
            servers.execute(() -> endCancel(made[0], outcome));
        }

        private void endCancel(CancelTicket ticket, BlockingQueue<Boolean> outcome) {
            if (ticket.abandon()) {
                return;
            }
            try {
                // The answer may still be on its way from another thread.
                if (Objects.requireNonNull(outcome.poll(60, TimeUnit.SECONDS))) {
                    open.decrementAndGet();
                    ticket.done();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public int loopIndex() {
            return loop;
        }

        @Override
        public void onServerAssigned(PooledServer server) {
            answers.add(server);
        }

        @Override
        public void onWaitFailed(WaitFailure failure) {
            answers.add(failure);
        }
    }

    @Test
    @Timeout(120)
    void capsHoldAndEverybodyIsServedWhenThreadsCompete() throws Exception {
        Specs settings = specs().size(3)
                .maxServer(CAP)
                .cancelReserve(1)
                .minEvictAge(Duration.ofMillis(1))
                .loginRetry(Duration.ofMillis(1));
        List<Pool> choice = new ArrayList<>();
        for (String database : List.of("a", "b", "c")) {
            choice.add(pools.pool(new PoolKey(database, "app"), settings::make));
        }
        Future<?> janitor = clock.scheduleAtFixedRate(pools::tick, 1, 1, TimeUnit.MILLISECONDS);
        List<Future<Integer>> results = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            results.add(clients.submit(new Client(i, choice)));
        }
        long served = 0;
        for (Future<Integer> result : results) {
            served += result.get();
        }
        assertThat(janitor.isDone()).as("the janitor met no error").isFalse();
        pools.drain().get(60, TimeUnit.SECONDS);

        assertThat(mostOpen).hasValueLessThanOrEqualTo(CAP);
        assertThat(served).isGreaterThan(CLIENTS * TRANSACTIONS / 2);
        assertThat(choice.stream()
                        .mapToLong(pool -> pool.stats().serverAssignmentCount())
                        .sum())
                .isGreaterThanOrEqualTo(served);
        assertThat(cancelsSent).hasPositiveValue();
        assertThat(pools.snapshot())
                .allSatisfy(shown -> assertThat(shown.servers()).isZero());
        assertThat(pools.servers()).extracting(ServerSnapshot::state).doesNotContain(ServerState.ACTIVE);
    }

    @AfterEach
    void endThreads() {
        clock.shutdownNow();
        clients.shutdownNow();
        servers.shutdownNow();
    }
}

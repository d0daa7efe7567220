package dev.pgweir.proxy.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pgweir.protocol.auth.scram.ScramDerivation;
import dev.pgweir.protocol.auth.scram.ScramKeys;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class KeyDeriverTest {
    private static final ScramDerivation DERIVATION = new ScramDerivation(new byte[] {1, 2, 3}, 2);

    private final QueuedExecutor executor = new QueuedExecutor(3);
    private final KeyDeriver deriver = new KeyDeriver(executor, 2, new SecureRandom());

    @Test
    void derivesOnTheExecutorOnly() {
        CompletableFuture<ScramKeys> keys = deriver.derive("secret", DERIVATION);

        assertThat(keys).isNotDone();
        executor.runAll();
        assertThat(keys).isCompletedWithValue(DERIVATION.derive("secret"));
    }

    @Test
    void equalRequestsShareOneDerivation() {
        CompletableFuture<ScramKeys> first = deriver.derive("secret", DERIVATION);
        CompletableFuture<ScramKeys> second = deriver.derive("secret", DERIVATION);
        CompletableFuture<Boolean> third =
                deriver.verify("secret", DERIVATION.derive("secret").toSecret());

        assertThat(executor.runAll()).isEqualTo(1);
        assertThat(first.join()).isEqualTo(second.join());
        assertThat(third).isCompletedWithValue(true);
    }

    @Test
    void remembersWhatItHasDerived() {
        deriver.derive("secret", DERIVATION);
        executor.runAll();

        assertThat(deriver.derive("secret", DERIVATION)).isCompletedWithValue(DERIVATION.derive("secret"));
        assertThat(deriver.verify("secret", DERIVATION.derive("secret").toSecret()))
                .isCompletedWithValue(true);
        assertThat(executor.accepted()).isEqualTo(1);
    }

    @Test
    void keepsPasswordsSaltsAndIterationCountsApart() {
        deriver.derive("secret", DERIVATION);
        executor.runAll();

        assertThat(deriver.derive("Secret", DERIVATION)).isNotDone();
        assertThat(deriver.derive("secret", new ScramDerivation(new byte[] {1, 2, 4}, 2)))
                .isNotDone();
        assertThat(deriver.derive("secret", new ScramDerivation(new byte[] {1, 2, 3}, 3)))
                .isNotDone();
        assertThat(executor.runAll()).isEqualTo(3);
    }

    /** The end of the salt is not taken for the beginning of the password. */
    @Test
    void keepsSaltAndPasswordApart() {
        deriver.derive("bc", new ScramDerivation(new byte[] {'a'}, 2));
        executor.runAll();

        assertThat(deriver.derive("c", new ScramDerivation(new byte[] {'a', 'b'}, 2)))
                .isNotDone();
        assertThat(executor.runAll()).isEqualTo(1);
    }

    @Test
    void forgetsTheLeastRecentlyUsedFirst() {
        deriver.derive("one", DERIVATION);
        executor.runAll();
        deriver.derive("two", DERIVATION);
        executor.runAll();
        assertThat(deriver.derive("one", DERIVATION)).isDone();
        deriver.derive("three", DERIVATION);
        executor.runAll();

        assertThat(deriver.derive("one", DERIVATION)).isDone();
        assertThat(deriver.derive("three", DERIVATION)).isDone();
        assertThat(deriver.derive("two", DERIVATION)).isNotDone();
        assertThat(executor.runAll()).isEqualTo(1);
    }

    @Test
    void wrongGuessesPushNobodyOut() {
        deriver.derive("secret", DERIVATION);
        executor.runAll();
        for (int i = 0; i < 20; i++) {
            CompletableFuture<Boolean> guess =
                    deriver.verify("guess" + i, DERIVATION.derive("other").toSecret());
            executor.runAll();
            assertThat(guess).isCompletedWithValue(false);
        }

        assertThat(deriver.derive("secret", DERIVATION)).isDone();
    }

    @Test
    void failsWhenTheExecutorIsFullAndRecoversAfterwards() {
        for (int i = 0; i < 3; i++) {
            deriver.derive("secret" + i, DERIVATION);
        }

        CompletableFuture<ScramKeys> refused = deriver.derive("one too many", DERIVATION);

        assertThat(refused).isCompletedExceptionally();
        assertThatThrownBy(refused::join).hasRootCauseInstanceOf(RejectedExecutionException.class);
        assertThat(KeyDeriver.settled(refused).toCompletableFuture()).isCompleted();
        executor.runAll();
        CompletableFuture<ScramKeys> again = deriver.derive("one too many", DERIVATION);
        executor.runAll();
        assertThat(again).isCompletedWithValue(DERIVATION.derive("one too many"));
    }

    @Test
    void threadsThatAskAtTheSameTimeShareOneDerivation() throws Exception {
        AtomicInteger tasks = new AtomicInteger();
        ExecutorService worker = Executors.newSingleThreadExecutor();
        ExecutorService loops = Executors.newFixedThreadPool(4);
        try {
            Executor counting = task -> {
                tasks.incrementAndGet();
                worker.execute(task);
            };
            KeyDeriver shared = new KeyDeriver(counting, 100, new SecureRandom());
            CyclicBarrier barrier = new CyclicBarrier(4);
            for (int round = 0; round < 50; round++) {
                String password = "secret" + round;
                Callable<ScramKeys> ask = () -> {
                    barrier.await();
                    return shared.derive(password, DERIVATION).join();
                };
                for (Future<ScramKeys> answer : loops.invokeAll(List.of(ask, ask, ask, ask))) {
                    assertThat(answer.get()).isEqualTo(DERIVATION.derive(password));
                }
            }
        } finally {
            worker.shutdownNow();
            loops.shutdownNow();
        }
        assertThat(tasks).hasValue(50);
    }

    @Test
    void needsRoomForOneAtLeast() {
        assertThatIllegalArgumentException().isThrownBy(() -> new KeyDeriver(executor, 0, new SecureRandom()));
    }
}

package dev.pgweir.proxy.cancel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.protocol.ProtocolVersion;
import dev.pgweir.protocol.message.backend.BackendKeyData;
import dev.pgweir.protocol.message.frontend.CancelRequest;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who can cancel whose query: only who knows the key, and only while its client is there. */
final class CancelKeysTest {
    private final CancelKeys keys = new CancelKeys(new SecureRandom());
    private final CancelTarget alice = whenOver -> {};
    private final CancelTarget bob = whenOver -> {};

    @Test
    void findsTheClientOfAKey() {
        BackendKeyData forAlice = keys.register(alice, ProtocolVersion.V3_0);
        BackendKeyData forBob = keys.register(bob, ProtocolVersion.V3_0);

        assertThat(keys.find(request(forAlice))).isSameAs(alice);
        assertThat(keys.find(request(forBob))).isSameAs(bob);
        assertThat(keys.find(request(forAlice))).as("any number of times").isSameAs(alice);
    }

    @Test
    void knowsNoKeyThatWasNeverGiven() {
        BackendKeyData key = keys.register(alice, ProtocolVersion.V3_0);

        assertThat(keys.find(new CancelRequest(key.processId() ^ 1, key.secret())))
                .isNull();
        assertThat(keys.find(new CancelRequest(0, new byte[4]))).isNull();
        assertThat(keys.find(new CancelRequest(-1, new byte[4]))).isNull();
    }

    @Test
    void knowsNoKeyWithAWrongBitInItsSecret() {
        BackendKeyData key = keys.register(alice, ProtocolVersion.V3_0);
        for (int bit = 0; bit < 8 * key.secret().length; bit++) {
            byte[] wrong = key.secret().clone();
            wrong[bit / 8] ^= (byte) (1 << (bit % 8));

            assertThat(keys.find(new CancelRequest(key.processId(), wrong)))
                    .as("bit " + bit)
                    .isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 5, 8, 256})
    void knowsNoKeyWithASecretOfAnotherLength(int length) {
        BackendKeyData key = keys.register(alice, ProtocolVersion.V3_0);

        assertThat(keys.find(new CancelRequest(key.processId(), Arrays.copyOf(key.secret(), length))))
                .isNull();
    }

    @Test
    void givesLongSecretsFromProtocol32OnAndTakesNothingLess() {
        BackendKeyData key = keys.register(alice, ProtocolVersion.V3_2);
        assertThat(key.secret()).hasSize(32);
        assertThat(keys.find(request(key))).isSameAs(alice);
        for (int bit = 0; bit < 8 * key.secret().length; bit++) {
            byte[] wrong = key.secret().clone();
            wrong[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThat(keys.find(new CancelRequest(key.processId(), wrong)))
                    .as("bit " + bit)
                    .isNull();
        }
        assertThat(keys.find(new CancelRequest(key.processId(), Arrays.copyOf(key.secret(), 4))))
                .isNull();
        assertThat(keys.register(bob, new ProtocolVersion(3, 1)).secret()).hasSize(4);

        keys.remove(key);
        assertThat(keys.find(request(key))).isNull();
    }

    @Test
    void knowsNoKeyThatWasTakenBack() {
        BackendKeyData forAlice = keys.register(alice, ProtocolVersion.V3_0);
        BackendKeyData forBob = keys.register(bob, ProtocolVersion.V3_0);

        keys.remove(forAlice);
        keys.remove(forAlice);

        assertThat(keys.find(request(forAlice))).isNull();
        assertThat(keys.find(request(forBob))).isSameAs(bob);
    }

    @Test
    void doesNotMixUpKeysOfOneClient() {
        BackendKeyData first = keys.register(alice, ProtocolVersion.V3_0);
        BackendKeyData second = keys.register(alice, ProtocolVersion.V3_0);
        keys.remove(first);

        assertThat(keys.find(request(first))).isNull();
        assertThat(keys.find(request(second))).isSameAs(alice);
    }

    @Test
    void givesKeysThatCannotBeGuessedFromEachOther() {
        int count = 5_000;
        Set<Integer> processIds = new HashSet<>();
        Set<ByteBuffer> secrets = new HashSet<>();
        int[] ones = new int[32];
        for (int i = 0; i < count; i++) {
            BackendKeyData key = keys.register(alice, ProtocolVersion.V3_0);
            assertThat(key.processId()).isPositive();
            assertThat(key.secret()).hasSize(4);
            processIds.add(key.processId());
            secrets.add(ByteBuffer.wrap(key.secret()));
            for (int bit = 0; bit < ones.length; bit++) {
                ones[bit] += key.secret()[bit / 8] >> (bit % 8) & 1;
            }
        }

        assertThat(processIds).hasSize(count);
        // Two of 5000 random secrets are equal with a probability of 0.3 %, more than three are not to be expected.
        assertThat(secrets).hasSizeGreaterThan(count - 4);
        // Each bit is as often set as not: ten standard deviations around the half.
        for (int times : ones) {
            assertThat(times).isBetween(count / 2 - 354, count / 2 + 354);
        }
    }

    @Test
    void givesEachProcessIdToOneClientAtATime() {
        Queue<Integer> drawn = new ArrayDeque<>(List.of(1, 42, 2, 42, 42, 7));
        CancelKeys scripted = new CancelKeys(new ScriptedRandom(drawn));

        BackendKeyData first = scripted.register(alice, ProtocolVersion.V3_0);
        BackendKeyData second = scripted.register(bob, ProtocolVersion.V3_0);

        assertThat(first.processId()).isNotEqualTo(second.processId());
        assertThat(drawn).as("the taken number was drawn, twice, and refused").isEmpty();
        assertThat(scripted.find(request(first))).isSameAs(alice);
        assertThat(scripted.find(request(second))).isSameAs(bob);
    }

    @Test
    void servesAllThreadsAtOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<Set<Integer>>> results = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                results.add(threads.submit(this::registerAndRemove));
            }
            Set<Integer> all = new HashSet<>();
            for (Future<Set<Integer>> result : results) {
                Set<Integer> kept = result.get();
                assertThat(all).doesNotContainAnyElementsOf(kept);
                all.addAll(kept);
            }
            assertThat(all).hasSize(4 * 500);
        } finally {
            threads.shutdownNow();
        }
    }

    /** Keeps every second key. */
    private Set<Integer> registerAndRemove() {
        Set<Integer> kept = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            CancelTarget target = whenOver -> whenOver.run();
            BackendKeyData key = keys.register(target, ProtocolVersion.V3_0);
            assertThat(keys.find(request(key))).isSameAs(target);
            if (i % 2 == 0) {
                keys.remove(key);
                assertThat(keys.find(request(key))).isNull();
            } else {
                kept.add(key.processId());
            }
        }
        return kept;
    }

    private static CancelRequest request(BackendKeyData key) {
        return new CancelRequest(key.processId(), key.secret().clone());
    }

    /** Draws the numbers it is given. */
    private static final class ScriptedRandom extends SecureRandom {
        private final transient Queue<Integer> numbers;

        ScriptedRandom(Queue<Integer> numbers) {
            this.numbers = numbers;
        }

        @Override
        public void nextBytes(byte[] bytes) {
            ByteBuffer.wrap(bytes).putInt(numbers.remove());
        }

        @Override
        public int nextInt(int origin, int bound) {
            return numbers.remove();
        }
    }
}

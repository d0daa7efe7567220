package dev.pgweir.proxy.cancel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.protocol.ProtocolVersion;
import dev.pgweir.protocol.message.backend.BackendKeyData;
import dev.pgweir.protocol.message.frontend.CancelRequest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Cancel keys that name the process that gave them. */
final class PeerKeyTest {

    private final CancelTarget alice = whenOver -> {};

    private static CancelRequest request(BackendKeyData key) {
        return new CancelRequest(key.processId(), key.secret());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 255, 256, 300, 16_383})
    void keyNamesItsProcessWherePgBouncerLooksForIt(int peer) {
        for (int i = 0; i < 100; i++) {
            BackendKeyData key = PeerKey.random(peer, 4, new SecureRandom());
            assertThat(key.processId()).isPositive();
            assertThat((key.processId() >> 16) & 0xff).isEqualTo(peer & 0xff);
            assertThat((key.processId() >> 8) & 0xff).isEqualTo(peer >> 8);
            assertThat(PeerKey.peerOf(request(key))).isEqualTo(peer);
            assertThat(PeerKey.hopsLeft(request(key))).isEqualTo(3);
        }
    }

    @Test
    void keyIsKnownHoweverOftenItWasPassedOn() {
        CancelKeys keys = new CancelKeys(new SecureRandom(), () -> 7);
        CancelRequest request = request(keys.register(alice, ProtocolVersion.V3_0));
        for (int hops = 3; hops > 0; hops--) {
            assertThat(PeerKey.hopsLeft(request)).isEqualTo(hops);
            assertThat(keys.find(request)).isSameAs(alice);
            request = PeerKey.passedOn(request);
        }
        assertThat(PeerKey.hopsLeft(request)).isZero();
        assertThat(keys.find(request)).isSameAs(alice);
    }

    @Test
    void longKeyIsKnownHoweverOftenItWasPassedOnAndByAllOfItsBits() {
        CancelKeys keys = new CancelKeys(new SecureRandom(), () -> 16_383);
        BackendKeyData key = keys.register(alice, ProtocolVersion.V3_2);
        assertThat(key.secret()).hasSize(32);
        CancelRequest request = request(key);
        assertThat(PeerKey.peerOf(request)).isEqualTo(16_383);
        for (int hops = 3; hops > 0; hops--) {
            assertThat(keys.find(request)).isSameAs(alice);
            request = PeerKey.passedOn(request);
        }
        assertThat(PeerKey.hopsLeft(request)).isZero();
        assertThat(keys.find(request)).isSameAs(alice);
        for (int bit = 0; bit < 8 * 32; bit++) {
            byte[] wrong = key.secret().clone();
            wrong[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThat(keys.find(new CancelRequest(key.processId(), wrong)))
                    .as("bit " + bit)
                    .isSameAs(bit == 248 || bit == 249 ? alice : null);
        }
        assertThat(keys.find(new CancelRequest(key.processId(), Arrays.copyOf(key.secret(), 4))))
                .isNull();
        keys.remove(key);
        assertThat(keys.find(request(key))).isNull();
    }

    @Test
    void anyOtherBitMakesItAnotherKey() {
        CancelKeys keys = new CancelKeys(new SecureRandom(), () -> 7);
        BackendKeyData key = keys.register(alice, ProtocolVersion.V3_0);
        for (int bit = 0; bit < 32; bit++) {
            byte[] wrong = key.secret().clone();
            wrong[bit / 8] ^= (byte) (1 << (bit % 8));
            // The lowest two of the last byte count the hops.
            assertThat(keys.find(new CancelRequest(key.processId(), wrong)))
                    .as("bit " + bit)
                    .isSameAs(bit == 24 || bit == 25 ? alice : null);
            assertThat(keys.find(new CancelRequest(key.processId() ^ (1 << bit), key.secret())))
                    .isNull();
        }
        assertThat(keys.find(new CancelRequest(key.processId(), new byte[8]))).isNull();
        keys.remove(key);
        assertThat(keys.find(request(key))).isNull();
    }

    @Test
    void thereAreKeysForMoreClientsThanProcessIds() {
        CancelKeys keys = new CancelKeys(new SecureRandom(), () -> 1);
        Set<Long> all = new HashSet<>();
        for (int i = 0; i < 50_000; i++) {
            BackendKeyData key = keys.register(alice, ProtocolVersion.V3_0);
            all.add(PeerKey.locator(key.processId(), key.secret()));
        }
        assertThat(all).hasSize(50_000);
    }

    @Test
    void keysFromBeforeTheProcessHadANumberStayKnown() {
        int[] peer = {0};
        CancelKeys keys = new CancelKeys(new SecureRandom(), () -> peer[0]);
        BackendKeyData before = keys.register(alice, ProtocolVersion.V3_0);
        peer[0] = 3;
        BackendKeyData after = keys.register(alice, ProtocolVersion.V3_0);
        assertThat(keys.find(request(before))).isSameAs(alice);
        keys.remove(before);
        assertThat(keys.find(request(before))).isNull();
        assertThat(keys.find(request(after))).isSameAs(alice);
    }
}

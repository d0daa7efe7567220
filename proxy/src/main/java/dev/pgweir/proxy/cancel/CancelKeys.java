package dev.pgweir.proxy.cancel;

import dev.pgweir.protocol.ProtocolVersion;
import dev.pgweir.protocol.message.backend.BackendKeyData;
import dev.pgweir.protocol.message.frontend.CancelRequest;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The cancel keys that clients were given. They are PgWeir's own: a client never learns those of PostgreSQL, which belong
 * to another client a moment later. For any thread.
 */
public final class CancelKeys {
    /** PostgreSQL 18's: as hard to guess as any key of today. */
    private static final int LONG_SECRET = 32;

    private final SecureRandom random;
    private final IntSupplier peerId;
    private final ConcurrentHashMap<Integer, Entry> byProcessId = new ConcurrentHashMap<>();
    /**
     * Keys with a peer's number in them, by {@link PeerKey#locator}: of their process id no more than 15 bits are random,
     * too few for a place of their own. A long is compared at once and the secret in constant time, so the time tells
     * nobody how much was right.
     */
    private final ConcurrentHashMap<Long, Entry> byLocator = new ConcurrentHashMap<>();

    private record Entry(BackendKeyData key, CancelTarget target) {}

    /**
     * @param random keys are guessed if they are not random
     */
    public CancelKeys(SecureRandom random) {
        this(random, () -> 0);
    }

    /**
     * @param random keys are guessed if they are not random
     * @param peerId setting {@code peer_id}: the number of this process, which is put into each key; 0 if it has none
     */
    public CancelKeys(SecureRandom random, IntSupplier peerId) {
        this.random = random;
        this.peerId = peerId;
    }

    /**
     * A key for a client; {@link #remove} takes it back.
     *
     * @param version what the client speaks: from 3.2 on its secret is long
     */
    public BackendKeyData register(CancelTarget target, ProtocolVersion version) {
        int length = version.compareTo(ProtocolVersion.V3_2) >= 0 ? LONG_SECRET : BackendKeyData.MIN_SECRET_LENGTH;
        int peer = peerId.getAsInt();
        while (peer > 0) {
            BackendKeyData key = PeerKey.random(peer, length, random);
            long locator = PeerKey.locator(key.processId(), key.secret());
            if (byLocator.putIfAbsent(locator, new Entry(key, target)) == null) {
                return key;
            }
        }
        byte[] secret = new byte[length];
        random.nextBytes(secret);
        while (true) {
            // Positive, as process ids are: drivers print them.
            BackendKeyData key = new BackendKeyData(random.nextInt(1, Integer.MAX_VALUE), secret);
            if (byProcessId.putIfAbsent(key.processId(), new Entry(key, target)) == null) {
                return key;
            }
        }
    }

    /** The client is gone. */
    public void remove(BackendKeyData key) {
        long locator = PeerKey.locator(key.processId(), key.secret());
        Entry ofPeer = byLocator.get(locator);
        if (ofPeer != null && ofPeer.key.equals(key)) {
            byLocator.remove(locator);
        } else {
            byProcessId.remove(key.processId());
        }
    }

    /** Whose query is meant; null if the key is of nobody. */
    public @Nullable CancelTarget find(CancelRequest request) {
        Entry ofPeer = byLocator.get(PeerKey.locator(request.processId(), request.secret()));
        if (ofPeer != null && PeerKey.isSame(ofPeer.key.secret(), request.secret())) {
            return ofPeer.target;
        }
        Entry entry = byProcessId.get(request.processId());
        return entry != null && MessageDigest.isEqual(entry.key.secret(), request.secret()) ? entry.target : null;
    }
}

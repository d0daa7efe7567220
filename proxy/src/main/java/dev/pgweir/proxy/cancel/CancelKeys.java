package dev.pgweir.proxy.cancel;

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
    private final SecureRandom random;
    private final IntSupplier peerId;
    private final ConcurrentHashMap<Integer, Entry> byProcessId = new ConcurrentHashMap<>();
    /**
     * Keys with a peer's number in them, by all of {@link PeerKey#whole}: of their process id no more than 15 bits are
     * random, too few for a place of their own. A long is compared at once, so the time tells nobody how much was right.
     */
    private final ConcurrentHashMap<Long, CancelTarget> byWhole = new ConcurrentHashMap<>();

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

    /** A key for a client; {@link #remove} takes it back. */
    public BackendKeyData register(CancelTarget target) {
        int peer = peerId.getAsInt();
        while (peer > 0) {
            BackendKeyData key = PeerKey.random(peer, random);
            if (byWhole.putIfAbsent(PeerKey.whole(key.processId(), key.secret()), target) == null) {
                return key;
            }
        }
        byte[] secret = new byte[BackendKeyData.MIN_SECRET_LENGTH];
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
        if (byWhole.remove(PeerKey.whole(key.processId(), key.secret())) == null) {
            byProcessId.remove(key.processId());
        }
    }

    /** Whose query is meant; null if the key is of nobody. */
    public @Nullable CancelTarget find(CancelRequest request) {
        CancelTarget ofPeer = byWhole.get(PeerKey.whole(request.processId(), request.secret()));
        if (ofPeer != null) {
            return ofPeer;
        }
        Entry entry = byProcessId.get(request.processId());
        return entry != null && MessageDigest.isEqual(entry.key.secret(), request.secret()) ? entry.target : null;
    }
}

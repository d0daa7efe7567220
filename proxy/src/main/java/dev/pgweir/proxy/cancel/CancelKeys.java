package dev.pgweir.proxy.cancel;

import dev.pgweir.protocol.message.backend.BackendKeyData;
import dev.pgweir.protocol.message.frontend.CancelRequest;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The cancel keys that clients were given. They are PgWeir's own: a client never learns those of PostgreSQL, which belong
 * to another client a moment later. For any thread.
 */
public final class CancelKeys {
    private final SecureRandom random;
    private final ConcurrentHashMap<Integer, Entry> byProcessId = new ConcurrentHashMap<>();

    private record Entry(BackendKeyData key, CancelTarget target) {}

    /**
     * @param random keys are guessed if they are not random
     */
    public CancelKeys(SecureRandom random) {
        this.random = random;
    }

    /** A key for a client; {@link #remove} takes it back. */
    public BackendKeyData register(CancelTarget target) {
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
        byProcessId.remove(key.processId());
    }

    /** Whose query is meant; null if the key is of nobody. */
    public @Nullable CancelTarget find(CancelRequest request) {
        Entry entry = byProcessId.get(request.processId());
        return entry != null && MessageDigest.isEqual(entry.key.secret(), request.secret()) ? entry.target : null;
    }
}

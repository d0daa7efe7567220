package dev.pgweir.proxy.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.pgweir.protocol.auth.scram.ScramDerivation;
import dev.pgweir.protocol.auth.scram.ScramFunctions;
import dev.pgweir.protocol.auth.scram.ScramKeys;
import dev.pgweir.protocol.auth.scram.ScramSecret;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Derives SCRAM keys from passwords on an executor of its own, because that costs thousands of HMACs, and remembers
 * them. Equal requests that come while one is running share its result, so a thousand clients of one user that connect
 * at once cost one derivation.
 *
 * <p>What it remembers is looked up by an HMAC, under a key of this process, of password, salt and iteration count: no
 * password is kept here beyond its derivation. The least recently used entry goes first. A password that turned out
 * wrong is not remembered, or guessing would push out everybody else.
 *
 * <p>For any thread; no method blocks, the lock is held for single operations on a map. Dependents of the futures run on the executor's thread.
 */
public final class KeyDeriver {
    /** Entries to remember: about 4 MB, and more users than a process this size serves well. */
    public static final int DEFAULT_CAPACITY = 10_000;

    private final Executor executor;
    private final byte[] processKey = new byte[ScramFunctions.KEY_LENGTH];

    /** Guards the two maps. */
    private final Object lock = new Object();

    private final Map<ByteBuffer, CompletableFuture<ScramKeys>> running = new HashMap<>();
    private final Map<ByteBuffer, ScramKeys> remembered;

    /**
     * @param executor has few threads (these are pure computations) and a bounded queue; may refuse, which fails the
     *     login that asked. 1 to 2 ms for each entry of the queue is what the last one in it waits, per thread.
     * @param capacity how many keys to remember, at least 1
     */
    public KeyDeriver(Executor executor, int capacity, SecureRandom random) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity must be at least 1");
        }
        this.executor = executor;
        random.nextBytes(processKey);
        remembered = new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<ByteBuffer, ScramKeys> eldest) {
                return size() > capacity;
            }
        };
    }

    /** The keys for a password that is taken as right. Fails when the executor refuses. */
    CompletableFuture<ScramKeys> derive(String password, ScramDerivation derivation) {
        return keys(password, derivation, keys -> true);
    }

    /** Whether a password is the one a secret was made from. Fails when the executor refuses. */
    CompletableFuture<Boolean> verify(String password, ScramSecret secret) {
        return keys(password, secret.derivation(), secret::matches).thenApply(secret::matches);
    }

    /** Completes with a derivation, and normally even where that fails. */
    static CompletionStage<?> settled(CompletableFuture<?> derivation) {
        return derivation.handle((result, error) -> error == null);
    }

    /** @param worthKeeping whether the password has turned out to be right */
    private CompletableFuture<ScramKeys> keys(
            String password, ScramDerivation derivation, Predicate<ScramKeys> worthKeeping) {
        ByteBuffer key = key(password, derivation);
        CompletableFuture<ScramKeys> future;
        synchronized (lock) {
            ScramKeys known = remembered.get(key);
            if (known != null) {
                return CompletableFuture.completedFuture(known);
            }
            CompletableFuture<ScramKeys> sameRequest = running.get(key);
            if (sameRequest != null) {
                return sameRequest;
            }
            future = new CompletableFuture<>();
            running.put(key, future);
        }
        try {
            executor.execute(() -> run(key, future, password, derivation, worthKeeping));
        } catch (RejectedExecutionException e) {
            finish(key, null);
            future.completeExceptionally(e);
        }
        return future;
    }

    private void run(
            ByteBuffer key,
            CompletableFuture<ScramKeys> future,
            String password,
            ScramDerivation derivation,
            Predicate<ScramKeys> worthKeeping) {
        ScramKeys keys;
        try {
            keys = derivation.derive(password);
        } catch (RuntimeException | Error e) {
            finish(key, null);
            future.completeExceptionally(e);
            return;
        }
        // Before the future completes: whoever asks after that finds the keys, and nothing is derived twice.
        finish(key, worthKeeping.test(keys) ? keys : null);
        future.complete(keys);
    }

    private void finish(ByteBuffer key, @Nullable ScramKeys keys) {
        synchronized (lock) {
            running.remove(key);
            if (keys != null) {
                remembered.put(key, keys);
            }
        }
    }

    /** The salt's length comes first, so that no two requests are the same row of bytes. */
    private ByteBuffer key(String password, ScramDerivation derivation) {
        byte[] salt = derivation.salt();
        byte[] numbers = ByteBuffer.allocate(8)
                .putInt(salt.length)
                .putInt(derivation.iterations())
                .array();
        return ByteBuffer.wrap(ScramFunctions.hmac(processKey, numbers, salt, password.getBytes(UTF_8)));
    }
}

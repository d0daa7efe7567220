package dev.pgweir.proxy.client;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Counts clients: in total, by database and by user. For any thread. */
final class ClientLimits {
    private final AtomicInteger total = new AtomicInteger();
    private final ConcurrentHashMap<String, AtomicInteger> byDatabase = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, AtomicInteger> byUser = new ConcurrentHashMap<>();

    /** A place that a client has taken; given back once. */
    @FunctionalInterface
    interface Place {
        void giveBack();
    }

    /** A place among all clients, or null if {@code max_client_conn} is reached. */
    @Nullable
    Place total(int limit) {
        return take(total, limit, true);
    }

    /** A place among the clients of a database, or null if {@code limit} is reached; 0 means no limit. */
    @Nullable
    Place database(String name, int limit) {
        return take(byDatabase.computeIfAbsent(name, n -> new AtomicInteger()), limit, limit > 0);
    }

    /** A place among the clients of a user, or null if {@code limit} is reached; 0 means no limit. */
    @Nullable
    Place user(String name, int limit) {
        return take(byUser.computeIfAbsent(name, n -> new AtomicInteger()), limit, limit > 0);
    }

    int ofDatabase(String name) {
        AtomicInteger count = byDatabase.get(name);
        return count == null ? 0 : count.get();
    }

    int ofUser(String name) {
        AtomicInteger count = byUser.get(name);
        return count == null ? 0 : count.get();
    }

    private static @Nullable Place take(AtomicInteger count, int limit, boolean limited) {
        if (count.incrementAndGet() > limit && limited) {
            count.decrementAndGet();
            return null;
        }
        return count::decrementAndGet;
    }
}

package dev.pgweir.proxy.client;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Counts clients: in total, by database and by user. For any thread. */
final class ClientLimits {
    private final AtomicInteger total = new AtomicInteger();
    private final Place amongAll = total::decrementAndGet;
    /** Names without a client are not in it: of databases that {@code *} stands for there is no end. */
    private final ConcurrentHashMap<String, Integer> byDatabase = new ConcurrentHashMap<>();

    private final ConcurrentHashMap<String, Integer> byUser = new ConcurrentHashMap<>();

    /** A place that a client has taken; given back once. */
    @FunctionalInterface
    interface Place {
        void giveBack();
    }

    /** A place among all clients, or null if {@code max_client_conn} is reached. */
    @Nullable
    Place total(int limit) {
        if (total.incrementAndGet() > limit) {
            total.decrementAndGet();
            return null;
        }
        return amongAll;
    }

    /** A place among the clients of a database, or null if {@code limit} is reached; 0 means no limit. */
    @Nullable
    Place database(String name, int limit) {
        return take(byDatabase, name, limit);
    }

    /** A place among the clients of a user, or null if {@code limit} is reached; 0 means no limit. */
    @Nullable
    Place user(String name, int limit) {
        return take(byUser, name, limit);
    }

    int total() {
        return total.get();
    }

    int ofDatabase(String name) {
        return byDatabase.getOrDefault(name, 0);
    }

    int ofUser(String name) {
        return byUser.getOrDefault(name, 0);
    }

    private static @Nullable Place take(ConcurrentHashMap<String, Integer> counts, String name, int limit) {
        boolean[] taken = new boolean[1];
        counts.compute(name, (n, count) -> {
            int now = count == null ? 0 : count;
            taken[0] = limit == 0 || now < limit;
            return taken[0] ? Integer.valueOf(now + 1) : count;
        });
        return taken[0] ? () -> giveBack(counts, name) : null;
    }

    private static void giveBack(ConcurrentHashMap<String, Integer> counts, String name) {
        counts.computeIfPresent(name, (n, count) -> count == 1 ? null : count - 1);
    }
}

package dev.pgweir.proxy.client;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Counts clients: in total, by database and by user. For any thread. */
final class ClientLimits {
    private final AtomicInteger total = new AtomicInteger();
    private final Place amongAll = total::decrementAndGet;
    /** Names without a client are not in it: of databases that {@code *} stands for there is no end. */
    private final ConcurrentHashMap<String, Named> byDatabase = new ConcurrentHashMap<>();

    private final ConcurrentHashMap<String, Named> byUser = new ConcurrentHashMap<>();

    /** A place that a client has taken; given back once. */
    @FunctionalInterface
    interface Place {
        void giveBack();
    }

    /** A place in a database or of a user: one object for all who have one. */
    static final class Named implements Place {
        private final ConcurrentHashMap<String, Named> counts;
        private final String name;
        /** Changed only while its name is being computed in the map. */
        private volatile int clients;

        private Named(ConcurrentHashMap<String, Named> counts, String name) {
            this.counts = counts;
            this.name = name;
        }

        /** The name as the first of them had it, so that it need not be kept once for each. */
        String name() {
            return name;
        }

        @Override
        public void giveBack() {
            counts.computeIfPresent(name, (of, known) -> known.add(-1) == 0 ? null : known);
        }

        private int add(int more) {
            int now = clients + more;
            clients = now;
            return now;
        }
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
    Named database(String name, int limit) {
        return take(byDatabase, name, limit);
    }

    /** A place among the clients of a user, or null if {@code limit} is reached; 0 means no limit. */
    @Nullable
    Named user(String name, int limit) {
        return take(byUser, name, limit);
    }

    int total() {
        return total.get();
    }

    int ofDatabase(String name) {
        return count(byDatabase.get(name));
    }

    int ofUser(String name) {
        return count(byUser.get(name));
    }

    private static int count(@Nullable Named of) {
        return of == null ? 0 : of.clients;
    }

    private static @Nullable Named take(ConcurrentHashMap<String, Named> counts, String name, int limit) {
        boolean[] taken = new boolean[1];
        Named place = counts.compute(name, (of, known) -> {
            Named here = known == null ? new Named(counts, name) : known;
            taken[0] = limit == 0 || here.clients < limit;
            if (taken[0]) {
                here.add(1);
            }
            return here.clients == 0 ? null : here;
        });
        return taken[0] ? place : null;
    }
}

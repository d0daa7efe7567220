package dev.pgweir.proxy.metrics;

import dev.pgweir.proxy.client.ActivePhase;
import dev.pgweir.proxy.client.ClientSession;
import dev.pgweir.proxy.client.Clients;
import dev.pgweir.proxy.count.EnumCounts;
import dev.pgweir.proxy.count.ErrorClasses;
import dev.pgweir.proxy.pool.Pool;
import dev.pgweir.proxy.pool.PoolKey;
import dev.pgweir.proxy.pool.PoolSnapshot;
import dev.pgweir.proxy.pool.Pools;
import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.LoginFailure;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What there is to say of each pool. One thread. */
final class PoolMetrics {
    private final Pools pools;
    private final Clients clients;
    private final PoolBook book;

    PoolMetrics(Pools pools, Clients clients, PoolBook book) {
        this.pools = pools;
        this.clients = clients;
        this.book = book;
    }

    /** The lengths of a pool's lists at this moment, or of several together. */
    private static final class State {
        private static final String[] CLIENTS = {"active", "waiting", "idle"};
        private static final String[] SERVERS = {
            "login", "idle", "active", "used", "tested", "being_canceled", "closing"
        };

        final int[] clients = new int[CLIENTS.length];
        final int[] servers = new int[SERVERS.length];
        int cancelsActive;
        int cancelsWaiting;
        double maxWait;
        int idleInTransaction;
        double idleInTransactionMax;

        void add(PoolSnapshot pool) {
            clients[0] += pool.clientsLinked();
            clients[1] += pool.clientsWaiting();
            clients[2] += Math.max(0, pool.clientsConnected() - pool.clientsLinked() - pool.clientsWaiting());
            int[] lists = {
                pool.login(),
                pool.idle(),
                pool.active(),
                pool.used(),
                pool.tested(),
                pool.beingCanceled(),
                pool.closing()
            };
            for (int i = 0; i < lists.length; i++) {
                servers[i] += lists[i];
            }
            cancelsActive += pool.cancelsActive();
            cancelsWaiting += pool.cancelsWaiting();
            maxWait = Math.max(maxWait, pool.maxWaitNanos() / 1e9);
        }

        void idleInTransaction(double seconds) {
            idleInTransaction++;
            idleInTransactionMax = Math.max(idleInTransactionMax, seconds);
        }
    }

    void collect(Batch to) {
        book.totals(pools.pools()).forEach((key, totals) -> totals(to, key, totals));
        Map<PoolKey, State> states = new LinkedHashMap<>();
        for (PoolSnapshot pool : pools.snapshot()) {
            states.computeIfAbsent(book.label(pool.pool()), missing -> new State())
                    .add(pool);
        }
        long now = System.nanoTime();
        for (ClientSession session : clients.sessions()) {
            ActivePhase active = session.active();
            long since = active == null ? 0 : active.idleInTransactionSince();
            if (active != null && since != 0) {
                Pool pool = active.pool().pool();
                states.computeIfAbsent(book.label(pool), missing -> new State())
                        .idleInTransaction(Math.max(0, now - since) / 1e9);
            }
        }
        states.forEach((key, state) -> state(to, key, state));
        to.add(Family.METRICS_FOLDED_POOLS, book.folded());
    }

    private static void state(Batch to, PoolKey key, State state) {
        String database = key.database();
        String user = key.user();
        for (int i = 0; i < State.CLIENTS.length; i++) {
            to.add(Family.CLIENTS, state.clients[i], database, user, State.CLIENTS[i]);
        }
        for (int i = 0; i < State.SERVERS.length; i++) {
            to.add(Family.SERVERS, state.servers[i], database, user, State.SERVERS[i]);
        }
        to.add(Family.CANCEL_REQUESTS, state.cancelsActive, database, user, "active");
        to.add(Family.CANCEL_REQUESTS, state.cancelsWaiting, database, user, "waiting");
        to.add(Family.POOL_MAX_WAIT_SECONDS, state.maxWait, database, user);
        to.add(Family.CLIENTS_IDLE_IN_TRANSACTION, state.idleInTransaction, database, user);
        to.add(Family.CLIENT_IDLE_IN_TRANSACTION_MAX_SECONDS, state.idleInTransactionMax, database, user);
    }

    private static void totals(Batch to, PoolKey key, long[] totals) {
        String database = key.database();
        String user = key.user();
        for (int i = 0; i < PoolTotals.PLAIN.size(); i++) {
            to.add(PoolTotals.PLAIN.get(i).family(), totals[i], database, user);
        }
        to.addTimes(Family.WAIT_DURATION_SECONDS, totals, PoolTotals.WAITS, database, user);
        to.addTimes(Family.QUERY_DURATION_SECONDS, totals, PoolTotals.QUERIES, database, user);
        to.addTimes(Family.TRANSACTION_DURATION_SECONDS, totals, PoolTotals.TRANSACTIONS, database, user);
        to.addTimes(Family.SERVER_CONNECT_DURATION_SECONDS, totals, PoolTotals.CONNECTS, database, user);
        // Of what there are many kinds, those that have not happened are left out.
        for (int i = 0; i < ErrorClasses.CLASSES.size(); i++) {
            some(to, Family.SERVER_ERRORS_TOTAL, totals[PoolTotals.ERRORS + i], key, ErrorClasses.CLASSES.get(i));
        }
        for (DisconnectReason reason : DisconnectReason.values()) {
            long count = totals[PoolTotals.DISCONNECTS + EnumCounts.place(reason)];
            some(to, Family.SERVER_DISCONNECTS_TOTAL, count, key, reason.label());
        }
        for (LoginFailure.Kind kind : LoginFailure.Kind.values()) {
            to.add(
                    Family.SERVER_LOGIN_FAILURES_TOTAL,
                    totals[PoolTotals.LOGIN_FAILURES + EnumCounts.place(kind)],
                    database,
                    user,
                    kind.name().toLowerCase(Locale.ROOT));
        }
    }

    private static void some(Batch to, Family family, long count, PoolKey key, String kind) {
        if (count > 0) {
            to.add(family, count, key.database(), key.user(), kind);
        }
    }
}

package dev.pgweir.proxy.pool;

import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.LoginFailure;
import dev.pgweir.proxy.server.ServerControl;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * All pools, behind their one lock. Every method: lock, operation, unlock, and then what the operation left to do, on the
 * calling thread. Any thread may call.
 */
public final class Pools {
    /** A section takes some ten nanoseconds, so a few tries cost less than parking a thread and waking it up. */
    private static final int SPINS = 100;

    private final ServerOpener opener;
    private final LongSupplier nanoTime;
    private final PoolEvents events;
    private final ReentrantLock lock = new ReentrantLock();
    private final PoolCore core;
    private final Map<PoolKey, Pool> pools = new ConcurrentHashMap<>();
    /** An empty buffer that was used before. */
    private final AtomicReference<@Nullable Actions> spare = new AtomicReference<>();

    private final CompletableFuture<Void> drained = new CompletableFuture<>();

    /** Pools whose events nobody listens to. */
    public Pools(ServerOpener opener, LongSupplier nanoTime, RandomGenerator random) {
        this(opener, nanoTime, random, PoolEvents.NONE);
    }

    /**
     * @param opener opens connections
     * @param nanoTime a clock like {@link System#nanoTime}
     * @param random for jitter; used under the lock only
     * @param events is told what the log wants to know
     */
    public Pools(ServerOpener opener, LongSupplier nanoTime, RandomGenerator random, PoolEvents events) {
        this.opener = opener;
        this.nanoTime = nanoTime;
        this.events = events;
        this.core = new PoolCore(random);
    }

    /** The pool for {@code key}, made with the settings that {@code spec} gives if there is none yet. */
    public Pool pool(PoolKey key, Supplier<PoolSpec> spec) {
        Pool known = pools.get(key);
        if (known != null) {
            return known;
        }
        PoolSpec initial = spec.get();
        lock();
        try {
            return pools.computeIfAbsent(key, missing -> new Pool(this, core, missing, initial));
        } finally {
            lock.unlock();
        }
    }

    /** All pools there are. */
    public Collection<Pool> pools() {
        return Collections.unmodifiableCollection(pools.values());
    }

    /** Applies every rule that depends on time; to be called about three times a second. */
    public void tick() {
        change(core::tick);
    }

    /** All pools at one moment. */
    public List<PoolSnapshot> snapshot() {
        List<PoolSnapshot> result = new ArrayList<>();
        read(now -> {
            for (PoolState pool : core.pools) {
                result.add(Snapshots.of(pool, now));
            }
        });
        return result;
    }

    PoolSnapshot snapshot(PoolState pool) {
        PoolSnapshot[] result = new PoolSnapshot[1];
        read(now -> result[0] = Snapshots.of(pool, now));
        return result[0];
    }

    /** All servers at one moment. */
    public List<ServerSnapshot> servers() {
        List<ServerSnapshot> result = new ArrayList<>();
        read(now -> {
            for (PoolState pool : core.pools) {
                Snapshots.servers(pool, now, result);
            }
        });
        return result;
    }

    /** All PostgreSQL servers at one moment. */
    public List<HostSnapshot> hosts() {
        List<HostSnapshot> result = new ArrayList<>();
        read(now -> core.budgets.hosts().forEach(host -> result.add(host.snapshot(now))));
        return result;
    }

    /**
     * From now on a server that does not answer, or has ended all its connections within a minute after a client has used it, is
     * tried again and again even if no client asks for it, within all limits: somebody wants to know when it is back.
     */
    public void watchServers() {
        change(now -> core.watchServers());
    }

    /** All caps at one moment, those without a limit included. */
    public List<CapSnapshot> caps() {
        List<CapSnapshot> result = new ArrayList<>();
        read(now -> core.budgets.caps().forEach(cap -> result.add(cap.snapshot())));
        return result;
    }

    /**
     * Asks for a place for a cancel request to the query that runs on {@code target} now, whoever's it is. Where time has
     * passed since the server was found to be the right one, {@link #requestCancel(PooledServer, long, CancelCallback)}
     * is the one to call.
     */
    public CancelTicket requestCancel(PooledServer target, CancelCallback callback) {
        CancelTicket ticket = new CancelTicket(this, target, callback);
        change(now -> core.cancels.request(ticket));
        return ticket;
    }

    /**
     * Asks for a place for a cancel request to one assignment of {@code target}: if the server has another client by now,
     * the request is gone.
     *
     * @param assignment what {@link PooledServer#assignment()} was when the server was found, on the loop of its client
     */
    public CancelTicket requestCancel(PooledServer target, long assignment, CancelCallback callback) {
        CancelTicket ticket = new CancelTicket(this, target, callback);
        change(now -> {
            if (target.assignment == assignment) {
                core.cancels.request(ticket);
            } else {
                core.cancels.refuse(ticket);
            }
        });
        return ticket;
    }

    /**
     * Asks for a place for a cancel request to the query of {@code client}.
     *
     * @return null if the client has no server now: there is nothing to cancel, and {@code callback} is not called
     */
    public @Nullable CancelTicket requestCancel(PoolClient client, CancelCallback callback) {
        List<CancelTicket> made = new ArrayList<>(1);
        change(now -> {
            PooledServer target = client.server;
            if (target != null) {
                CancelTicket ticket = new CancelTicket(this, target, callback);
                made.add(ticket);
                core.cancels.request(ticket);
            }
        });
        return made.isEmpty() ? null : made.get(0);
    }

    void cancelMayArriveLate(CancelTicket ticket) {
        change(now -> core.cancels.mayArriveLate(ticket));
    }

    void cancelDone(CancelTicket ticket) {
        change(now -> core.cancelDone(ticket, now));
    }

    boolean cancelAbandon(CancelTicket ticket) {
        boolean[] withdrawn = new boolean[1];
        change(now -> withdrawn[0] = core.cancels.abandon(ticket));
        return withdrawn[0];
    }

    /**
     * Applies new settings to the living pools. Servers beyond a lowered limit are closed as soon as nobody uses them,
     * and all servers of a pool whose host has changed.
     */
    public void respec(Function<PoolKey, PoolSpec> specs) {
        Map<Pool, PoolSpec> changed = new LinkedHashMap<>();
        pools.values().forEach(pool -> changed.put(pool, specs.apply(pool.key())));
        respec(changed, Map.of());
    }

    /**
     * The same for some of the pools, together with settings that the pools themselves do not know.
     *
     * @param replaced pools whose servers are {@linkplain Pool#retireServers replaced}, and why
     */
    public void respec(Map<Pool, PoolSpec> specs, Map<Pool, DisconnectReason> replaced) {
        Map<PoolState, PoolSpec> changed = new LinkedHashMap<>();
        specs.forEach((pool, spec) -> changed.put(pool.state, spec));
        Map<PoolState, DisconnectReason> outdated = new LinkedHashMap<>();
        replaced.forEach((pool, reason) -> outdated.put(pool.state, reason));
        change(now -> core.respec(changed, outdated, now));
    }

    /** Pools without any server, waiting client or cancel request, which nobody {@linkplain Pool#hold holds}. */
    public List<Pool> unused() {
        List<Pool> result = new ArrayList<>();
        read(now -> {
            for (PoolState pool : core.pools) {
                if (pool.isEmpty() && !pool.handle.isHeld()) {
                    result.add(pool.handle);
                }
            }
        });
        return result;
    }

    /**
     * Forgets a pool with its totals. Whoever could begin to {@linkplain Pool#hold hold} it is kept from that by the
     * caller.
     *
     * @return false if it is not {@linkplain #unused unused} any more
     */
    public boolean remove(Pool pool) {
        boolean[] removed = new boolean[1];
        change(now -> removed[0] = !pool.isHeld() && core.remove(pool.state));
        if (removed[0]) {
            pools.remove(pool.key(), pool);
        }
        return removed[0];
    }

    /**
     * Ends the pools for good: waiting clients are told so, unused servers close now and the others on release, and none
     * is opened any more.
     *
     * @return completes when no server is left; the same for every call
     */
    public CompletableFuture<Void> drain() {
        change(now -> core.drain(drained, now));
        return drained;
    }

    /**
     * Replaces some servers: unused ones close now, the others when they are released.
     *
     * @param which asked of every server, under the lock
     */
    public void retireIf(Predicate<PooledServer> which, DisconnectReason reason) {
        change(now -> core.retire(which, reason, now));
    }

    /**
     * Withholds servers from clients, which go on waiting, and closes each as soon as nobody uses it. What is made later
     * is paused too.
     *
     * @param database null for all
     */
    public PauseWait pause(@Nullable String database) {
        PauseWait[] result = new PauseWait[1];
        change(now -> result[0] = core.pauses.pause(database, now));
        return result[0];
    }

    /**
     * Ends the pause of one name, or the one of all.
     *
     * @param database null for the pause of all; databases that are paused by name stay so
     * @return false if there was none
     */
    public boolean resume(@Nullable String database) {
        boolean[] was = new boolean[1];
        change(now -> was[0] = core.pauses.resume(database, now));
        return was[0];
    }

    /** Tells clients that wait for a pause to end that it will not, for PgWeir does. */
    public void failPaused() {
        change(now -> core.pauses.failWaits(now));
    }

    /** What is paused at this moment. */
    public PauseSnapshot paused() {
        PauseSnapshot[] result = new PauseSnapshot[1];
        read(now -> result[0] = core.pauses.snapshot());
        return result[0];
    }

    /**
     * Waits until no server is left that must not serve again, such as those that {@link #retire} has found.
     *
     * @param database null for all
     * @return completes then; to be cancelled by whoever waits no more
     */
    public CompletableFuture<CloseOutcome> awaitRetired(@Nullable String database) {
        CloseWatch[] result = new CloseWatch[1];
        change(now -> result[0] = core.pauses.awaitRetired(database, now));
        return result[0].future;
    }

    /**
     * Replaces all servers: unused ones close now, the others when they are released.
     *
     * @param database null for all
     */
    public void retire(@Nullable String database, DisconnectReason reason) {
        change(now -> core.poolsOf(database).forEach(pool -> core.retire(pool, reason, now)));
    }

    /**
     * Closes all servers at once, whatever they do.
     *
     * @param database null for all
     */
    public void kill(@Nullable String database, DisconnectReason reason) {
        change(now -> core.poolsOf(database).forEach(pool -> core.pauses.kill(pool, reason)));
    }

    /** Closes the server that a client has now, whatever it does; nothing happens if it has none. */
    public void kill(PoolClient client, DisconnectReason reason) {
        change(now -> {
            PooledServer server = client.server;
            if (server != null) {
                core.pauses.kill(server, reason);
            }
        });
    }

    void retire(PoolState pool, DisconnectReason reason) {
        change(now -> core.retire(pool, reason, now));
    }

    @Nullable
    PooledServer acquire(PoolState pool, PoolClient client) {
        int loop = client.waiter.loopIndex();
        Actions todo = null;
        PooledServer server;
        lock();
        try {
            client.loop = loop;
            if (client.ownParameters != null) {
                core.dedicated.request(pool, client, nanoTime.getAsLong());
                server = null;
                todo = takeActions();
            } else {
                server = core.takeIdle(pool, client);
                if (server == null) {
                    core.enqueue(pool, client, nanoTime.getAsLong());
                    todo = takeActions();
                }
            }
        } finally {
            lock.unlock();
        }
        run(todo);
        return server;
    }

    boolean abandon(PoolState pool, PoolClient client) {
        long now = nanoTime.getAsLong();
        lock();
        try {
            return core.abandon(pool, client, now);
        } finally {
            lock.unlock();
        }
    }

    void release(PooledServer server, Release how) {
        long now = nanoTime.getAsLong();
        Actions todo;
        lock();
        try {
            core.release(server, how, now);
            todo = takeActions();
        } finally {
            lock.unlock();
        }
        run(todo);
    }

    void onReady(PooledServer server, ServerControl connection) {
        change(now -> core.ready(server, connection, now));
    }

    void onLoginFailed(PooledServer server, LoginFailure failure) {
        change(now -> core.loginFailed(server, failure, now));
    }

    void onTaskDone(PooledServer server) {
        change(now -> core.taskDone(server, now));
    }

    void onClosed(PooledServer server, DisconnectReason reason) {
        change(now -> core.closed(server, reason, now));
    }

    /** For operations off the path of a transaction. */
    private void change(LongConsumer operation) {
        Actions todo;
        lock();
        try {
            operation.accept(nanoTime.getAsLong());
            todo = takeActions();
        } finally {
            lock.unlock();
        }
        run(todo);
    }

    private void read(LongConsumer operation) {
        lock();
        try {
            operation.accept(nanoTime.getAsLong());
        } finally {
            lock.unlock();
        }
    }

    private void lock() {
        for (int i = 0; i < SPINS; i++) {
            if (lock.tryLock()) {
                return;
            }
            Thread.onSpinWait();
        }
        lock.lock();
    }

    private @Nullable Actions takeActions() {
        if (core.book.actions().isEmpty()) {
            return null;
        }
        Actions empty = spare.getAndSet(null);
        return core.book.swapActions(empty == null ? new Actions() : empty);
    }

    private void run(@Nullable Actions todo) {
        if (todo != null) {
            try {
                todo.run(opener, events);
            } finally {
                spare.set(todo);
            }
        }
    }

    /** For tests: whether the books are right is a question to the core. */
    PoolCore core() {
        return core;
    }
}

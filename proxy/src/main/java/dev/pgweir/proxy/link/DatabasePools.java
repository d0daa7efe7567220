package dev.pgweir.proxy.link;

import dev.pgweir.config.ProxyConfig;
import dev.pgweir.proxy.log.LimitedLog;
import dev.pgweir.proxy.pool.Pool;
import dev.pgweir.proxy.pool.PoolEvents;
import dev.pgweir.proxy.pool.PoolKey;
import dev.pgweir.proxy.pool.PoolSpec;
import dev.pgweir.proxy.pool.PooledServer;
import dev.pgweir.proxy.pool.Pools;
import dev.pgweir.proxy.pool.ServerOpener;
import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.LoginFailure;
import dev.pgweir.proxy.server.ServerConnection;
import dev.pgweir.proxy.server.ServerConnector;
import dev.pgweir.proxy.server.ServerControl;
import dev.pgweir.proxy.server.ServerOwner;
import dev.pgweir.proxy.server.ServerProfile;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All pools by database and user, and the opening of their servers. For any thread. */
public final class DatabasePools implements ServerOpener {
    private static final Logger LOG = LoggerFactory.getLogger(DatabasePools.class);

    private final ServerConnector connector;
    private final Pools pools;
    private final PoolEvents events;
    private final ConcurrentHashMap<PoolKey, DatabasePool> byKey = new ConcurrentHashMap<>();
    private final PoolSweep sweep = new PoolSweep();
    private final LimitedLog cleaning = new LimitedLog(LOG);

    /**
     * Held while it is decided what pools there are and what they are like: by a login that takes its pool, by a reload
     * and by the clearing away, for microseconds each. Never while somebody waits.
     */
    private final Object definitions = new Object();

    /** Pools, since it was last looked how many are empty. Guarded by that lock. */
    private int madeSinceLook;

    /**
     * @param random for jitter
     */
    public DatabasePools(ServerConnector connector, RandomGenerator random, PoolEvents events) {
        this.connector = connector;
        this.events = events;
        this.pools = new Pools(this, System::nanoTime, random, events);
    }

    /** Lists and limits of all of them. */
    public Pools pools() {
        return pools;
    }

    /**
     * Does what must not meet a {@linkplain #reload reload}: reading the configuration and taking a pool by it.
     *
     * @param work does not block
     */
    public <T extends @Nullable Object> T defining(Supplier<T> work) {
        synchronized (definitions) {
            return work.get();
        }
    }

    /** Puts a new configuration in force for the pools there are. */
    public void reload(ProxyConfig before, ProxyConfig after) {
        synchronized (definitions) {
            PoolReload reload = new PoolReload(before, after);
            byKey.values().forEach(reload::add);
            pools.respec(reload.specs(), reload.replaced());
        }
    }

    /** Forgets pools that nobody needs any more; to be called about once a second by one thread. */
    public void sweep(ProxyConfig config) {
        synchronized (definitions) {
            for (DatabasePool pool : byKey.values()) {
                DisconnectReason why = pool.removed();
                if (why != null) {
                    // One may have been opened since for the last clients.
                    pool.pool().retireServers(why);
                }
            }
            sweep.find(byKey.values(), unused(), config, System.nanoTime()).forEach(this::forget);
            forgetSurplus(config);
        }
        cleaning.sweep();
    }

    private void forgetSurplus(ProxyConfig config) {
        sweep.surplus(byKey.values(), unused(), config, System.nanoTime()).forEach(this::forget);
        madeSinceLook = 0;
    }

    private Set<Pool> unused() {
        return new HashSet<>(pools.unused());
    }

    private void forget(PoolSweep.Found found) {
        Pool pool = found.pool().pool();
        if (pools.remove(pool)) {
            byKey.remove(pool.key());
            // The names may be a stranger's inventions, and as many as he likes.
            cleaning.info(
                    "cleaning up idle pool: " + found.why(),
                    "cleaning up idle pool for user " + pool.key().user() + " on db "
                            + pool.key().database() + " because: " + found.why() + " (age=" + found.ageSeconds()
                            + "s)");
        }
    }

    /** Whether there is a pool of this database. */
    public boolean hasDatabase(String name) {
        return byKey.keySet().stream().anyMatch(key -> key.database().equals(name));
    }

    /**
     * Gets a pool, or makes it. To be called within {@link #defining}, where the pool is held as well.
     *
     * @param config the one in force
     */
    public DatabasePool pool(
            ProxyConfig config, PoolKey key, Supplier<PoolSpec> spec, Supplier<ServerProfile> profile) {
        DatabasePool known = byKey.get(key);
        if (known != null) {
            return known;
        }
        if (++madeSinceLook >= AutomaticPools.LOOK_EVERY) {
            forgetSurplus(config);
        }
        return byKey.computeIfAbsent(key, k -> new DatabasePool(pools.pool(k, spec), profile.get()));
    }

    /** The pool of this key, if a client has ever used it. */
    public @Nullable DatabasePool find(PoolKey key) {
        return byKey.get(key);
    }

    /** The hosts of all pools, each once, as the configuration names them. */
    public Set<String> hosts() {
        Set<String> hosts = new LinkedHashSet<>();
        for (Pool pool : pools.pools()) {
            for (String hostPort : pool.spec().hostPorts()) {
                hosts.add(hostPort.substring(0, hostPort.lastIndexOf(':')));
            }
        }
        return hosts;
    }

    /**
     * A name leads elsewhere now: connections to addresses that it has lost are replaced.
     *
     * @param now the addresses it has
     */
    public void addressesChanged(String host, Set<InetAddress> now) {
        pools.retireIf(
                server -> server.connection() instanceof ServerConnection connection
                        && connection.profile().host().equals(host)
                        && connection.address().getAddress() != null
                        && !now.contains(connection.address().getAddress()),
                DisconnectReason.SERVER_ADDRESS_CHANGED);
    }

    @Override
    public void open(PooledServer slot, int preferredLoop) {
        Pool pool = slot.pool();
        DatabasePool target = byKey.get(pool.key());
        if (target == null) {
            // The pool's first tick may come before the line that registers it; the pacing brings the next attempt.
            slot.onLoginFailed(new LoginFailure(LoginFailure.Kind.UNREACHABLE, "08001", "the pool is being made"));
            slot.onClosed(DisconnectReason.SERVER_CONNECT_FAILED);
            return;
        }
        ServerProfile profile = target.profile().at(slot.hostPort());
        Map<String, String> own = slot.ownParameters();
        if (own == null) {
            connector.open(slot.id(), profile, new Welcoming(slot, target, events), preferredLoop);
        } else {
            // What PostgreSQL reports to it may be something else than it tells an ordinary client.
            connector.open(slot.id(), profile.withOwn(own), slot, preferredLoop);
        }
    }

    /** Keeps what the newest login reported, passes everything on, and tells the log. */
    private record Welcoming(PooledServer slot, DatabasePool target, PoolEvents events) implements ServerOwner {
        @Override
        public String database() {
            return slot.database();
        }

        @Override
        public void onReady(ServerControl server) {
            // All servers of these pools come from the one connector.
            target.welcome(((ServerConnection) server).welcome());
            slot.onReady(server);
            events.onServerConnected(slot);
        }

        @Override
        public void onLoginFailed(LoginFailure failure) {
            slot.onLoginFailed(failure);
        }

        @Override
        public void onTaskDone() {
            slot.onTaskDone();
        }

        @Override
        public void onClosed(DisconnectReason reason) {
            boolean wasThere = slot.connection() != null;
            slot.onClosed(reason);
            if (wasThere) {
                events.onServerClosed(slot, reason);
            }
        }
    }
}

package dev.pgweir.proxy;

import dev.pgweir.config.DatabaseConfig;
import dev.pgweir.config.PoolSettings;
import dev.pgweir.config.ProxyConfig;
import dev.pgweir.protocol.SqlState;
import dev.pgweir.proxy.admin.Console;
import dev.pgweir.proxy.admin.ConsoleActivity;
import dev.pgweir.proxy.admin.ConsoleException;
import dev.pgweir.proxy.admin.ConsoleUser;
import dev.pgweir.proxy.auth.ClientAuthenticators;
import dev.pgweir.proxy.auth.KeyDeriver;
import dev.pgweir.proxy.cancel.CancelForwarder;
import dev.pgweir.proxy.cancel.CancelKeys;
import dev.pgweir.proxy.client.Clients;
import dev.pgweir.proxy.client.ConsoleAccess;
import dev.pgweir.proxy.client.ConsoleClient;
import dev.pgweir.proxy.client.ConsoleConversation;
import dev.pgweir.proxy.link.DatabasePools;
import dev.pgweir.proxy.link.PoolDefinitions;
import dev.pgweir.proxy.net.EventLoops;
import dev.pgweir.proxy.net.Listener;
import dev.pgweir.proxy.net.TcpOptions;
import dev.pgweir.proxy.net.Transport;
import dev.pgweir.proxy.server.ServerConnector;
import dev.pgweir.proxy.server.TrackedParameters;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running PgWeir: everything it is made of, put together, and its end. For any thread but the event loops. */
public final class Proxy implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Proxy.class);

    // Every time-based rule of the pools is checked this often. The shortest pause between two attempts to reach a
    // PostgreSQL that is down is 100 ms, the other rules are in seconds.
    private static final long JANITOR_MILLIS = 100;

    // Deriving a key takes a millisecond and happens once per credential; a storm of unknown passwords waits in line
    // behind one thread, and beyond this many the login is refused, instead of taking the CPU from the queries.
    private static final int MAX_WAITING_DERIVATIONS = 1000;

    private final EventLoops loops;
    private final DatabasePools pools;
    private final Clients clients;
    private final Listener listener;
    private final ThreadPoolExecutor derivations;
    private final ScheduledFuture<?> janitor;
    private final CompletableFuture<Void> terminated = new CompletableFuture<>();
    private final AtomicBoolean listening = new AtomicBoolean(true);
    private final AtomicBoolean ending = new AtomicBoolean();

    private Proxy(
            EventLoops loops,
            DatabasePools pools,
            Clients clients,
            Listener listener,
            ThreadPoolExecutor derivations,
            ScheduledFuture<?> janitor) {
        this.loops = loops;
        this.pools = pools;
        this.clients = clients;
        this.listener = listener;
        this.derivations = derivations;
        this.janitor = janitor;
    }

    /**
     * Starts everything and listens.
     *
     * @param version shown by SHOW VERSION
     * @throws ProxyStartException if an address cannot be listened on, or the transport is not available
     */
    public static Proxy start(ProxyConfig config, String version) throws ProxyStartException {
        Transport transport;
        try {
            transport = Transport.of(config.net().transport());
        } catch (IllegalArgumentException e) {
            throw new ProxyStartException(String.valueOf(e.getMessage()), e);
        }
        EventLoops loops = new EventLoops(transport, config.net().workerThreads());
        ThreadPoolExecutor derivations = new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(MAX_WAITING_DERIVATIONS),
                new DefaultThreadFactory("pgweir-keys", true));
        try {
            return assemble(config, version, loops, derivations);
        } catch (IOException e) {
            loops.shutdown();
            derivations.shutdownNow();
            throw new ProxyStartException(e.getMessage() + " (listen_addr, listen_port)", e);
        }
    }

    private static Proxy assemble(ProxyConfig config, String version, EventLoops loops, ThreadPoolExecutor derivations)
            throws IOException {
        SecureRandom random = new SecureRandom();
        TrackedParameters tracked = new TrackedParameters(config.protocol().trackExtraParameters());
        TcpOptions options = new TcpOptions(config.net(), loops.transport());
        KeyDeriver deriver = new KeyDeriver(derivations, KeyDeriver.DEFAULT_CAPACITY, random);
        ServerConnector connector = new ServerConnector(
                loops,
                options,
                loops.transport().resolver(),
                tracked,
                random,
                deriver,
                config.net().maxPacketSize());
        AtomicReference<ProxyConfig> inForce = new AtomicReference<>(config);
        DatabasePools pools = new DatabasePools(connector, new Random(random.nextLong()), new PoolLog());
        CancelForwarder forwarder = new CancelForwarder(
                pools.pools(), loops, connector, config.timeouts().cancelWaitTimeout());
        LazyConsole console = new LazyConsole();
        Clients clients = new Clients(
                inForce::get,
                loops,
                pools,
                new ClientAuthenticators(random, deriver, config.auth().scramIterations()),
                new CancelKeys(random),
                forwarder,
                tracked,
                console,
                version);
        Whole whole = new Whole(inForce, pools);
        ConsoleActivity activity = new ConsoleActivity();
        StatsAverages averages =
                new StatsAverages(pools, activity, () -> inForce.get().log().logStats(), System::nanoTime);
        ConsoleOperations operations = new ConsoleOperations(whole, pools.pools(), clients, loops.at(0));
        console.show(new Console(
                new ConsoleSource(whole, pools, averages, clients, operations, "PgWeir " + version),
                operations,
                activity));
        long period = config.log().statsPeriod().toNanos();
        loops.at(0).scheduleAtFixedRate(safe(averages::periodEnded), period, period, TimeUnit.NANOSECONDS);
        fillForcedUserPools(config, clients);
        ScheduledFuture<?> janitor = loops.at(0)
                .scheduleWithFixedDelay(
                        safe(pools.pools()::tick), JANITOR_MILLIS, JANITOR_MILLIS, TimeUnit.MILLISECONDS);
        Listener listener = Listener.open(config.listen(), loops, options, clients::accept);
        for (InetSocketAddress address : listener.addresses()) {
            LOG.info(
                    "PgWeir {} listening on {}:{}",
                    version,
                    address.getAddress().getHostAddress(),
                    address.getPort());
        }
        Proxy proxy = new Proxy(loops, pools, clients, listener, derivations, janitor);
        whole.started.complete(proxy);
        return proxy;
    }

    /** Where a database has a user of its own, min_pool_size holds from the start. */
    private static void fillForcedUserPools(ProxyConfig config, Clients clients) {
        for (DatabaseConfig database : config.databases().values()) {
            String user = database.forcedUser();
            if (user != null && !database.name().equals(DatabaseConfig.FALLBACK)) {
                PoolSettings settings = config.poolSettings(database.name(), user);
                if (settings.sizes().minPoolSize() > 0) {
                    clients.prepare(config, settings);
                }
            }
        }
    }

    /** An exception would end a periodic task for good. */
    private static Runnable safe(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.error("a periodic task failed: a fault of PgWeir", e);
            }
        };
    }

    /** Breaks the circle: the clients ask the console, and the console shows the clients. */
    private static final class LazyConsole implements ConsoleAccess {
        private volatile @Nullable Console console;

        void show(Console ready) {
            console = ready;
        }

        @Override
        public ConsoleConversation converse(String user, boolean admin, ConsoleClient client) {
            return Objects.requireNonNull(console).converse(new ConsoleUser(user, admin), client);
        }
    }

    /** What the console can tell PgWeir, which is being put together still. */
    private static final class Whole implements Lifecycle {
        private final AtomicReference<ProxyConfig> inForce;
        private final DatabasePools pools;
        final CompletableFuture<Proxy> started = new CompletableFuture<>();

        Whole(AtomicReference<ProxyConfig> inForce, DatabasePools pools) {
            this.inForce = inForce;
            this.pools = pools;
        }

        @Override
        public ProxyConfig config() {
            return inForce.get();
        }

        @Override
        public void apply(ProxyConfig next) {
            inForce.set(next);
            pools.pools().respec(key -> {
                PoolSettings settings = next.poolSettings(key.database(), key.user());
                return PoolDefinitions.spec(next, settings, next.clientSettings(key.database(), key.user()));
            });
        }

        @Override
        public CompletableFuture<Void> reload() throws ConsoleException {
            throw new ConsoleException(
                    SqlState.FEATURE_NOT_SUPPORTED, "this version cannot reload its configuration: restart it");
        }

        @Override
        public void shutdown(Shutdown how) {
            started.thenAccept(proxy -> proxy.shutdown(how));
        }

        @Override
        public boolean isEnding() {
            Proxy proxy = started.getNow(null);
            return proxy != null && !proxy.listening.get();
        }
    }

    /** Where it listens. */
    public List<InetSocketAddress> addresses() {
        return listener.addresses();
    }

    /** Completes when everything has ended. */
    public CompletionStage<Void> terminated() {
        return terminated;
    }

    /** Begins to end. A later call may be more impatient; a less impatient one changes nothing. */
    public void shutdown(Shutdown how) {
        if (listening.compareAndSet(true, false)) {
            listener.close();
        }
        switch (how) {
            case WAIT_FOR_CLIENTS -> whenQuiet(false);
            case WAIT_FOR_SERVERS -> {
                CompletableFuture<Void> drained = pools.pools().drain();
                drained.whenComplete((done, failure) -> end());
                whenQuiet(true);
            }
            case IMMEDIATE -> end();
        }
    }

    /** Ends when no client is left; with {@code evenIfTheyStay}, clients are ended as they become idle. */
    private void whenQuiet(boolean evenIfTheyStay) {
        loops.at(0)
                .scheduleWithFixedDelay(
                        () -> {
                            if (clients.sessions().isEmpty()) {
                                end();
                            } else if (evenIfTheyStay) {
                                clients.shutDown(false);
                            }
                        },
                        0,
                        JANITOR_MILLIS,
                        TimeUnit.MILLISECONDS);
    }

    private void end() {
        if (!ending.compareAndSet(false, true)) {
            return;
        }
        janitor.cancel(false);
        clients.shutDown(true);
        pools.pools().drain();
        derivations.shutdownNow();
        loops.shutdown().addListener(done -> terminated.complete(null));
    }

    /** Ends at once and waits for it. */
    @Override
    public void close() {
        shutdown(Shutdown.IMMEDIATE);
        terminated.join();
    }
}

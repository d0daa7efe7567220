package dev.pgweir.proxy;

import dev.pgweir.config.DatabaseConfig;
import dev.pgweir.config.PoolSettings;
import dev.pgweir.config.ProxyConfig;
import dev.pgweir.config.load.LoadResult;
import dev.pgweir.config.setting.Settings;
import dev.pgweir.config.value.ProtocolChoice;
import dev.pgweir.protocol.ProtocolVersion;
import dev.pgweir.proxy.admin.Console;
import dev.pgweir.proxy.admin.ConsoleActivity;
import dev.pgweir.proxy.admin.ConsoleException;
import dev.pgweir.proxy.admin.ConsoleUser;
import dev.pgweir.proxy.auth.ClientAuthenticators;
import dev.pgweir.proxy.auth.KeyDeriver;
import dev.pgweir.proxy.cancel.CancelForwarder;
import dev.pgweir.proxy.cancel.CancelKeys;
import dev.pgweir.proxy.cancel.PeerForwarder;
import dev.pgweir.proxy.client.Clients;
import dev.pgweir.proxy.client.ConsoleAccess;
import dev.pgweir.proxy.client.ConsoleClient;
import dev.pgweir.proxy.client.ConsoleConversation;
import dev.pgweir.proxy.link.DatabasePools;
import dev.pgweir.proxy.metrics.Metrics;
import dev.pgweir.proxy.net.Dialer;
import dev.pgweir.proxy.net.EventLoops;
import dev.pgweir.proxy.net.HostResolver;
import dev.pgweir.proxy.net.Listener;
import dev.pgweir.proxy.net.LoginAdmission;
import dev.pgweir.proxy.net.ServiceManager;
import dev.pgweir.proxy.net.TcpOptions;
import dev.pgweir.proxy.net.Transport;
import dev.pgweir.proxy.server.ServerConnector;
import dev.pgweir.proxy.server.TrackedParameters;
import dev.pgweir.proxy.tls.CertificateWatch;
import dev.pgweir.proxy.tls.Tls;
import dev.pgweir.proxy.tls.TlsException;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.UnaryOperator;
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

    // Timeouts of pools and databases are in seconds.
    private static final long SWEEP_MILLIS = 500;

    // The pause between two lines about what goes on is configured in seconds.
    private static final long ACTIVITY_MILLIS = 500;

    // How long an immediate end waits for PostgreSQL: for it to close the connections, and to take a cancel request
    // for each query that still runs. That is milliseconds where it answers at all; what is left then is cut off.
    private static final long LAST_WORD_MILLIS = 1000;

    private final CurrentConfig config;
    private final ServiceManager serviceManager;
    private final EventLoops loops;
    private final DatabasePools pools;
    private final Clients clients;
    private final Listener listener;
    private final ConsoleOperations operations;
    private final Monitoring monitoring;
    private final ThreadPoolExecutor derivations;
    private final CertificateWatch certificates;
    private final CompletableFuture<Void> terminated = new CompletableFuture<>();
    private final Ending ending;

    private Proxy(
            CurrentConfig config,
            ServiceManager serviceManager,
            EventLoops loops,
            DatabasePools pools,
            Clients clients,
            Listener listener,
            ConsoleOperations operations,
            Monitoring monitoring,
            ThreadPoolExecutor derivations,
            CertificateWatch certificates) {
        this.config = config;
        this.serviceManager = serviceManager;
        this.loops = loops;
        this.pools = pools;
        this.clients = clients;
        this.listener = listener;
        this.operations = operations;
        this.monitoring = monitoring;
        this.derivations = derivations;
        this.certificates = certificates;
        this.ending = new Ending(
                config,
                clients,
                pools.pools(),
                task -> every(loops, JANITOR_MILLIS, task),
                this::onEndBegun,
                this::end);
    }

    /**
     * Starts everything and listens.
     *
     * @param reader reads the configuration anew for a reload, given the one in force; blocks while it reads
     * @param serviceManager is told of the start, reloads and the end
     * @param version shown by SHOW VERSION
     * @throws ProxyStartException if TLS cannot be set up as configured, an address cannot be listened on, or the transport
     *     is not available
     */
    public static Proxy start(
            ProxyConfig config, Function<ProxyConfig, LoadResult> reader, ServiceManager serviceManager, String version)
            throws ProxyStartException {
        HostResolver.forgetInJvm();
        EventLoops loops;
        Tls tls;
        try {
            tls = new Tls(config);
        } catch (TlsException e) {
            throw new ProxyStartException("TLS setup failed: " + e.setting() + ": " + e.getMessage(), e);
        }
        try {
            loops = EventLoops.start(
                    config.net().transport(),
                    config.net().workerThreads(),
                    config.net().workerClients());
        } catch (IllegalArgumentException e) {
            throw new ProxyStartException(String.valueOf(e.getMessage()), e);
        }
        ThreadPoolExecutor derivations = new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(MAX_WAITING_DERIVATIONS),
                new DefaultThreadFactory("pgweir-keys", true));
        try {
            CurrentConfig current = new CurrentConfig(config, reader, serviceManager);
            Proxy proxy = assemble(current, serviceManager, version, loops, derivations, tls);
            serviceManager.ready();
            return proxy;
        } catch (IOException e) {
            loops.shutdown();
            derivations.shutdownNow();
            throw new ProxyStartException(String.valueOf(e.getMessage()), e);
        }
    }

    private static Proxy assemble(
            CurrentConfig current,
            ServiceManager serviceManager,
            String version,
            EventLoops loops,
            ThreadPoolExecutor derivations,
            Tls tls)
            throws IOException {
        ProxyConfig config = current.get();
        SecureRandom random = new SecureRandom();
        TrackedParameters tracked = new TrackedParameters(config.protocol().trackExtraParameters());
        TcpOptions options = new TcpOptions(config.net(), loops.transport());
        KeyDeriver deriver = new KeyDeriver(derivations, KeyDeriver.DEFAULT_CAPACITY, random);
        HostResolver resolver = new HostResolver(() -> current.get().net());
        Dialer dialer = new Dialer(loops, options, resolver);
        ServerConnector connector = new ServerConnector(
                loops,
                dialer,
                tracked,
                random,
                deriver,
                tls::server,
                () -> current.get().log(),
                () -> current.get().net().maxPacketSize(),
                () -> current.get().values().get(Settings.SERVER_MAX_PROTOCOL_VERSION) == ProtocolChoice.V3_2
                        ? ProtocolVersion.V3_2
                        : ProtocolVersion.V3_0);
        DatabasePools pools = new DatabasePools(
                connector,
                new Random(random.nextLong()),
                new PoolLog(() -> current.get().eventLog().pools()));
        resolver.onChange((name, now) -> {
            LOG.info("{} has other addresses than before: {}", name, now);
            pools.addressesChanged(name, now);
        });
        loops.at(0)
                .scheduleWithFixedDelay(
                        safe(new NameCheck(() -> current.get().net().dnsCheckPeriod(), resolver, pools::hosts)::tick),
                        1,
                        1,
                        TimeUnit.SECONDS);
        CancelForwarder forwarder = new CancelForwarder(
                pools.pools(), loops, connector, () -> current.get().timeouts().cancelWaitTimeout());
        PeerForwarder peers = new PeerForwarder(current, dialer);
        LazyConsole console = new LazyConsole();
        LoginAdmission admission =
                new LoginAdmission(() -> current.get().values().get(Settings.MAX_CLIENT_LOGINS));
        Clients clients = new Clients(
                current,
                tls::client,
                loops,
                pools,
                new ClientAuthenticators(random, deriver, config.auth().scramIterations()),
                new CancelKeys(random, () -> current.get().values().get(Settings.PEER_ID)),
                forwarder,
                peers,
                tracked,
                admission,
                console,
                version);
        ConsoleActivity activity = new ConsoleActivity();
        StatsAverages averages = new StatsAverages(
                new DatabaseTotals(pools, activity), () -> current.get().log().logStats(), System::nanoTime);
        Whole whole = new Whole(current);
        ConsoleOperations operations = new ConsoleOperations(whole, pools.pools(), clients, loops.at(0));
        console.show(new Console(
                new ConsoleSource(whole, pools, averages, clients, operations, peers, resolver, "PgWeir " + version),
                operations,
                activity));
        current.preparedBy(tls::prepare);
        current.onChange((before, after) -> {
            options.reload(after.net());
            pools.reload(before, after);
            clients.reload();
            fillForcedUserPools(after, clients);
        });
        fillForcedUserPools(config, clients);
        endOfPeriod(loops, current, averages);
        every(loops, SWEEP_MILLIS, () -> {
            pools.sweep(current.get());
            clients.sweepLog();
            peers.sweepLog();
            admission.check();
        });
        every(loops, JANITOR_MILLIS, () -> {
            // As with PgBouncer nothing is closed or opened for its age while everything stands still.
            if (!operations.isSuspended()) {
                pools.pools().tick();
            }
        });
        every(
                loops,
                ACTIVITY_MILLIS,
                new ActivityLog(
                                () -> current.get().eventLog().activityPeriod(),
                                pools.pools(),
                                clients,
                                System::nanoTime)::tick);
        Health health = new Health(whole, pools.pools(), clients, operations::isSuspended);
        Monitoring monitoring = Monitoring.open(
                config.http(),
                () -> Pages.of(health, new Metrics(current, pools.pools(), clients, tls, health::isReady, version)));
        if (monitoring.isOpen()) {
            pools.pools().watchServers();
        }
        Listener listener = listen(config, serviceManager, loops, options, admission, clients, monitoring);
        for (InetSocketAddress address : listener.addresses()) {
            LOG.info(
                    "PgWeir {} listening on {}:{}",
                    version,
                    address.getAddress().getHostAddress(),
                    address.getPort());
        }
        listener.unixSockets().forEach(socket -> LOG.info("PgWeir {} listening on unix:{}", version, socket));
        Proxy proxy = new Proxy(
                current,
                serviceManager,
                loops,
                pools,
                clients,
                listener,
                operations,
                monitoring,
                derivations,
                new CertificateWatch(tls));
        whole.started.complete(proxy);
        health.started();
        return proxy;
    }

    private static Listener listen(
            ProxyConfig config,
            ServiceManager serviceManager,
            EventLoops loops,
            TcpOptions options,
            LoginAdmission admission,
            Clients clients,
            Monitoring monitoring)
            throws IOException {
        try {
            return Listener.open(config.listen(), serviceManager.sockets(), loops, options, admission, clients::accept);
        } catch (IOException e) {
            monitoring.close();
            throw e;
        }
    }

    private static void every(EventLoops loops, long millis, Runnable task) {
        loops.at(0).scheduleWithFixedDelay(safe(task), millis, millis, TimeUnit.MILLISECONDS);
    }

    /** Its length may have been changed by a reload, so each period is set going by the one before. */
    private static void endOfPeriod(EventLoops loops, CurrentConfig config, StatsAverages averages) {
        loops.at(0)
                .schedule(
                        () -> {
                            safe(averages::periodEnded).run();
                            endOfPeriod(loops, config, averages);
                        },
                        config.get().log().statsPeriod().toNanos(),
                        TimeUnit.NANOSECONDS);
    }

    /** Where a database has a user of its own, min_pool_size holds from the start. */
    private static void fillForcedUserPools(ProxyConfig config, Clients clients) {
        for (DatabaseConfig database : config.databases().values()) {
            String user = database.forcedUser();
            if (user != null && !database.name().equals(DatabaseConfig.FALLBACK)) {
                PoolSettings settings = config.poolSettings(database.name(), user);
                if (settings.sizes().minPoolSize() > 0) {
                    clients.prepare(database.name(), user);
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
        private final CurrentConfig config;
        final CompletableFuture<Proxy> started = new CompletableFuture<>();

        Whole(CurrentConfig config) {
            this.config = config;
        }

        @Override
        public ProxyConfig config() {
            return config.get();
        }

        @Override
        public CompletableFuture<ReloadResult> reload() {
            return config.reload();
        }

        @Override
        public CompletableFuture<ReloadResult> change(UnaryOperator<ProxyConfig> how) {
            return config.change(how);
        }

        @Override
        public void shutdown(Shutdown how) {
            started.thenAccept(proxy -> proxy.shutdown(how));
        }

        @Override
        public boolean isEnding() {
            return started.isDone() && started.join().isShuttingDown();
        }
    }

    /** What moves the bytes. */
    public Transport transport() {
        return loops.transport();
    }

    /** Where it listens. */
    public List<InetSocketAddress> addresses() {
        return listener.addresses();
    }

    /** Completes when everything has ended. */
    public CompletionStage<Void> terminated() {
        return terminated;
    }

    /**
     * Reads the configuration anew and puts it in force: all of it, or nothing where there is any mistake. The log says what
     * has changed, or what is wrong. Any thread; it blocks nobody.
     *
     * @return completes when the new configuration is in force for pools, clients and new connections, or was refused
     */
    public CompletableFuture<ReloadResult> reload() {
        return config.reload();
    }

    /**
     * The same for a configuration that is made from the one in force, as SET does it. The next reload brings back what the
     * file says.
     *
     * @param how may throw a {@link dev.pgweir.config.setting.SettingException}, which refuses the change
     */
    public CompletableFuture<ReloadResult> change(UnaryOperator<ProxyConfig> how) {
        return config.change(how);
    }

    /** As PAUSE for all databases, by a signal; only the log tells what comes of it. Any thread. */
    public void pause() {
        try {
            operations
                    .pause(null, null, progress -> LOG.info("{}", progress))
                    .whenComplete((done, failure) ->
                            LOG.info("{}", failure == null ? "PAUSE done" : "PAUSE ended: " + failure.getMessage()));
        } catch (ConsoleException e) {
            LOG.warn("PAUSE failed: {}", e.getMessage());
        }
    }

    /** As RESUME for all databases, by a signal. Any thread. */
    public void resume() {
        try {
            operations.resume(null);
        } catch (ConsoleException e) {
            LOG.warn("RESUME failed: {}", e.getMessage());
        }
    }

    /** The configuration in force at this moment. */
    public ProxyConfig configuration() {
        return config.get();
    }

    /** Whether it has begun to end. */
    public boolean isShuttingDown() {
        return ending.hasBegun();
    }

    /**
     * Whether a signal with this order has a meaning of its own still. PgBouncer takes every signal to end for one to end at
     * once, if it ends already; otherwise only one that would change nothing is taken for that.
     */
    public boolean hastens(Shutdown how) {
        return !isShuttingDown() || (!config.get().compatible() && ending.hastens(how));
    }

    /**
     * Begins to end: nobody is let in any more but to the console. A later call may be more impatient, or set the limit that
     * none before has set; any other changes nothing. Returns at once, on any thread; {@link #terminated} tells the end.
     */
    public void shutdown(Shutdown how) {
        ending.order(how);
    }

    private void onEndBegun(Shutdown how, boolean late) {
        operations.shuttingDown();
        clients.refuseLogins(late);
        // Closing waits for the event loops, on one of which this may be called.
        CompletableFuture.runAsync(() -> {
            // The Unix socket stays for administrators, as in PgBouncer, until the last client has left.
            listener.closeTcp();
            serviceManager.stopping(how.name().toLowerCase(Locale.ROOT).replace('_', ' '));
        });
    }

    private void end() {
        clients.shutDown(true);
        CompletableFuture<Void> closed = CompletableFuture.runAsync(listener::close);
        CompletableFuture<Void> drained = pools.pools().drain().copy();
        drained.orTimeout(LAST_WORD_MILLIS, TimeUnit.MILLISECONDS)
                .whenComplete((done, late) -> closed.whenComplete((gone, failure) -> stop()));
    }

    private void stop() {
        config.close();
        monitoring.close();
        certificates.close();
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

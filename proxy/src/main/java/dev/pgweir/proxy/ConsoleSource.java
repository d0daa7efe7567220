package dev.pgweir.proxy;

import dev.pgweir.config.ClientSettings;
import dev.pgweir.config.DatabaseConfig;
import dev.pgweir.config.PeerConfig;
import dev.pgweir.config.PoolSettings;
import dev.pgweir.config.ProxyConfig;
import dev.pgweir.config.UserConfig;
import dev.pgweir.config.setting.Settings;
import dev.pgweir.config.setting.UserSettings;
import dev.pgweir.config.value.PoolMode;
import dev.pgweir.proxy.admin.ConsoleData;
import dev.pgweir.proxy.admin.DatabaseRow;
import dev.pgweir.proxy.admin.PoolRow;
import dev.pgweir.proxy.admin.SocketRow;
import dev.pgweir.proxy.admin.StatementRow;
import dev.pgweir.proxy.admin.StatsRow;
import dev.pgweir.proxy.admin.UserRow;
import dev.pgweir.proxy.cancel.PeerForwarder;
import dev.pgweir.proxy.client.ClientSession;
import dev.pgweir.proxy.client.ClientState;
import dev.pgweir.proxy.client.Clients;
import dev.pgweir.proxy.link.DatabasePools;
import dev.pgweir.proxy.net.HostResolver;
import dev.pgweir.proxy.pool.PauseSnapshot;
import dev.pgweir.proxy.pool.Pool;
import dev.pgweir.proxy.pool.PoolKey;
import dev.pgweir.proxy.pool.PoolSnapshot;
import dev.pgweir.proxy.prepare.PreparedStatement;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.util.internal.PlatformDependent;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the console shows, gathered from everywhere. For any thread; every answer is a snapshot. */
final class ConsoleSource implements ConsoleData {
    /** PgBouncer's name of its own database, under which the console is shown. */
    static final String CONSOLE = "pgbouncer";

    private final Lifecycle lifecycle;
    private final DatabasePools pools;
    private final StatsAverages averages;
    private final Clients clients;
    private final ConsoleOperations operations;
    private final PauseProgress progress;
    private final PeerForwarder peers;
    private final HostResolver resolver;
    private final String version;

    ConsoleSource(
            Lifecycle lifecycle,
            DatabasePools pools,
            StatsAverages averages,
            Clients clients,
            ConsoleOperations operations,
            PeerForwarder peers,
            HostResolver resolver,
            String version) {
        this.peers = peers;
        this.resolver = resolver;
        this.lifecycle = lifecycle;
        this.pools = pools;
        this.averages = averages;
        this.clients = clients;
        this.operations = operations;
        this.progress = new PauseProgress(pools.pools(), clients);
        this.version = version;
    }

    @Override
    public boolean pgBouncerErrors() {
        return lifecycle.config().compatible();
    }

    @Override
    public List<PoolRow> pools() {
        ProxyConfig config = lifecycle.config();
        List<PoolRow> rows = new ArrayList<>();
        for (PoolSnapshot pool : pools.pools().snapshot()) {
            PoolKey key = pool.pool().key();
            rows.add(new PoolRow(
                    key.database(),
                    key.user(),
                    // As in PgBouncer: those that wait for nothing, linked or not.
                    Math.max(0, pool.clientsConnected() - pool.clientsWaiting()),
                    pool.clientsWaiting(),
                    pool.cancelsActive(),
                    pool.cancelsWaiting(),
                    pool.active(),
                    pool.cancelsActive(),
                    pool.beingCanceled(),
                    pool.idle(),
                    pool.used(),
                    pool.tested(),
                    pool.login(),
                    pool.maxWaitNanos() / 1000,
                    mode(config, key),
                    balancing(config, key.database())));
        }
        rows.add(new PoolRow(
                CONSOLE, CONSOLE, consoleClients(), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, PoolMode.STATEMENT.text(), null));
        return rows;
    }

    private static @Nullable String balancing(ProxyConfig config, String name) {
        return config.database(name)
                .filter(database -> database.hosts().size() > 1)
                .map(database -> database.hostBalancing().text())
                .orElse(null);
    }

    /** A pool whose database has been removed is still shown until its last client has left. */
    private static String mode(ProxyConfig config, PoolKey key) {
        PoolMode mode = config.database(key.database()).isEmpty()
                ? config.pool().poolMode()
                : config.poolSettings(key.database(), key.user()).poolMode();
        return mode.text();
    }

    // ---- connections ----

    @Override
    public List<SocketRow> clients() {
        // Whoever has been sent away is no client any more, though its socket may close a moment later.
        return SocketRows.ofClients(clients.sessions().stream()
                .filter(session -> session.state() != ClientState.CLOSED)
                .toList());
    }

    @Override
    public List<SocketRow> servers() {
        return SocketRows.ofServers(pools.pools().servers(), clients.sessions());
    }

    // ---- what is configured ----

    @Override
    public List<DatabaseRow> databases() {
        ProxyConfig config = lifecycle.config();
        PauseSnapshot paused = pools.pools().paused();
        Set<String> disabled = clients.disabled();
        List<DatabaseRow> rows = new ArrayList<>();
        for (String name : databaseNames(config)) {
            DatabaseConfig database = config.database(name).orElseThrow();
            String forced = database.forcedUser();
            PoolSettings pool = config.poolSettings(name, forced == null ? "" : forced);
            ClientSettings limits = config.clientSettings(name, forced == null ? "" : forced);
            PoolMode mode = database.poolMode();
            rows.add(new DatabaseRow(
                    name,
                    database.host(),
                    database.port(),
                    pool.target().dbname(),
                    forced,
                    pool.sizes().poolSize(),
                    pool.sizes().minPoolSize(),
                    pool.sizes().reservePoolSize(),
                    pool.timeouts().lifetime().toSeconds(),
                    mode == null ? null : mode.text(),
                    balancing(config, name),
                    pool.sizes().maxDbConnections(),
                    connections(name, null),
                    limits.maxDbClientConnections(),
                    clients.ofDatabase(name),
                    paused.databases().contains(name),
                    disabled.contains(name)));
        }
        // PgBouncer's figures for its own.
        rows.add(new DatabaseRow(
                CONSOLE,
                null,
                config.listen().listenPort(),
                CONSOLE,
                CONSOLE,
                2,
                0,
                0,
                null,
                PoolMode.STATEMENT.text(),
                null,
                0,
                0,
                0,
                consoleClients(),
                false,
                false));
        return rows;
    }

    /** The configured ones, and those that the fallback has made. */
    private Set<String> databaseNames(ProxyConfig config) {
        Set<String> names = new LinkedHashSet<>(config.databases().keySet());
        for (Pool pool : pools.pools().pools()) {
            if (config.database(pool.key().database()).isPresent()) {
                names.add(pool.key().database());
            }
        }
        return names;
    }

    private int consoleClients() {
        return (int) clients.sessions().stream()
                .filter(session -> session.state() != ClientState.LOGIN)
                .map(ClientSession::database)
                .filter(database -> database != null && DatabaseConfig.isConsole(database))
                .count();
    }

    @Override
    public List<StatementRow> preparedStatements() {
        return clients.statements().all().stream()
                .map(it -> new StatementRow(
                        it.name(),
                        it.uses().sum(),
                        it.kind() == PreparedStatement.Kind.SQL ? "sql" : "protocol",
                        it.text()))
                .toList();
    }

    @Override
    public List<UserRow> users() {
        ProxyConfig config = lifecycle.config();
        List<UserRow> rows = new ArrayList<>();
        for (String name : userNames(config)) {
            UserConfig user = config.users().get(name);
            PoolMode mode = user == null ? null : user.values().find(UserSettings.POOL_MODE);
            Integer most = user == null ? null : user.values().find(UserSettings.MAX_USER_CONNECTIONS);
            Integer mostClients = user == null ? null : user.values().find(UserSettings.MAX_USER_CLIENT_CONNECTIONS);
            rows.add(new UserRow(
                    name,
                    user == null ? null : user.values().find(UserSettings.POOL_SIZE),
                    user == null ? null : user.values().find(UserSettings.RESERVE_POOL_SIZE),
                    mode == null ? null : mode.text(),
                    most == null ? config.limits().maxUserConnections() : most,
                    connections(null, name),
                    mostClients == null ? config.limits().maxUserClientConnections() : mostClients,
                    clients.ofUser(name)));
        }
        return rows;
    }

    private Set<String> userNames(ProxyConfig config) {
        Set<String> names = new TreeSet<>(config.users().keySet());
        names.addAll(config.storedSecrets().keySet());
        // PgBouncer's own, as whom its database is used.
        names.add(CONSOLE);
        pools.pools().pools().forEach(pool -> names.add(pool.key().user()));
        return names;
    }

    /** Server connections of a database or of a user, or of both. */
    private int connections(@Nullable String database, @Nullable String user) {
        int count = 0;
        for (PoolSnapshot pool : pools.pools().snapshot()) {
            PoolKey key = pool.pool().key();
            if ((database == null || database.equals(key.database())) && (user == null || user.equals(key.user()))) {
                count += pool.servers();
            }
        }
        return count;
    }

    @Override
    public List<ConfigRow> config() {
        return lifecycle.config().settingRows().stream()
                .map(row -> new ConfigRow(row.key(), row.value(), row.defaultValue(), row.changeable()))
                .toList();
    }

    // ---- figures ----

    @Override
    public List<StatsRow> stats() {
        return averages.rows();
    }

    @Override
    public StatsRow totals() {
        return averages.sum();
    }

    @Override
    public List<MemoryRow> memory() {
        Runtime runtime = Runtime.getRuntime();
        long heap = runtime.totalMemory() - runtime.freeMemory();
        // Reserved by the allocator of the connections, in use or kept for the next ones: it does not tell them apart.
        long buffers = ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider provider
                ? provider.metric().usedDirectMemory()
                : 0;
        // With what others have from Netty: TLS, and what was too large for the allocator to keep.
        long direct = Math.max(buffers, PlatformDependent.usedDirectMemory());
        return List.of(
                memory("java_heap", heap, runtime.totalMemory(), runtime.maxMemory()),
                memory("direct_buffers", direct, direct, PlatformDependent.maxDirectMemory()));
    }

    private static MemoryRow memory(String name, long used, long reserved, long most) {
        return new MemoryRow(name, 0, kilobytes(used), kilobytes(reserved - used), kilobytes(most));
    }

    private static long kilobytes(long bytes) {
        return Math.min(bytes >> 10, Integer.MAX_VALUE);
    }

    @Override
    public List<StateRow> state() {
        PauseSnapshot paused = pools.pools().paused();
        boolean suspended = operations.isSuspended();
        return List.of(
                new StateRow("active", yes(!paused.all() && !suspended)),
                new StateRow("paused", yes(paused.all())),
                new StateRow("suspended", yes(suspended)),
                // PgWeir's own from here on.
                new StateRow("paused_databases", String.join(", ", paused.databases())),
                new StateRow("disabled_databases", String.join(", ", clients.disabled())),
                new StateRow("pause_waits_for", progress.left(paused::covers)),
                new StateRow("shutting_down", yes(lifecycle.isEnding())));
    }

    private static String yes(boolean value) {
        return value ? "yes" : "no";
    }

    @Override
    public List<CountRow> lists() {
        ProxyConfig config = lifecycle.config();
        List<ClientSession> sessions = clients.sessions();
        long login = sessions.stream()
                .filter(session -> session.state() == ClientState.LOGIN)
                .count();
        int servers = connections(null, null);
        List<CountRow> rows = new ArrayList<>();
        rows.add(new CountRow("databases", databaseNames(config).size() + 1L));
        rows.add(new CountRow("users", userNames(config).size()));
        rows.add(new CountRow("peers", config.peers().size()));
        rows.add(new CountRow("pools", pools.pools().pools().size() + 1L));
        rows.add(new CountRow("peer_pools", peers.traffic().size()));
        rows.add(new CountRow("free_clients", 0));
        rows.add(new CountRow("used_clients", sessions.size() - login));
        rows.add(new CountRow("login_clients", login));
        rows.add(new CountRow("free_servers", 0));
        rows.add(new CountRow("used_servers", servers));
        rows.add(new CountRow("dns_names", resolver.entries().size()));
        rows.add(new CountRow("dns_zones", 0));
        rows.add(new CountRow("dns_queries", resolver.pending()));
        rows.add(new CountRow("dns_pending", 0));
        return rows;
    }

    @Override
    public List<PeerRow> peers() {
        ProxyConfig config = lifecycle.config();
        List<PeerRow> rows = new ArrayList<>();
        for (PeerConfig peer : config.peers().values()) {
            Integer size = peer.poolSize();
            rows.add(new PeerRow(
                    peer.id(),
                    peer.host(),
                    peer.port(),
                    size == null ? config.values().get(Settings.DEFAULT_POOL_SIZE) : size));
        }
        return rows;
    }

    @Override
    public List<PeerPoolRow> peerPools() {
        return peers.traffic().stream()
                .map(peer -> new PeerPoolRow(
                        peer.peerId(),
                        peer.active(),
                        peer.waiting(),
                        peer.active() - peer.connecting(),
                        peer.connecting()))
                .toList();
    }

    @Override
    public List<DnsRow> dnsHosts() {
        return resolver.entries().stream()
                .map(host -> new DnsRow(
                        host.name(),
                        host.ttlSeconds(),
                        host.addresses().stream()
                                .map(InetAddress::getHostAddress)
                                .collect(Collectors.joining(","))))
                .toList();
    }

    @Override
    public String version() {
        return version;
    }
}

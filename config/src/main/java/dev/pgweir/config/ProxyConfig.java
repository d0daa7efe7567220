package dev.pgweir.config;

import dev.pgweir.config.hba.HbaRules;
import dev.pgweir.config.setting.DatabaseSettings;
import dev.pgweir.config.setting.Setting;
import dev.pgweir.config.setting.SettingException;
import dev.pgweir.config.setting.SettingValues;
import dev.pgweir.config.setting.Settings;
import dev.pgweir.config.value.Secret;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A whole configuration. Immutable, so that one reference to it is a consistent view, and a reload is a new one.
 *
 * <p>Made by {@link #of}; the loader makes it from files and the environment.
 */
public final class ProxyConfig {

    private final SettingValues values;
    private final Map<String, DatabaseConfig> databases;
    private final Map<String, UserConfig> users;
    private final Map<Integer, PeerConfig> peers;
    private final Map<String, Secret> storedSecrets;
    private final HbaRules hba;
    private final ListenConfig listen;
    private final NetConfig net;
    private final PoolConfig pool;
    private final LimitsConfig limits;
    private final TimeoutConfig timeouts;
    private final ServerConfig server;
    private final ProtocolConfig protocol;
    private final AuthConfig auth;
    private final AdminConfig admin;
    private final LogConfig log;
    private final TlsConfig tls;

    private ProxyConfig(
            SettingValues values,
            Map<String, DatabaseConfig> databases,
            Map<String, UserConfig> users,
            Map<Integer, PeerConfig> peers,
            Map<String, Secret> storedSecrets,
            HbaRules hba) {
        this.values = values;
        this.hba = hba;
        this.databases = Collections.unmodifiableMap(new LinkedHashMap<>(databases));
        this.users = Collections.unmodifiableMap(new LinkedHashMap<>(users));
        this.peers = Collections.unmodifiableMap(new TreeMap<>(peers));
        this.storedSecrets = Map.copyOf(storedSecrets);
        this.listen = ListenConfig.from(values);
        this.net = NetConfig.from(values);
        this.pool = PoolConfig.from(values);
        this.limits = LimitsConfig.from(values);
        this.timeouts = TimeoutConfig.from(values);
        this.server = ServerConfig.from(values);
        this.protocol = ProtocolConfig.from(values);
        this.auth = AuthConfig.from(values);
        this.admin = AdminConfig.from(values);
        this.log = LogConfig.from(values);
        this.tls = TlsConfig.from(values);
    }

    /**
     * Puts a configuration together.
     *
     * @param values what was set under {@code [pgweir]}
     * @param databases by the name clients ask for, in the order SHOW DATABASES has them
     * @param users by login name
     * @param peers by their {@code peer_id}
     * @param storedSecrets what the auth file says, by user
     * @throws dev.pgweir.config.setting.SettingException if values contradict each other
     */
    public static ProxyConfig of(
            SettingValues values,
            Map<String, DatabaseConfig> databases,
            Map<String, UserConfig> users,
            Map<Integer, PeerConfig> peers,
            Map<String, Secret> storedSecrets) {
        return new ProxyConfig(values, databases, users, peers, storedSecrets, HbaRules.NONE);
    }

    /** The same without peers. */
    public static ProxyConfig of(
            SettingValues values,
            Map<String, DatabaseConfig> databases,
            Map<String, UserConfig> users,
            Map<String, Secret> storedSecrets) {
        return of(values, databases, users, Map.of(), storedSecrets);
    }

    /** What is wrong with {@code values} taken together, all of it; empty if {@link #of} takes them. */
    public static List<SettingException> contradictions(SettingValues values) {
        List<Consumer<SettingValues>> sections = List.of(
                ListenConfig::from,
                NetConfig::from,
                PoolConfig::from,
                LimitsConfig::from,
                TimeoutConfig::from,
                ServerConfig::from,
                ProtocolConfig::from,
                AuthConfig::from,
                AdminConfig::from,
                LogConfig::from,
                TlsConfig::from);
        List<SettingException> found = new ArrayList<>();
        for (Consumer<SettingValues> section : sections) {
            try {
                section.accept(values);
            } catch (SettingException e) {
                found.add(e);
            }
        }
        return found;
    }

    /** The same with other settings, as SET and tests need it. */
    public ProxyConfig withValues(SettingValues changed) {
        return new ProxyConfig(changed, databases, users, peers, storedSecrets, hba);
    }

    /** The same with other rules of host-based authentication. */
    public ProxyConfig withHba(HbaRules rules) {
        return new ProxyConfig(values, databases, users, peers, storedSecrets, rules);
    }

    /** The rules of host-based authentication; none where {@code auth_type} is another one. */
    public HbaRules hba() {
        return hba;
    }

    /** What was set under {@code [pgweir]}; the sections below are the convenient view of it. */
    public SettingValues values() {
        return values;
    }

    /** Databases by the name clients ask for, the fallback under {@link DatabaseConfig#FALLBACK}. */
    public Map<String, DatabaseConfig> databases() {
        return databases;
    }

    /** Users that have a section of their own. */
    public Map<String, UserConfig> users() {
        return users;
    }

    /** The other processes of the group, by {@code peer_id}, in that order; this one's own entry may be among them. */
    public Map<Integer, PeerConfig> peers() {
        return peers;
    }

    /**
     * Whether to do as PgBouncer does where PgWeir would do what it thinks better: setting {@code
     * pgbouncer_compatibility}, which an ini switches on.
     */
    public boolean compatible() {
        return values.get(Settings.PGBOUNCER_COMPATIBILITY);
    }

    /** Secrets from the auth file, by user. */
    public Map<String, Secret> storedSecrets() {
        return storedSecrets;
    }

    public ListenConfig listen() {
        return listen;
    }

    public NetConfig net() {
        return net;
    }

    public PoolConfig pool() {
        return pool;
    }

    public LimitsConfig limits() {
        return limits;
    }

    public TimeoutConfig timeouts() {
        return timeouts;
    }

    public ServerConfig server() {
        return server;
    }

    public ProtocolConfig protocol() {
        return protocol;
    }

    public AuthConfig auth() {
        return auth;
    }

    public AdminConfig admin() {
        return admin;
    }

    public LogConfig log() {
        return log;
    }

    public TlsConfig tls() {
        return tls;
    }

    /** {@code conffile}: the file that the next reload reads; null: none. */
    public @Nullable Path conffile() {
        String file = values.get(Settings.CONFFILE);
        return file.isEmpty() ? null : Path.of(file);
    }

    /** {@code pidfile}: the file with the number of the process; null: none. */
    public @Nullable Path pidfile() {
        String file = values.get(Settings.PIDFILE);
        return file.isEmpty() ? null : Path.of(file);
    }

    /** The entry for clients that ask for {@code name}: its own or the fallback; empty for the console's names. */
    public Optional<DatabaseConfig> database(String name) {
        if (DatabaseConfig.isConsole(name)) {
            return Optional.empty();
        }
        DatabaseConfig own = databases.get(name);
        return Optional.ofNullable(own == null ? databases.get(DatabaseConfig.FALLBACK) : own);
    }

    /** What is known of {@code user}: the password of its section, else what the auth file says. */
    public Optional<Secret> secretOf(String user) {
        UserConfig section = users.get(user);
        Secret own = section == null ? null : section.password();
        return Optional.ofNullable(own == null ? storedSecrets.get(user) : own);
    }

    /**
     * What is in force for the pool that serves clients of {@code database} who log in as {@code user}. Users of a
     * database with a forced user share one pool and get equal settings.
     *
     * @throws NoSuchElementException if {@link #database} has no entry for it
     */
    public PoolSettings poolSettings(String database, String user) {
        String forced = database(database).orElseThrow().forcedUser();
        return serverSettings(database, forced == null ? user : forced);
    }

    /**
     * What is in force for the pool of {@code database} whose servers log in as {@code serverUser}: the user of the
     * clients, the one that the database forces, or, whether it forces one or not, the one who runs {@code auth_query}.
     *
     * @throws NoSuchElementException if {@link #database} has no entry for it
     */
    public PoolSettings serverSettings(String database, String serverUser) {
        return new Precedence(values, database(database).orElseThrow(), valuesOf(serverUser))
                .pool(database, serverUser, secretOf(serverUser).orElse(null), limits);
    }

    /**
     * How the secret of a user is asked for who wants to log in to {@code database}; empty where nobody is asked: there is
     * no {@code auth_user}, or no such database.
     */
    public Optional<AuthLookup> authLookup(String database) {
        boolean console = DatabaseConfig.isConsole(database);
        Optional<DatabaseConfig> entry = database(database);
        if (!console && entry.isEmpty()) {
            return Optional.empty();
        }
        SettingValues own = entry.map(DatabaseConfig::values).orElse(SettingValues.none());
        String user = first(own, DatabaseSettings.AUTH_USER, Settings.AUTH_USER);
        String dbname = first(own, DatabaseSettings.AUTH_DBNAME, Settings.AUTH_DBNAME);
        return user.isEmpty()
                ? Optional.empty()
                : Optional.of(new AuthLookup(
                        user,
                        first(own, DatabaseSettings.AUTH_QUERY, Settings.AUTH_QUERY),
                        dbname.isEmpty() ? null : dbname));
    }

    /** Whether a pool of these may run {@code auth_query}. */
    public boolean runsAuthQuery(String database, String serverUser) {
        return Stream.concat(Stream.of(database, DatabaseConfig.CONSOLE_NAME), databases.keySet().stream())
                .anyMatch(client -> authLookup(client)
                        .filter(lookup -> lookup.user().equals(serverUser))
                        .filter(lookup -> database.equals(lookup.database() == null ? client : lookup.database()))
                        .isPresent());
    }

    private String first(SettingValues own, Setting<String> ofDatabase, Setting<String> ofAll) {
        String value = own.find(ofDatabase);
        return value == null ? values.get(ofAll) : value;
    }

    /**
     * What is in force for clients of {@code database} who log in as {@code user}.
     *
     * @throws NoSuchElementException if {@link #database} has no entry for it
     */
    public ClientSettings clientSettings(String database, String user) {
        return new Precedence(values, database(database).orElseThrow(), valuesOf(user)).client();
    }

    private SettingValues valuesOf(String user) {
        UserConfig section = users.get(user);
        return section == null ? SettingValues.none() : section.values();
    }

    /** What SHOW CONFIG shows for a setting; null if there is no such setting. */
    public @Nullable String effective(String settingName) {
        return Settings.TABLE.find(settingName).map(values::shown).orElse(null);
    }

    /** All rows of SHOW CONFIG, by name as PgBouncer orders them. */
    public List<SettingRow> settingRows() {
        return Settings.TABLE.settings().stream()
                .map(setting -> new SettingRow(
                        setting.name(), values.shown(setting), setting.defaultText(), setting.reloadable()))
                .sorted((a, b) -> a.key().compareTo(b.key()))
                .toList();
    }

    /** Names only; the values are for SHOW CONFIG. */
    @Override
    public String toString() {
        return "ProxyConfig[" + values + ", databases=" + databases.keySet() + ", users=" + users.keySet() + ", peers="
                + peers.keySet() + "]";
    }
}

package dev.pgweir.config;

import dev.pgweir.config.setting.DatabaseSettings;
import dev.pgweir.config.setting.Setting;
import dev.pgweir.config.setting.SettingException;
import dev.pgweir.config.setting.SettingValues;
import dev.pgweir.config.value.HostBalancing;
import dev.pgweir.config.value.PoolMode;
import dev.pgweir.config.value.Secret;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One {@code [databases.NAME]}. What it does not set follows {@code [pgweir]}: {@link ProxyConfig#poolSettings} gives
 * what is in force.
 *
 * @param name what clients ask for; {@link #FALLBACK} for every name that has no entry
 * @param values what was set, by the keys of {@link DatabaseSettings}
 */
public record DatabaseConfig(String name, SettingValues values) {

    /** Name of the entry for databases that have none. */
    public static final String FALLBACK = "*";

    /** The console's name, as PgBouncer's clients know it. */
    static final String CONSOLE_NAME = "pgbouncer";

    /** Databases under these names are the console. */
    private static final Set<String> CONSOLE = Set.of(CONSOLE_NAME, "pgweir");

    public DatabaseConfig {
        if (isConsole(name)) {
            throw new IllegalArgumentException(name + " is the name of the console, accepted: any other name");
        }
        checkHost(values.find(DatabaseSettings.HOST));
    }

    private static void checkHost(@Nullable String host) {
        String accepted = ", accepted: names or addresses separated by commas, a directory, or @ and an abstract name";
        if (host == null || host.isBlank()) {
            return;
        }
        for (String each : host.split(",", -1)) {
            String one = each.strip();
            if (one.isEmpty()) {
                throw new SettingException(DatabaseSettings.HOST, "a host is empty" + accepted);
            }
            if (one.chars().anyMatch(c -> Character.isWhitespace(c) || Character.isISOControl(c))) {
                throw new SettingException(DatabaseSettings.HOST, "a host contains no blanks" + accepted);
            }
            int colon = one.indexOf(':');
            if (!isUnixSocket(one) && colon >= 0 && colon == one.lastIndexOf(':')) {
                throw new SettingException(DatabaseSettings.HOST, "the port has a key of its own, port" + accepted);
            }
        }
    }

    /** Whether a host is the directory of a Unix socket, or an abstract name. */
    public static boolean isUnixSocket(String host) {
        return host.startsWith("/") || host.startsWith("@");
    }

    /** Whether a database of that name is the console. */
    public static boolean isConsole(String name) {
        return CONSOLE.contains(name);
    }

    /** Names or addresses of the server, or directories of its Unix socket; empty: unix_socket_dir. */
    public List<String> hosts() {
        String hosts = values.find(DatabaseSettings.HOST);
        return hosts == null || hosts.isBlank()
                ? List.of()
                : Arrays.stream(hosts.split(",")).map(String::strip).toList();
    }

    /** The hosts as they were written, separated by commas; null: unix_socket_dir. */
    public @Nullable String host() {
        return values.find(DatabaseSettings.HOST);
    }

    /** How one of several hosts is chosen. */
    public HostBalancing hostBalancing() {
        return values.get(DatabaseSettings.LOAD_BALANCE_HOSTS);
    }

    /** Port of the server, 1 to 65535. */
    public int port() {
        return values.get(DatabaseSettings.PORT);
    }

    /** The database on the server for a client that asked for {@code requested}. */
    public String dbname(String requested) {
        String dbname = values.find(DatabaseSettings.DBNAME);
        return dbname == null ? requested : dbname;
    }

    /** The user as whom the server is reached for all clients; null: each client's own. */
    public @Nullable String forcedUser() {
        return values.find(DatabaseSettings.USER);
    }

    /** The password to reach the server with; null: the user's. */
    public @Nullable Secret password() {
        return values.find(DatabaseSettings.PASSWORD);
    }

    /** When connections go back to the pool; null: as {@code [pgweir]} says. */
    public @Nullable PoolMode poolMode() {
        return values.find(DatabaseSettings.POOL_MODE);
    }

    /** Query run on each new server connection; null: none. */
    public @Nullable String connectQuery() {
        String query = values.find(DatabaseSettings.CONNECT_QUERY);
        return query == null || query.isEmpty() ? null : query;
    }

    /** Parameters asked of the server at login, in the order of the table. */
    public Map<String, String> startupParameters() {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (Setting<String> key : DatabaseSettings.STARTUP_PARAMETERS) {
            String value = values.find(key);
            if (value != null) {
                parameters.put(key.name(), value);
            }
        }
        return parameters;
    }
}

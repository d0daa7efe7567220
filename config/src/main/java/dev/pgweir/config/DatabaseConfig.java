package dev.pgweir.config;

import dev.pgweir.config.setting.DatabaseSettings;
import dev.pgweir.config.setting.Setting;
import dev.pgweir.config.setting.SettingException;
import dev.pgweir.config.setting.SettingValues;
import dev.pgweir.config.value.PoolMode;
import dev.pgweir.config.value.Secret;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
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

    /** Databases under these names are the console. */
    private static final Set<String> CONSOLE = Set.of("pgbouncer", "pgweir");

    public DatabaseConfig {
        if (isConsole(name)) {
            throw new IllegalArgumentException(name + " is the name of the console, accepted: any other name");
        }
        checkHost(values.find(DatabaseSettings.HOST));
    }

    private static void checkHost(@Nullable String host) {
        String accepted = ", accepted: one name or address";
        if (host == null || host.isBlank()) {
            throw new SettingException(
                    DatabaseSettings.HOST, "missing; this version reaches servers by TCP only" + accepted);
        }
        if (host.startsWith("/") || host.startsWith("@")) {
            throw new SettingException(
                    DatabaseSettings.HOST, "this version cannot connect through Unix sockets" + accepted);
        }
        if (host.indexOf(',') >= 0) {
            throw new SettingException(DatabaseSettings.HOST, "this version takes no list of hosts" + accepted);
        }
        int colon = host.indexOf(':');
        if (colon >= 0 && colon == host.lastIndexOf(':')) {
            throw new SettingException(DatabaseSettings.HOST, "the port has a key of its own, port" + accepted);
        }
        if (host.chars().anyMatch(c -> Character.isWhitespace(c) || Character.isISOControl(c))) {
            throw new SettingException(DatabaseSettings.HOST, "a host contains no blanks" + accepted);
        }
    }

    /** Whether a database of that name is the console. */
    public static boolean isConsole(String name) {
        return CONSOLE.contains(name);
    }

    /** Name or address of the server. */
    public String host() {
        return Objects.requireNonNull(values.find(DatabaseSettings.HOST), "checked by the constructor");
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

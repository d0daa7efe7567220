package dev.pgweir.config;

import dev.pgweir.config.setting.DatabaseSettings;
import dev.pgweir.config.setting.Setting;
import dev.pgweir.config.setting.SettingValues;
import dev.pgweir.config.setting.Settings;
import dev.pgweir.config.setting.UserSettings;
import dev.pgweir.config.value.Secret;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Works out what is in force where several places can say it: the user wins over the database, the database over
 * {@code [pgweir]}. The one exception is PgBouncer's: the size of a pool whose user the database forces is the
 * database's to say.
 */
final class Precedence {

    private final SettingValues global;
    private final DatabaseConfig database;
    private final SettingValues user;

    /**
     * @param user what is set for the user in question: the login user for what concerns clients, the user on the server
     *     for what concerns servers
     */
    Precedence(SettingValues global, DatabaseConfig database, SettingValues user) {
        this.global = global;
        this.database = database;
        this.user = user;
    }

    ClientSettings client() {
        return new ClientSettings(
                first(UserSettings.POOL_MODE, DatabaseSettings.POOL_MODE, Settings.POOL_MODE),
                first(
                        UserSettings.QUERY_WAIT_TIMEOUT,
                        DatabaseSettings.QUERY_WAIT_TIMEOUT,
                        Settings.QUERY_WAIT_TIMEOUT),
                global.get(Settings.QUERY_WAIT_NOTIFY),
                first(UserSettings.QUERY_TIMEOUT, DatabaseSettings.QUERY_TIMEOUT, Settings.QUERY_TIMEOUT),
                first(UserSettings.TRANSACTION_TIMEOUT, null, Settings.TRANSACTION_TIMEOUT),
                first(UserSettings.IDLE_TRANSACTION_TIMEOUT, null, Settings.IDLE_TRANSACTION_TIMEOUT),
                first(UserSettings.CLIENT_IDLE_TIMEOUT, null, Settings.CLIENT_IDLE_TIMEOUT),
                first(null, DatabaseSettings.MAX_DB_CLIENT_CONNECTIONS, Settings.MAX_DB_CLIENT_CONNECTIONS),
                first(UserSettings.MAX_USER_CLIENT_CONNECTIONS, null, Settings.MAX_USER_CLIENT_CONNECTIONS));
    }

    /**
     * @param requested the database's name as the client wrote it
     * @param serverUser the user on the server
     * @param userSecret what is known of that user
     * @param limits the caps, with the cancel reserve already worked out
     */
    PoolSettings pool(String requested, String serverUser, @Nullable Secret userSecret, LimitsConfig limits) {
        Secret password = database.password();
        boolean forced = serverUser.equals(database.forcedUser());
        if (!forced && database.forcedUser() != null) {
            // It belongs to the user whom the database forces, and this is another one.
            password = null;
        }
        ServerTarget target = new ServerTarget(
                database.hosts().isEmpty() ? List.of(global.get(Settings.UNIX_SOCKET_DIR)) : database.hosts(),
                database.hostBalancing(),
                database.port(),
                database.dbname(requested),
                serverUser,
                forced,
                password == null ? userSecret : password,
                new ServerTarget.Security(
                        first(null, DatabaseSettings.SERVER_TLS_SSLMODE, Settings.SERVER_TLS_SSLMODE),
                        first(null, DatabaseSettings.SERVER_TLS_SSLNEGOTIATION, Settings.SERVER_TLS_SSLNEGOTIATION),
                        first(null, DatabaseSettings.SERVER_CHANNEL_BINDING, Settings.SERVER_CHANNEL_BINDING)),
                database.connectQuery(),
                database.startupParameters());
        PoolSizes sizes = new PoolSizes(
                first(forced ? null : UserSettings.POOL_SIZE, DatabaseSettings.POOL_SIZE, Settings.DEFAULT_POOL_SIZE),
                first(null, DatabaseSettings.MIN_POOL_SIZE, Settings.MIN_POOL_SIZE),
                first(UserSettings.RESERVE_POOL_SIZE, DatabaseSettings.RESERVE_POOL_SIZE, Settings.RESERVE_POOL_SIZE),
                global.get(Settings.RESERVE_POOL_TIMEOUT),
                first(null, DatabaseSettings.MAX_DB_CONNECTIONS, Settings.MAX_DB_CONNECTIONS),
                first(UserSettings.MAX_USER_CONNECTIONS, null, Settings.MAX_USER_CONNECTIONS),
                limits.maxServerConnections(),
                limits.cancelReserveConnections());
        ServerTimeouts timeouts = new ServerTimeouts(
                first(null, DatabaseSettings.SERVER_CONNECT_TIMEOUT, Settings.SERVER_CONNECT_TIMEOUT),
                global.get(Settings.SERVER_LOGIN_RETRY),
                global.get(Settings.SERVER_IDLE_TIMEOUT),
                first(null, DatabaseSettings.SERVER_LIFETIME, Settings.SERVER_LIFETIME));
        return new PoolSettings(
                requested,
                target,
                first(UserSettings.POOL_MODE, DatabaseSettings.POOL_MODE, Settings.POOL_MODE),
                sizes,
                timeouts);
    }

    /** The first of user, database and {@code [pgweir]} that says it; null where a place cannot. */
    private <T> T first(@Nullable Setting<T> ofUser, @Nullable Setting<T> ofDatabase, Setting<T> ofAll) {
        if (ofUser != null) {
            T value = user.find(ofUser);
            if (value != null) {
                return value;
            }
        }
        if (ofDatabase != null) {
            T value = database.values().find(ofDatabase);
            if (value != null) {
                return value;
            }
        }
        return global.get(ofAll);
    }
}

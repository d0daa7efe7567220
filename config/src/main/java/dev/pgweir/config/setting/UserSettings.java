package dev.pgweir.config.setting;

import dev.pgweir.config.value.PoolMode;
import dev.pgweir.config.value.Secret;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What {@code [users.NAME]} takes: PgBouncer's keys, and where the password is. A key that is not set follows the database and
 * then the setting of {@code [pgweir]}.
 */
public final class UserSettings {

    public static final Setting<Secret> PASSWORD = Setting.of(
            "password", Types.SECRET, null, "What the user logs in with and, where it can serve, reaches the server.");
    public static final Setting<String> PASSWORD_FILE =
            Setting.of("password_file", Types.PATH, null, "File that holds the password and nothing else.");
    public static final Setting<String> PASSWORD_ENV =
            Setting.of("password_env", Types.TEXT, null, "Environment variable that holds the password.");
    public static final Setting<PoolMode> POOL_MODE =
            Setting.of("pool_mode", Types.choice(PoolMode.class), null, "Instead of pool_mode.");
    public static final Setting<Integer> POOL_SIZE = Setting.of(
            "pool_size", Types.COUNT, null, "Instead of default_pool_size; not where the database forces a user.");
    public static final Setting<Integer> RESERVE_POOL_SIZE =
            Setting.of("reserve_pool_size", Types.COUNT, null, "Instead of reserve_pool_size.");
    public static final Setting<Integer> MAX_USER_CONNECTIONS =
            Setting.of("max_user_connections", Types.COUNT, null, "Instead of max_user_connections.");
    public static final Setting<Integer> MAX_USER_CLIENT_CONNECTIONS =
            Setting.of("max_user_client_connections", Types.COUNT, null, "Instead of max_user_client_connections.");
    public static final Setting<Duration> QUERY_WAIT_TIMEOUT =
            Setting.of("query_wait_timeout", Types.SECONDS, null, "Instead of query_wait_timeout.");
    public static final Setting<Duration> QUERY_TIMEOUT =
            Setting.of("query_timeout", Types.SECONDS, null, "Instead of query_timeout.");
    public static final Setting<Duration> TRANSACTION_TIMEOUT =
            Setting.of("transaction_timeout", Types.SECONDS, null, "Instead of transaction_timeout.");
    public static final Setting<Duration> IDLE_TRANSACTION_TIMEOUT =
            Setting.of("idle_transaction_timeout", Types.SECONDS, null, "Instead of idle_transaction_timeout.");
    public static final Setting<Duration> CLIENT_IDLE_TIMEOUT =
            Setting.of("client_idle_timeout", Types.SECONDS, null, "Instead of client_idle_timeout.");

    /** The whole table. */
    public static final SettingTable TABLE = new SettingTable(
            List.of(new SettingGroup(
                    "Users",
                    List.of(
                            PASSWORD,
                            PASSWORD_FILE,
                            PASSWORD_ENV,
                            POOL_MODE,
                            POOL_SIZE,
                            RESERVE_POOL_SIZE,
                            MAX_USER_CONNECTIONS,
                            MAX_USER_CLIENT_CONNECTIONS,
                            QUERY_WAIT_TIMEOUT,
                            QUERY_TIMEOUT,
                            TRANSACTION_TIMEOUT,
                            IDLE_TRANSACTION_TIMEOUT,
                            CLIENT_IDLE_TIMEOUT))),
            Map.of());

    private UserSettings() {}
}

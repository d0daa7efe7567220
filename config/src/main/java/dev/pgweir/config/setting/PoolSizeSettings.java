package dev.pgweir.config.setting;

import dev.pgweir.config.value.PoolMode;
import java.time.Duration;
import java.util.List;

/** How many connections there may be, and when they change hands. */
final class PoolSizeSettings {

    static final Setting<PoolMode> POOL_MODE = Setting.of(
            "pool_mode",
            Types.choice(PoolMode.class),
            PoolMode.SESSION,
            "When a server connection goes back to its pool. Started from DATABASE_URL alone: transaction.");

    static final Setting<Integer> MAX_CLIENT_CONN = Setting.of(
            "max_client_conn",
            Types.integer(1, Integer.MAX_VALUE),
            100,
            "Clients in total. Started from DATABASE_URL alone: 1000.");

    /**
     * Ours: until a client has logged in it may be anybody. 1000 logins at once are far more than a machine completes in
     * the second that one takes, and with TLS cost about 100 MB; a storm above that waits in the kernel.
     */
    static final Setting<Integer> MAX_CLIENT_LOGINS = Setting.of(
            "max_client_logins",
            Types.COUNT,
            1000,
            "TCP connections that have not logged in; at that many no more are accepted; 0: no limit. Started from an ini: 0.");

    static final Setting<Integer> DEFAULT_POOL_SIZE = Setting.of(
            "default_pool_size",
            Types.COUNT,
            20,
            "Server connections of a pool (one user, one database); 0: no limit.");

    static final Setting<Integer> MIN_POOL_SIZE =
            Setting.of("min_pool_size", Types.COUNT, 0, "Server connections that a pool in use keeps open.");

    static final Setting<Integer> RESERVE_POOL_SIZE = Setting.of(
            "reserve_pool_size", Types.COUNT, 0, "Connections that a pool may open on top when clients wait too long.");

    static final Setting<Duration> RESERVE_POOL_TIMEOUT = Setting.of(
            "reserve_pool_timeout",
            Types.SECONDS,
            Duration.ofSeconds(5),
            "How long the oldest client has waited before the reserve opens; 0: never.");

    /** Ours: the sum over all pools is what the server's own max_connections limits. */
    static final Setting<Integer> MAX_SERVER_CONNECTIONS = Setting.of(
            "max_server_connections",
            Types.COUNT,
            0,
            "Hard cap per PostgreSQL server (host and port) over all databases and users; 0: no cap.");

    /** Ours: a cancel needs a connection of its own just when all of them are busy. */
    static final Setting<Integer> CANCEL_RESERVE_CONNECTIONS = Setting.of(
            "cancel_reserve_connections",
            Types.COUNT,
            1,
            "Places of max_server_connections kept for cancel requests; not used if the cap is below 5.");

    /**
     * Ours: the least age at which a connection may be closed to make room for another pool under the same cap. Opening
     * one costs the server a fork and, with SCRAM, thousands of hashes; without a minimum age pools took each other's
     * fresh connections away in turn. A second bounds that to as many openings per second as the cap has places and
     * costs a waiting client at most that second.
     */
    static final Setting<Duration> MIN_EVICT_AGE = Setting.of(
            "min_evict_age",
            Types.SECONDS,
            Duration.ofSeconds(1),
            "Age below which an idle connection is not closed to make room for another pool.");

    static final Setting<Integer> MAX_DB_CONNECTIONS =
            Setting.of("max_db_connections", Types.COUNT, 0, "Server connections per database; 0: no limit.");

    static final Setting<Integer> MAX_DB_CLIENT_CONNECTIONS =
            Setting.of("max_db_client_connections", Types.COUNT, 0, "Clients per database; 0: no limit.");

    static final Setting<Integer> MAX_USER_CONNECTIONS =
            Setting.of("max_user_connections", Types.COUNT, 0, "Server connections per user; 0: no limit.");

    static final Setting<Integer> MAX_USER_CLIENT_CONNECTIONS =
            Setting.of("max_user_client_connections", Types.COUNT, 0, "Clients per user; 0: no limit.");

    static final Setting<Boolean> SERVER_ROUND_ROBIN = Setting.of(
            "server_round_robin",
            Types.BOOL,
            false,
            "Use the server connection that has been idle longest, not the one that came back last.");

    static final SettingGroup GROUP = new SettingGroup(
            "Pools and limits",
            List.of(
                    POOL_MODE,
                    MAX_CLIENT_CONN,
                    MAX_CLIENT_LOGINS,
                    DEFAULT_POOL_SIZE,
                    MIN_POOL_SIZE,
                    RESERVE_POOL_SIZE,
                    RESERVE_POOL_TIMEOUT,
                    MAX_SERVER_CONNECTIONS,
                    CANCEL_RESERVE_CONNECTIONS,
                    MIN_EVICT_AGE,
                    MAX_DB_CONNECTIONS,
                    MAX_DB_CLIENT_CONNECTIONS,
                    MAX_USER_CONNECTIONS,
                    MAX_USER_CLIENT_CONNECTIONS,
                    SERVER_ROUND_ROBIN));

    private PoolSizeSettings() {}
}

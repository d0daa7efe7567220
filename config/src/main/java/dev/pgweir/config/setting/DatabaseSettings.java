package dev.pgweir.config.setting;

import dev.pgweir.config.value.ChannelBindingUse;
import dev.pgweir.config.value.HostBalancing;
import dev.pgweir.config.value.PoolMode;
import dev.pgweir.config.value.Secret;
import dev.pgweir.config.value.SslMode;
import dev.pgweir.config.value.SslNegotiation;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What {@code [databases.NAME]} takes: PgBouncer's keys, and as PgWeir's own {@code url, query_timeout,
 * server_connect_timeout, server_tls_sslmode, server_tls_sslnegotiation, server_channel_binding, options}, which a connection URL can say per database. A key without a
 * default follows the setting of {@code [pgweir]}.
 */
public final class DatabaseSettings {

    public static final Setting<Secret> URL = Setting.of(
            "url", Types.URL, null, "postgresql://user:password@host:port/dbname; the other keys win over it.");
    public static final Setting<String> HOST = Setting.of(
            "host",
            Types.TEXT,
            null,
            "Names or addresses of the server, separated by commas; or a directory or @name of its Unix socket;"
                    + " else unix_socket_dir.");
    public static final Setting<Integer> PORT =
            Setting.of("port", Types.integer(1, 65_535), 5432, "Port of the server.");
    public static final Setting<String> DBNAME =
            Setting.of("dbname", Types.TEXT, null, "Database on the server; else the name the client uses.");
    public static final Setting<String> USER =
            Setting.of("user", Types.TEXT, null, "User on the server for all clients; else each client's own user.");
    public static final Setting<Secret> PASSWORD =
            Setting.of("password", Types.SECRET, null, "Password on the server; else the one of [users] or auth_file.");
    public static final Setting<Integer> POOL_SIZE =
            Setting.of("pool_size", Types.COUNT, null, "Instead of default_pool_size.");
    public static final Setting<Integer> MIN_POOL_SIZE =
            Setting.of("min_pool_size", Types.COUNT, null, "Instead of min_pool_size.");
    public static final Setting<Integer> RESERVE_POOL_SIZE =
            Setting.of("reserve_pool_size", Types.COUNT, null, "Instead of reserve_pool_size.");
    public static final Setting<PoolMode> POOL_MODE =
            Setting.of("pool_mode", Types.choice(PoolMode.class), null, "Instead of pool_mode.");
    public static final Setting<Integer> MAX_DB_CONNECTIONS =
            Setting.of("max_db_connections", Types.COUNT, null, "Instead of max_db_connections.");
    public static final Setting<Integer> MAX_DB_CLIENT_CONNECTIONS =
            Setting.of("max_db_client_connections", Types.COUNT, null, "Instead of max_db_client_connections.");
    public static final Setting<Duration> QUERY_WAIT_TIMEOUT =
            Setting.of("query_wait_timeout", Types.SECONDS, null, "Instead of query_wait_timeout.");
    public static final Setting<Duration> QUERY_TIMEOUT =
            Setting.of("query_timeout", Types.SECONDS, null, "Instead of query_timeout.");
    public static final Setting<Duration> SERVER_CONNECT_TIMEOUT =
            Setting.of("server_connect_timeout", Types.SECONDS, null, "Instead of server_connect_timeout.");
    public static final Setting<Duration> SERVER_LIFETIME =
            Setting.of("server_lifetime", Types.SECONDS, null, "Instead of server_lifetime.");
    public static final Setting<SslMode> SERVER_TLS_SSLMODE =
            Setting.of("server_tls_sslmode", Types.choice(SslMode.class), null, "Instead of server_tls_sslmode.");
    public static final Setting<SslNegotiation> SERVER_TLS_SSLNEGOTIATION = Setting.of(
            "server_tls_sslnegotiation",
            Types.choice(SslNegotiation.class),
            null,
            "Instead of server_tls_sslnegotiation.");
    public static final Setting<ChannelBindingUse> SERVER_CHANNEL_BINDING = Setting.of(
            "server_channel_binding",
            Types.choice(ChannelBindingUse.class),
            null,
            "Instead of server_channel_binding.");
    public static final Setting<String> CONNECT_QUERY =
            Setting.of("connect_query", Types.TEXT, null, "Query run on each new server connection.");
    public static final Setting<String> CLIENT_ENCODING =
            Setting.of("client_encoding", Types.TEXT, null, "Asked of the server at login.");
    public static final Setting<String> DATESTYLE =
            Setting.of("datestyle", Types.TEXT, null, "Asked of the server at login.");
    public static final Setting<String> TIMEZONE =
            Setting.of("timezone", Types.TEXT, null, "Asked of the server at login.");
    public static final Setting<String> APPLICATION_NAME =
            Setting.of("application_name", Types.TEXT, null, "Asked of the server at login.");
    public static final Setting<String> OPTIONS =
            Setting.of("options", Types.TEXT, null, "Command-line options asked of the server at login.");

    public static final Setting<HostBalancing> LOAD_BALANCE_HOSTS = Setting.of(
            "load_balance_hosts",
            Types.choice(HostBalancing.class),
            HostBalancing.ROUND_ROBIN,
            "How one of several hosts is chosen: each in turn, or the first until it fails.");

    public static final Setting<String> AUTH_USER = Setting.of("auth_user", Types.TEXT, null, "Instead of auth_user.");
    public static final Setting<String> AUTH_QUERY =
            Setting.of("auth_query", Types.TEXT, null, "Instead of auth_query.");
    public static final Setting<String> AUTH_DBNAME =
            Setting.of("auth_dbname", Types.TEXT, null, "Instead of auth_dbname.");

    /** Keys that become startup parameters of the same name. */
    public static final List<Setting<String>> STARTUP_PARAMETERS =
            List.of(CLIENT_ENCODING, DATESTYLE, TIMEZONE, APPLICATION_NAME, OPTIONS);

    /** The whole table. */
    public static final SettingTable TABLE = new SettingTable(
            List.of(
                    new SettingGroup(
                            "The server",
                            List.of(
                                    URL,
                                    HOST,
                                    PORT,
                                    DBNAME,
                                    USER,
                                    PASSWORD,
                                    SERVER_TLS_SSLMODE,
                                    SERVER_TLS_SSLNEGOTIATION,
                                    SERVER_CHANNEL_BINDING,
                                    CONNECT_QUERY,
                                    CLIENT_ENCODING,
                                    DATESTYLE,
                                    TIMEZONE,
                                    APPLICATION_NAME,
                                    OPTIONS,
                                    LOAD_BALANCE_HOSTS)),
                    new SettingGroup(
                            "Its pools",
                            List.of(
                                    POOL_MODE,
                                    POOL_SIZE,
                                    MIN_POOL_SIZE,
                                    RESERVE_POOL_SIZE,
                                    MAX_DB_CONNECTIONS,
                                    MAX_DB_CLIENT_CONNECTIONS,
                                    QUERY_WAIT_TIMEOUT,
                                    QUERY_TIMEOUT,
                                    SERVER_CONNECT_TIMEOUT,
                                    SERVER_LIFETIME)),
                    new SettingGroup("Authentication", List.of(AUTH_USER, AUTH_QUERY, AUTH_DBNAME))),
            Map.of("reserve_pool", "reserve_pool_size"));

    private DatabaseSettings() {}
}

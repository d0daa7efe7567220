package dev.pgweir.config.setting;

import dev.pgweir.config.value.AuthType;
import dev.pgweir.config.value.ChannelBindingUse;
import dev.pgweir.config.value.LogFormat;
import dev.pgweir.config.value.PoolMode;
import dev.pgweir.config.value.ProtocolChoice;
import dev.pgweir.config.value.SslMode;
import dev.pgweir.config.value.SslNegotiation;
import dev.pgweir.config.value.SyslogFacility;
import dev.pgweir.config.value.TransportChoice;
import dev.pgweir.config.value.TrustedProxies;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What {@code [pgweir]} takes: all of PgBouncer's settings and PgWeir's own. The rows stand in one class per theme; here
 * they are put together, and those in force get a name that code can use.
 */
public final class Settings {

    public static final Setting<List<String>> LISTEN_ADDR = ProcessSettings.LISTEN_ADDR;
    public static final Setting<Integer> LISTEN_PORT = ProcessSettings.LISTEN_PORT;
    public static final Setting<Integer> LISTEN_BACKLOG = ProcessSettings.LISTEN_BACKLOG;
    public static final Setting<String> UNIX_SOCKET_DIR = ProcessSettings.UNIX_SOCKET_DIR;
    public static final Setting<String> UNIX_SOCKET_MODE = ProcessSettings.UNIX_SOCKET_MODE;
    public static final Setting<String> UNIX_SOCKET_GROUP = ProcessSettings.UNIX_SOCKET_GROUP;
    public static final Setting<Boolean> SO_REUSEPORT = ProcessSettings.SO_REUSEPORT;
    public static final Setting<Integer> PEER_ID = ProcessSettings.PEER_ID;
    public static final Setting<TransportChoice> TRANSPORT = ProcessSettings.TRANSPORT;
    public static final Setting<Integer> WORKER_THREADS = ProcessSettings.WORKER_THREADS;
    public static final Setting<Integer> WORKER_CLIENTS = ProcessSettings.WORKER_CLIENTS;
    public static final Setting<String> CONFFILE = ProcessSettings.CONFFILE;
    public static final Setting<String> LOGFILE = ProcessSettings.LOGFILE;
    public static final Setting<String> PIDFILE = ProcessSettings.PIDFILE;

    public static final Setting<PoolMode> POOL_MODE = PoolSizeSettings.POOL_MODE;
    public static final Setting<Integer> MAX_CLIENT_CONN = PoolSizeSettings.MAX_CLIENT_CONN;
    public static final Setting<Integer> MAX_CLIENT_LOGINS = PoolSizeSettings.MAX_CLIENT_LOGINS;
    public static final Setting<Integer> DEFAULT_POOL_SIZE = PoolSizeSettings.DEFAULT_POOL_SIZE;
    public static final Setting<Integer> MIN_POOL_SIZE = PoolSizeSettings.MIN_POOL_SIZE;
    public static final Setting<Integer> RESERVE_POOL_SIZE = PoolSizeSettings.RESERVE_POOL_SIZE;
    public static final Setting<Duration> RESERVE_POOL_TIMEOUT = PoolSizeSettings.RESERVE_POOL_TIMEOUT;
    public static final Setting<Integer> MAX_SERVER_CONNECTIONS = PoolSizeSettings.MAX_SERVER_CONNECTIONS;
    public static final Setting<Integer> CANCEL_RESERVE_CONNECTIONS = PoolSizeSettings.CANCEL_RESERVE_CONNECTIONS;
    public static final Setting<Duration> MIN_EVICT_AGE = PoolSizeSettings.MIN_EVICT_AGE;
    public static final Setting<Integer> MAX_DB_CONNECTIONS = PoolSizeSettings.MAX_DB_CONNECTIONS;
    public static final Setting<Integer> MAX_DB_CLIENT_CONNECTIONS = PoolSizeSettings.MAX_DB_CLIENT_CONNECTIONS;
    public static final Setting<Integer> MAX_USER_CONNECTIONS = PoolSizeSettings.MAX_USER_CONNECTIONS;
    public static final Setting<Integer> MAX_USER_CLIENT_CONNECTIONS = PoolSizeSettings.MAX_USER_CLIENT_CONNECTIONS;
    public static final Setting<Boolean> SERVER_ROUND_ROBIN = PoolSizeSettings.SERVER_ROUND_ROBIN;

    public static final Setting<Duration> QUERY_TIMEOUT = TimeoutSettings.QUERY_TIMEOUT;
    public static final Setting<Duration> QUERY_WAIT_TIMEOUT = TimeoutSettings.QUERY_WAIT_TIMEOUT;
    public static final Setting<Duration> QUERY_WAIT_NOTIFY = TimeoutSettings.QUERY_WAIT_NOTIFY;
    public static final Setting<Duration> CANCEL_WAIT_TIMEOUT = TimeoutSettings.CANCEL_WAIT_TIMEOUT;
    public static final Setting<Duration> SUSPEND_TIMEOUT = TimeoutSettings.SUSPEND_TIMEOUT;
    public static final Setting<Duration> SHUTDOWN_TIMEOUT = TimeoutSettings.SHUTDOWN_TIMEOUT;
    public static final Setting<Duration> CLIENT_LOGIN_TIMEOUT = TimeoutSettings.CLIENT_LOGIN_TIMEOUT;
    public static final Setting<Duration> CLIENT_IDLE_TIMEOUT = TimeoutSettings.CLIENT_IDLE_TIMEOUT;
    public static final Setting<Duration> IDLE_TRANSACTION_TIMEOUT = TimeoutSettings.IDLE_TRANSACTION_TIMEOUT;
    public static final Setting<Duration> TRANSACTION_TIMEOUT = TimeoutSettings.TRANSACTION_TIMEOUT;

    public static final Setting<String> SERVER_RESET_QUERY = ServerSettings.SERVER_RESET_QUERY;
    public static final Setting<Boolean> SERVER_RESET_QUERY_ALWAYS = ServerSettings.SERVER_RESET_QUERY_ALWAYS;
    public static final Setting<Duration> SERVER_CHECK_DELAY = ServerSettings.SERVER_CHECK_DELAY;
    public static final Setting<String> SERVER_CHECK_QUERY = ServerSettings.SERVER_CHECK_QUERY;
    public static final Setting<Duration> SERVER_LIFETIME = ServerSettings.SERVER_LIFETIME;
    public static final Setting<Duration> SERVER_IDLE_TIMEOUT = ServerSettings.SERVER_IDLE_TIMEOUT;
    public static final Setting<Duration> SERVER_CONNECT_TIMEOUT = ServerSettings.SERVER_CONNECT_TIMEOUT;
    public static final Setting<Boolean> SERVER_FAST_CLOSE = ServerSettings.SERVER_FAST_CLOSE;
    public static final Setting<Duration> DNS_MAX_TTL = ServerSettings.DNS_MAX_TTL;
    public static final Setting<Duration> DNS_NXDOMAIN_TTL = ServerSettings.DNS_NXDOMAIN_TTL;
    public static final Setting<Duration> DNS_ZONE_CHECK_PERIOD = ServerSettings.DNS_ZONE_CHECK_PERIOD;
    public static final Setting<Duration> SERVER_LOGIN_RETRY = ServerSettings.SERVER_LOGIN_RETRY;
    public static final Setting<Duration> AUTODB_IDLE_TIMEOUT = ServerSettings.AUTODB_IDLE_TIMEOUT;
    public static final Setting<Duration> POOL_IDLE_TIMEOUT = ServerSettings.POOL_IDLE_TIMEOUT;

    public static final Setting<AuthType> AUTH_TYPE = AuthSettings.AUTH_TYPE;
    public static final Setting<String> AUTH_FILE = AuthSettings.AUTH_FILE;
    public static final Setting<Integer> SCRAM_ITERATIONS = AuthSettings.SCRAM_ITERATIONS;
    public static final Setting<String> AUTH_HBA_FILE = AuthSettings.AUTH_HBA_FILE;
    public static final Setting<String> AUTH_IDENT_FILE = AuthSettings.AUTH_IDENT_FILE;
    public static final Setting<String> AUTH_LDAP_OPTIONS = AuthSettings.AUTH_LDAP_OPTIONS;
    public static final Setting<String> AUTH_USER = AuthSettings.AUTH_USER;
    public static final Setting<String> AUTH_QUERY = AuthSettings.AUTH_QUERY;
    public static final Setting<String> AUTH_DBNAME = AuthSettings.AUTH_DBNAME;
    public static final Setting<Duration> AUTH_QUERY_TTL = AuthSettings.AUTH_QUERY_TTL;
    public static final Setting<Duration> LOGIN_FAILURE_DELAY = AuthSettings.LOGIN_FAILURE_DELAY;
    public static final Setting<List<String>> ADMIN_USERS = AuthSettings.ADMIN_USERS;
    public static final Setting<List<String>> STATS_USERS = AuthSettings.STATS_USERS;

    public static final Setting<List<String>> TRACK_EXTRA_PARAMETERS = ProtocolSettings.TRACK_EXTRA_PARAMETERS;
    public static final Setting<List<String>> IGNORE_STARTUP_PARAMETERS = ProtocolSettings.IGNORE_STARTUP_PARAMETERS;
    public static final Setting<Integer> MAX_PACKET_SIZE = ProtocolSettings.MAX_PACKET_SIZE;
    public static final Setting<ProtocolChoice> SERVER_MAX_PROTOCOL_VERSION =
            ProtocolSettings.SERVER_MAX_PROTOCOL_VERSION;
    public static final Setting<Integer> MAX_PREPARED_STATEMENTS = ProtocolSettings.MAX_PREPARED_STATEMENTS;
    public static final Setting<Boolean> DISABLE_PQEXEC = ProtocolSettings.DISABLE_PQEXEC;
    public static final Setting<Boolean> APPLICATION_NAME_ADD_HOST = ProtocolSettings.APPLICATION_NAME_ADD_HOST;
    public static final Setting<String> LOGIN_NOTIFY_MESSAGE = ProtocolSettings.LOGIN_NOTIFY_MESSAGE;
    public static final Setting<Boolean> PGBOUNCER_COMPATIBILITY = ProtocolSettings.PGBOUNCER_COMPATIBILITY;

    public static final Setting<Boolean> LOG_CONNECTIONS = LogSettings.LOG_CONNECTIONS;
    public static final Setting<Boolean> LOG_DISCONNECTIONS = LogSettings.LOG_DISCONNECTIONS;
    public static final Setting<Boolean> LOG_POOLER_ERRORS = LogSettings.LOG_POOLER_ERRORS;
    public static final Setting<Boolean> LOG_STATS = LogSettings.LOG_STATS;
    public static final Setting<Duration> STATS_PERIOD = LogSettings.STATS_PERIOD;
    public static final Setting<LogFormat> LOG_FORMAT = LogSettings.LOG_FORMAT;
    public static final Setting<Duration> LOG_ACTIVITY_PERIOD = LogSettings.LOG_ACTIVITY_PERIOD;
    public static final Setting<Duration> LOG_MIN_DURATION = LogSettings.LOG_MIN_DURATION;
    public static final Setting<Boolean> LOG_POOLS = LogSettings.LOG_POOLS;
    public static final Setting<Duration> LOG_IDLE_TRANSACTION = LogSettings.LOG_IDLE_TRANSACTION;
    public static final Setting<Integer> VERBOSE = LogSettings.VERBOSE;
    public static final Setting<Boolean> SYSLOG = LogSettings.SYSLOG;
    public static final Setting<String> SYSLOG_IDENT = LogSettings.SYSLOG_IDENT;
    public static final Setting<SyslogFacility> SYSLOG_FACILITY = LogSettings.SYSLOG_FACILITY;

    public static final Setting<String> HTTP_ADDR = MetricsSettings.HTTP_ADDR;

    public static final Setting<Boolean> TCP_KEEPALIVE = NetSettings.TCP_KEEPALIVE;
    public static final Setting<Integer> TCP_KEEPCNT = NetSettings.TCP_KEEPCNT;
    public static final Setting<Integer> TCP_KEEPIDLE = NetSettings.TCP_KEEPIDLE;
    public static final Setting<Integer> TCP_KEEPINTVL = NetSettings.TCP_KEEPINTVL;
    public static final Setting<Duration> TCP_USER_TIMEOUT = NetSettings.TCP_USER_TIMEOUT;
    public static final Setting<Integer> TCP_SOCKET_BUFFER = NetSettings.TCP_SOCKET_BUFFER;
    public static final Setting<TrustedProxies> PROXY_PROTOCOL_FROM = NetSettings.PROXY_PROTOCOL_FROM;

    public static final Setting<SslMode> CLIENT_TLS_SSLMODE = TlsSettings.CLIENT_TLS_SSLMODE;
    public static final Setting<String> CLIENT_TLS_KEY_FILE = TlsSettings.CLIENT_TLS_KEY_FILE;
    public static final Setting<String> CLIENT_TLS_CERT_FILE = TlsSettings.CLIENT_TLS_CERT_FILE;
    public static final Setting<String> CLIENT_TLS_CA_FILE = TlsSettings.CLIENT_TLS_CA_FILE;
    public static final Setting<String> CLIENT_TLS_PROTOCOLS = TlsSettings.CLIENT_TLS_PROTOCOLS;
    public static final Setting<String> CLIENT_TLS_CIPHERS = TlsSettings.CLIENT_TLS_CIPHERS;
    public static final Setting<String> CLIENT_TLS13_CIPHERS = TlsSettings.CLIENT_TLS13_CIPHERS;
    public static final Setting<String> CLIENT_TLS_ECDHCURVE = TlsSettings.CLIENT_TLS_ECDHCURVE;
    public static final Setting<SslMode> SERVER_TLS_SSLMODE = TlsSettings.SERVER_TLS_SSLMODE;
    public static final Setting<String> SERVER_TLS_CA_FILE = TlsSettings.SERVER_TLS_CA_FILE;
    public static final Setting<String> SERVER_TLS_KEY_FILE = TlsSettings.SERVER_TLS_KEY_FILE;
    public static final Setting<String> SERVER_TLS_CERT_FILE = TlsSettings.SERVER_TLS_CERT_FILE;
    public static final Setting<String> SERVER_TLS_PROTOCOLS = TlsSettings.SERVER_TLS_PROTOCOLS;
    public static final Setting<String> SERVER_TLS_CIPHERS = TlsSettings.SERVER_TLS_CIPHERS;
    public static final Setting<String> SERVER_TLS13_CIPHERS = TlsSettings.SERVER_TLS13_CIPHERS;
    public static final Setting<SslNegotiation> SERVER_TLS_SSLNEGOTIATION = TlsSettings.SERVER_TLS_SSLNEGOTIATION;
    public static final Setting<ChannelBindingUse> SERVER_CHANNEL_BINDING = TlsSettings.SERVER_CHANNEL_BINDING;

    /** The whole table. */
    public static final SettingTable TABLE = new SettingTable(
            List.of(
                    ProcessSettings.GROUP,
                    PoolSizeSettings.GROUP,
                    TimeoutSettings.GROUP,
                    ServerSettings.GROUP,
                    AuthSettings.GROUP,
                    ProtocolSettings.GROUP,
                    LogSettings.GROUP,
                    MetricsSettings.GROUP,
                    NetSettings.GROUP,
                    TlsSettings.GROUP),
            Map.of());

    private Settings() {}
}

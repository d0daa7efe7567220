package dev.pgweir.config.setting;

import java.time.Duration;
import java.util.List;

/** How server connections are checked, cleaned and replaced. */
final class ServerSettings {

    static final Setting<String> SERVER_RESET_QUERY = Setting.of(
            "server_reset_query", Types.TEXT, "DISCARD ALL", "Query that cleans a server connection, in session mode.");

    static final Setting<Boolean> SERVER_RESET_QUERY_ALWAYS =
            Setting.of("server_reset_query_always", Types.BOOL, false, "Run server_reset_query in every mode.");

    static final Setting<Duration> SERVER_CHECK_DELAY = Setting.of(
            "server_check_delay",
            Types.SECONDS,
            Duration.ofSeconds(30),
            "How long an idle server connection may be used again without a check.");

    /** PgBouncer's name for a query without text, which its own default uses. */
    static final Setting<String> SERVER_CHECK_QUERY = Setting.of(
            "server_check_query",
            Types.TEXT,
            "<empty>",
            "Query of that check; <empty> has no text, nothing: no check.");

    static final Setting<Duration> SERVER_LIFETIME = Setting.of(
            "server_lifetime",
            Types.SECONDS,
            Duration.ofHours(1),
            "Age at which an unused server connection is closed; 0: after one use.");

    static final Setting<Duration> SERVER_IDLE_TIMEOUT = Setting.of(
            "server_idle_timeout",
            Types.SECONDS,
            Duration.ofMinutes(10),
            "Idle time after which a server connection is closed; 0: never.");

    static final Setting<Duration> SERVER_CONNECT_TIMEOUT = Setting.of(
            "server_connect_timeout",
            Types.SECONDS,
            Duration.ofSeconds(15),
            "Limit for connecting and logging in to the server; 0: none.");

    static final Setting<Duration> SERVER_LOGIN_RETRY = Setting.of(
            "server_login_retry", Types.SECONDS, Duration.ofSeconds(15), "Pause after a failed login to the server.");

    static final Setting<Boolean> SERVER_FAST_CLOSE = Setting.of(
            "server_fast_close",
            Types.BOOL,
            false,
            "Session mode: close an outdated server connection between transactions, its client with it, not when it leaves.");

    /** As in PgBouncer, whatever the answer's own time to live. */
    static final Setting<Duration> DNS_MAX_TTL = Setting.of(
            "dns_max_ttl", Types.SECONDS, Duration.ofSeconds(15), "How long the addresses of a name are remembered.");

    static final Setting<Duration> DNS_NXDOMAIN_TTL = Setting.of(
            "dns_nxdomain_ttl",
            Types.SECONDS,
            Duration.ofSeconds(15),
            "How long it is remembered that a name has no address.");

    /** PgBouncer asks for the serial numbers of zones; looking up the few names in use again is simpler and as cheap. */
    static final Setting<Duration> DNS_ZONE_CHECK_PERIOD = Setting.of(
            "dns_zone_check_period",
            Types.SECONDS,
            Duration.ZERO,
            "How often the names in use are looked up again, besides for each new connection; 0: never.");

    static final Setting<Duration> AUTODB_IDLE_TIMEOUT = Setting.of(
            "autodb_idle_timeout",
            Types.SECONDS,
            Duration.ofHours(1),
            "Idle time after which a database made by * is forgotten.");

    static final Setting<Duration> POOL_IDLE_TIMEOUT = Setting.of(
            "pool_idle_timeout",
            Types.SECONDS,
            Duration.ZERO,
            "Idle time after which an empty pool is forgotten; 0: never.");

    static final SettingGroup GROUP = new SettingGroup(
            "Server connections",
            List.of(
                    SERVER_RESET_QUERY,
                    SERVER_RESET_QUERY_ALWAYS,
                    SERVER_CHECK_DELAY,
                    SERVER_CHECK_QUERY,
                    SERVER_LIFETIME,
                    SERVER_IDLE_TIMEOUT,
                    SERVER_CONNECT_TIMEOUT,
                    SERVER_LOGIN_RETRY,
                    SERVER_FAST_CLOSE,
                    AUTODB_IDLE_TIMEOUT,
                    POOL_IDLE_TIMEOUT,
                    DNS_MAX_TTL,
                    DNS_NXDOMAIN_TTL,
                    DNS_ZONE_CHECK_PERIOD));

    private ServerSettings() {}
}

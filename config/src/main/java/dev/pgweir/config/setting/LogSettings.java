package dev.pgweir.config.setting;

import dev.pgweir.config.value.LogFormat;
import dev.pgweir.config.value.SyslogFacility;
import java.time.Duration;
import java.util.List;

/** What is written to the log. */
final class LogSettings {

    static final Setting<Boolean> LOG_CONNECTIONS =
            Setting.of("log_connections", Types.BOOL, true, "Log each login and each connection to a server.");

    static final Setting<Boolean> LOG_DISCONNECTIONS = Setting.of(
            "log_disconnections",
            Types.BOOL,
            true,
            "Log the end of each connection and its reason, of clients and of servers.");

    static final Setting<Boolean> LOG_POOLER_ERRORS =
            Setting.of("log_pooler_errors", Types.BOOL, true, "Log each error that PgWeir itself sends to a client.");

    static final Setting<Boolean> LOG_STATS =
            Setting.of("log_stats", Types.BOOL, true, "Log the totals every stats_period.");

    static final Setting<Duration> STATS_PERIOD =
            Setting.of("stats_period", Types.SECONDS, Duration.ofMinutes(1), "Time over which averages are taken.");

    static final Setting<LogFormat> LOG_FORMAT = Setting.of(
            "log_format", Types.choice(LogFormat.class), LogFormat.TEXT, "Lines as PgBouncer writes them, or as JSON.");

    static final Setting<Duration> LOG_ACTIVITY_PERIOD = Setting.of(
            "log_activity_period",
            Types.SECONDS,
            Duration.ofMinutes(1),
            "Pause between lines with active queries, waits and timeouts; 0: none. Started from PgBouncer's ini: 0.");

    /** Off, because the text of a query may be what nobody is to see: PostgreSQL does the same. */
    static final Setting<Duration> LOG_MIN_DURATION = Setting.of(
            "log_min_duration",
            Types.MILLIS,
            Duration.ZERO,
            "Log queries that take longer, with the first 1000 characters of their text, without parameters; 0: none.");

    static final Setting<Boolean> LOG_POOLS = Setting.of(
            "log_pools",
            Types.BOOL,
            true,
            "Log with each server connection that comes or goes how many there are. Started from PgBouncer's ini: 0.");

    /** Half a minute is longer than any application means to think between two statements. */
    static final Setting<Duration> LOG_IDLE_TRANSACTION = Setting.of(
            "log_idle_transaction",
            Types.SECONDS,
            Duration.ofSeconds(30),
            "Name clients that idle longer in a transaction; 0: none. Started from PgBouncer's ini: 0.");

    /** PgBouncer's bound; beyond 2 there is nothing more to say. */
    static final Setting<Integer> VERBOSE = Setting.of(
            "verbose", Types.integer(0, 3), 0, "How much is logged: 1 and 2 as -v and -vv, over which it wins.");

    static final Setting<Boolean> SYSLOG =
            Setting.of("syslog", Types.BOOL, false, "Log to the local syslog (/dev/log) as well; Linux only.");

    static final Setting<String> SYSLOG_IDENT =
            Setting.of("syslog_ident", Types.TEXT, "pgbouncer", "Name of the program in syslog.");

    static final Setting<SyslogFacility> SYSLOG_FACILITY = Setting.of(
            "syslog_facility", Types.choice(SyslogFacility.class), SyslogFacility.DAEMON, "Facility in syslog.");

    static final SettingGroup GROUP = new SettingGroup(
            "Log and statistics",
            List.of(
                    LOG_CONNECTIONS,
                    LOG_DISCONNECTIONS,
                    LOG_POOLER_ERRORS,
                    LOG_STATS,
                    STATS_PERIOD,
                    LOG_FORMAT,
                    LOG_ACTIVITY_PERIOD,
                    LOG_MIN_DURATION,
                    LOG_POOLS,
                    LOG_IDLE_TRANSACTION,
                    VERBOSE,
                    SYSLOG,
                    SYSLOG_IDENT,
                    SYSLOG_FACILITY));

    private LogSettings() {}
}

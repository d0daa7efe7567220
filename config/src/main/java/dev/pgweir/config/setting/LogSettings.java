package dev.pgweir.config.setting;

import dev.pgweir.config.value.SyslogFacility;
import java.time.Duration;
import java.util.List;

/** What is written to the log. */
final class LogSettings {

    static final Setting<Boolean> LOG_CONNECTIONS = Setting.of("log_connections", Types.BOOL, true, "Log each login.");

    static final Setting<Boolean> LOG_DISCONNECTIONS =
            Setting.of("log_disconnections", Types.BOOL, true, "Log each disconnect and its reason.");

    static final Setting<Boolean> LOG_POOLER_ERRORS =
            Setting.of("log_pooler_errors", Types.BOOL, true, "Log each error that PgWeir itself sends to a client.");

    static final Setting<Boolean> LOG_STATS =
            Setting.of("log_stats", Types.BOOL, true, "Log the totals every stats_period.");

    static final Setting<Duration> STATS_PERIOD =
            Setting.of("stats_period", Types.SECONDS, Duration.ofMinutes(1), "Time over which averages are taken.");

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
                    VERBOSE,
                    SYSLOG,
                    SYSLOG_IDENT,
                    SYSLOG_FACILITY));

    private LogSettings() {}
}

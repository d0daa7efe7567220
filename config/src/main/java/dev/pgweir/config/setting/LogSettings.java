package dev.pgweir.config.setting;

import java.time.Duration;
import java.util.List;

/** What is written to the log. */
final class LogSettings {

    private static final String NO_SYSLOG = "the log goes to the standard error";

    static final Setting<Boolean> LOG_CONNECTIONS = Setting.of("log_connections", Types.BOOL, true, "Log each login.");

    static final Setting<Boolean> LOG_DISCONNECTIONS =
            Setting.of("log_disconnections", Types.BOOL, true, "Log each disconnect and its reason.");

    static final Setting<Boolean> LOG_POOLER_ERRORS =
            Setting.of("log_pooler_errors", Types.BOOL, true, "Log each error that PgWeir itself sends to a client.");

    static final Setting<Boolean> LOG_STATS =
            Setting.of("log_stats", Types.BOOL, true, "Log the totals every stats_period.");

    static final Setting<Duration> STATS_PERIOD =
            Setting.of("stats_period", Types.SECONDS, Duration.ofMinutes(1), "Time over which averages are taken.");

    static final SettingGroup GROUP = new SettingGroup(
            "Log and statistics",
            List.of(
                    LOG_CONNECTIONS,
                    LOG_DISCONNECTIONS,
                    LOG_POOLER_ERRORS,
                    LOG_STATS,
                    STATS_PERIOD,
                    Setting.of("verbose", Types.integer(0, 3), 0, "How much is logged.")
                            .without("-q and -v on the command line say how much"),
                    Setting.of("syslog", Types.BOOL, false, "Log to syslog.").without(NO_SYSLOG),
                    Setting.of("syslog_ident", Types.TEXT, "pgbouncer", "Name in syslog.")
                            .without(NO_SYSLOG),
                    Setting.of("syslog_facility", Types.TEXT, "daemon", "Facility in syslog.")
                            .without(NO_SYSLOG)));

    private LogSettings() {}
}

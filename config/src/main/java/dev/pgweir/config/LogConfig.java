package dev.pgweir.config;

import dev.pgweir.config.setting.SettingException;
import dev.pgweir.config.setting.SettingValues;
import dev.pgweir.config.setting.Settings;
import dev.pgweir.config.value.SyslogFacility;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What is logged.
 *
 * @param logConnections {@code log_connections}: each login
 * @param logDisconnections {@code log_disconnections}: each disconnect and its reason
 * @param logPoolerErrors {@code log_pooler_errors}: each error that PgWeir itself sends to a client
 * @param logStats {@code log_stats}: the totals every statsPeriod
 * @param statsPeriod {@code stats_period}: time over which averages are taken; never zero
 * @param logfile {@code logfile}: written besides the standard error; null: none
 * @param verbose {@code verbose}: 0 the usual, 1 decisions and their reasons, from 2 on everything
 * @param syslog {@code syslog, syslog_ident, syslog_facility}: the local syslog besides; null: not there
 */
public record LogConfig(
        boolean logConnections,
        boolean logDisconnections,
        boolean logPoolerErrors,
        boolean logStats,
        Duration statsPeriod,
        @Nullable Path logfile,
        int verbose,
        @Nullable Syslog syslog) {

    /**
     * Where in the local syslog lines go.
     *
     * @param ident {@code syslog_ident}: name of the program
     * @param facility {@code syslog_facility}
     */
    public record Syslog(String ident, SyslogFacility facility) {}

    public LogConfig {
        if (statsPeriod.isZero()) {
            throw new SettingException(Settings.STATS_PERIOD, "averages need a period, accepted: more than 0");
        }
    }

    static LogConfig from(SettingValues values) {
        String file = values.get(Settings.LOGFILE);
        return new LogConfig(
                values.get(Settings.LOG_CONNECTIONS),
                values.get(Settings.LOG_DISCONNECTIONS),
                values.get(Settings.LOG_POOLER_ERRORS),
                values.get(Settings.LOG_STATS),
                values.get(Settings.STATS_PERIOD),
                file.isEmpty() ? null : Path.of(file),
                values.get(Settings.VERBOSE),
                values.get(Settings.SYSLOG)
                        ? new Syslog(values.get(Settings.SYSLOG_IDENT), values.get(Settings.SYSLOG_FACILITY))
                        : null);
    }
}

package dev.pgweir.config;

import dev.pgweir.config.setting.SettingException;
import dev.pgweir.config.setting.SettingValues;
import dev.pgweir.config.setting.Settings;
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
 */
public record LogConfig(
        boolean logConnections,
        boolean logDisconnections,
        boolean logPoolerErrors,
        boolean logStats,
        Duration statsPeriod,
        @Nullable Path logfile) {

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
                file.isEmpty() ? null : Path.of(file));
    }
}

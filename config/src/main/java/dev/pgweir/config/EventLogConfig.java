package dev.pgweir.config;

import dev.pgweir.config.setting.SettingValues;
import dev.pgweir.config.setting.Settings;
import dev.pgweir.config.value.LogFormat;
import java.time.Duration;

/**
 * What PgWeir logs beyond PgBouncer's lines, and how.
 *
 * @param format {@code log_format}
 * @param activityPeriod {@code log_activity_period}: between two lines about all that goes on; zero: none
 * @param minDuration {@code log_min_duration}: queries that take longer are logged; zero: none
 * @param pools {@code log_pools}: a line for each server connection that comes or goes
 * @param idleTransaction {@code log_idle_transaction}: clients that do nothing in a transaction for longer are named; zero:
 *     none
 */
public record EventLogConfig(
        LogFormat format, Duration activityPeriod, Duration minDuration, boolean pools, Duration idleTransaction) {

    static EventLogConfig from(SettingValues values) {
        return new EventLogConfig(
                values.get(Settings.LOG_FORMAT),
                values.get(Settings.LOG_ACTIVITY_PERIOD),
                values.get(Settings.LOG_MIN_DURATION),
                values.get(Settings.LOG_POOLS),
                values.get(Settings.LOG_IDLE_TRANSACTION));
    }
}

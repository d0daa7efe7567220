package dev.pgweir.config;

import dev.pgweir.config.setting.SettingValues;
import dev.pgweir.config.setting.Settings;
import java.time.Duration;
import java.util.List;

/**
 * Who may use the console, and how long it may take.
 *
 * @param adminUsers {@code admin_users}: may run every command
 * @param statsUsers {@code stats_users}: may run SHOW
 * @param suspendTimeout {@code suspend_timeout}: what clients have not taken so long after SUSPEND is lost
 */
public record AdminConfig(List<String> adminUsers, List<String> statsUsers, Duration suspendTimeout) {

    public AdminConfig {
        adminUsers = List.copyOf(adminUsers);
        statsUsers = List.copyOf(statsUsers);
    }

    static AdminConfig from(SettingValues values) {
        return new AdminConfig(
                values.get(Settings.ADMIN_USERS),
                values.get(Settings.STATS_USERS),
                values.get(Settings.SUSPEND_TIMEOUT));
    }
}

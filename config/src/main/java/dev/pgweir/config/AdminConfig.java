package dev.pgweir.config;

import dev.pgweir.config.setting.SettingValues;
import dev.pgweir.config.setting.Settings;
import java.util.List;

/**
 * Who may use the console.
 *
 * @param adminUsers {@code admin_users}: may run every command
 * @param statsUsers {@code stats_users}: may run SHOW
 */
public record AdminConfig(List<String> adminUsers, List<String> statsUsers) {

    public AdminConfig {
        adminUsers = List.copyOf(adminUsers);
        statsUsers = List.copyOf(statsUsers);
    }

    static AdminConfig from(SettingValues values) {
        return new AdminConfig(values.get(Settings.ADMIN_USERS), values.get(Settings.STATS_USERS));
    }
}

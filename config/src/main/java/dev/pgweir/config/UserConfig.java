package dev.pgweir.config;

import dev.pgweir.config.setting.SettingValues;
import dev.pgweir.config.setting.UserSettings;
import dev.pgweir.config.value.PoolMode;
import dev.pgweir.config.value.Secret;
import org.jspecify.annotations.Nullable;

/**
 * One {@code [users.NAME]}. What it does not set follows the database and then {@code [pgweir]}:
 * {@link ProxyConfig#poolSettings} and {@link ProxyConfig#clientSettings} give what is in force.
 *
 * @param name what the user logs in as
 * @param values what was set, by the keys of {@link UserSettings}
 */
public record UserConfig(String name, SettingValues values) {

    /** What the user logs in with; null: what the auth file says. */
    public @Nullable Secret password() {
        return values.find(UserSettings.PASSWORD);
    }

    /** When connections go back to the pool; null: as the database says. */
    public @Nullable PoolMode poolMode() {
        return values.find(UserSettings.POOL_MODE);
    }
}

package dev.pgweir.config;

import dev.pgweir.config.setting.SettingValues;
import dev.pgweir.config.setting.Settings;
import dev.pgweir.config.value.AuthType;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How clients prove who they are. The secrets themselves: {@link ProxyConfig#secretOf}.
 *
 * @param authType {@code auth_type}: the method
 * @param authFile {@code auth_file}: file of users and secrets; null: none
 * @param scramIterations {@code scram_iterations}: iterations for secrets derived from plain passwords
 */
public record AuthConfig(AuthType authType, @Nullable Path authFile, int scramIterations) {

    static AuthConfig from(SettingValues values) {
        return new AuthConfig(
                values.get(Settings.AUTH_TYPE),
                path(values.get(Settings.AUTH_FILE)),
                values.get(Settings.SCRAM_ITERATIONS));
    }

    private static @Nullable Path path(String text) {
        return text.isEmpty() ? null : Path.of(text);
    }
}

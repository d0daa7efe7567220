package dev.pgweir.config;

import dev.pgweir.config.setting.SettingValues;
import dev.pgweir.config.setting.Settings;
import java.util.List;

/**
 * Startup parameters.
 *
 * @param trackExtraParameters {@code track_extra_parameters}: parameters kept per client besides the usual ones
 * @param ignoreStartupParameters {@code ignore_startup_parameters}: parameters of a login that are dropped; may contain {@code options}
 */
public record ProtocolConfig(List<String> trackExtraParameters, List<String> ignoreStartupParameters) {

    public ProtocolConfig {
        trackExtraParameters = List.copyOf(trackExtraParameters);
        ignoreStartupParameters = List.copyOf(ignoreStartupParameters);
    }

    static ProtocolConfig from(SettingValues values) {
        return new ProtocolConfig(
                values.get(Settings.TRACK_EXTRA_PARAMETERS), values.get(Settings.IGNORE_STARTUP_PARAMETERS));
    }
}

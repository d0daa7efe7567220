package dev.pgweir.config;

import dev.pgweir.config.setting.SettingValues;
import dev.pgweir.config.setting.Settings;
import java.util.List;

/**
 * Startup parameters.
 *
 * @param trackExtraParameters {@code track_extra_parameters}: parameters kept per client besides the usual ones
 * @param ignoreStartupParameters {@code ignore_startup_parameters}: parameters of a login that are dropped; may contain {@code options}
 * @param maxPreparedStatements {@code max_prepared_statements}: how many statements of clients are kept prepared per server
 *     connection; 0 passes statements on as they come
 */
public record ProtocolConfig(
        List<String> trackExtraParameters, List<String> ignoreStartupParameters, int maxPreparedStatements) {

    public ProtocolConfig {
        trackExtraParameters = List.copyOf(trackExtraParameters);
        ignoreStartupParameters = List.copyOf(ignoreStartupParameters);
    }

    static ProtocolConfig from(SettingValues values) {
        return new ProtocolConfig(
                values.get(Settings.TRACK_EXTRA_PARAMETERS),
                values.get(Settings.IGNORE_STARTUP_PARAMETERS),
                values.get(Settings.MAX_PREPARED_STATEMENTS));
    }
}

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
 * @param disablePqexec {@code disable_pqexec}: clients that use the simple query protocol are disconnected
 * @param applicationNameAddHost {@code application_name_add_host}: a client's address is appended to its application_name
 * @param loginNotifyMessage {@code login_notify_message}: notice after a login; empty for none
 */
public record ProtocolConfig(
        List<String> trackExtraParameters,
        List<String> ignoreStartupParameters,
        int maxPreparedStatements,
        boolean disablePqexec,
        boolean applicationNameAddHost,
        String loginNotifyMessage) {

    public ProtocolConfig {
        trackExtraParameters = List.copyOf(trackExtraParameters);
        ignoreStartupParameters = List.copyOf(ignoreStartupParameters);
    }

    static ProtocolConfig from(SettingValues values) {
        return new ProtocolConfig(
                values.get(Settings.TRACK_EXTRA_PARAMETERS),
                values.get(Settings.IGNORE_STARTUP_PARAMETERS),
                values.get(Settings.MAX_PREPARED_STATEMENTS),
                values.get(Settings.DISABLE_PQEXEC),
                values.get(Settings.APPLICATION_NAME_ADD_HOST),
                values.get(Settings.LOGIN_NOTIFY_MESSAGE));
    }
}

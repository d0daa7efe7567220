package dev.pgweir.config;

import dev.pgweir.config.setting.SettingValues;
import dev.pgweir.config.setting.Settings;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How server connections are cleaned and checked between clients.
 *
 * @param serverResetQuery {@code server_reset_query}: run when a client of session mode leaves; null: nothing is run
 * @param serverResetQueryAlways {@code server_reset_query_always}: run it in every pool mode
 * @param serverCheckDelay {@code server_check_delay}: how long an idle connection may be used again without a check; zero: never
 * @param serverFastClose {@code server_fast_close}: in session mode, an outdated server is closed between transactions
 * @param serverCheckQuery {@code server_check_query}: the check; null: there is none, {@code ""}: a query without text
 */
public record ServerConfig(
        @Nullable String serverResetQuery,
        boolean serverResetQueryAlways,
        Duration serverCheckDelay,
        boolean serverFastClose,
        @Nullable String serverCheckQuery) {

    /** How a query without text is written, because an empty setting switches the check off. */
    private static final String EMPTY_QUERY = "<empty>";

    static ServerConfig from(SettingValues values) {
        return new ServerConfig(
                emptyToNull(values.get(Settings.SERVER_RESET_QUERY)),
                values.get(Settings.SERVER_RESET_QUERY_ALWAYS),
                values.get(Settings.SERVER_CHECK_DELAY),
                values.get(Settings.SERVER_FAST_CLOSE),
                checkQuery(values.get(Settings.SERVER_CHECK_QUERY)));
    }

    private static @Nullable String checkQuery(String text) {
        return text.equals(EMPTY_QUERY) ? "" : emptyToNull(text);
    }

    private static @Nullable String emptyToNull(String text) {
        return text.isEmpty() ? null : text;
    }
}

package dev.pgweir.proxy;

import dev.pgweir.config.ProxyConfig;
import dev.pgweir.config.load.Problem;
import dev.pgweir.config.setting.Setting;
import dev.pgweir.config.setting.SettingException;
import dev.pgweir.config.setting.SettingValues;
import dev.pgweir.config.setting.Settings;
import dev.pgweir.protocol.SqlState;
import dev.pgweir.proxy.admin.ConsoleException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** SET of the console: one setting, judged by the table of settings, in force until the next reload. For any thread. */
final class SettingChange {
    private static final Logger LOG = LoggerFactory.getLogger(SettingChange.class);

    private final Lifecycle lifecycle;

    SettingChange(Lifecycle lifecycle) {
        this.lifecycle = lifecycle;
    }

    /**
     * Puts a setting in force.
     *
     * @return completes with what the user should know about it; empty if there is nothing to say
     */
    CompletableFuture<String> set(String key, String value) throws ConsoleException {
        String name = key.toLowerCase(Locale.ROOT);
        Setting<?> setting = Settings.TABLE.find(name).orElseThrow(() -> unknown(name));
        if (!setting.reloadable()) {
            throw new ConsoleException(
                    SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE,
                    "SET failed: " + name + " cannot be changed while PgWeir runs",
                    "Change the configuration file and restart it.");
        }
        // Judged now; in force it is put on top of what is in force by then.
        SettingValues values = changed(lifecycle.config().values(), setting, value);
        List<SettingException> contradictions = ProxyConfig.contradictions(values);
        if (!contradictions.isEmpty()) {
            throw invalid(contradictions.get(0).setting(), contradictions.get(0));
        }
        // Not as it was typed: it may be a secret.
        LOG.info("SET {}={} command issued", name, values.shown(setting));
        String notice = setting.inForce() ? "" : name + " has no effect: " + setting.withoutEffect();
        return lifecycle
                .change(config -> config.withValues(config.values().withText(setting, value)))
                .thenCompose(result -> result.isDone()
                        ? CompletableFuture.completedFuture(notice)
                        : CompletableFuture.failedFuture(failed(result)));
    }

    private static ConsoleException failed(ReloadResult result) {
        return new ConsoleException(
                SqlState.INVALID_PARAMETER_VALUE,
                "SET failed: " + result.errors().stream().map(Problem::toString).collect(Collectors.joining("; ")));
    }

    private static SettingValues changed(SettingValues values, Setting<?> setting, String value)
            throws ConsoleException {
        try {
            return values.withText(setting, value);
        } catch (IllegalArgumentException e) {
            throw invalid(setting.name(), e);
        }
    }

    private static ConsoleException invalid(String name, IllegalArgumentException cause) {
        return new ConsoleException(
                SqlState.INVALID_PARAMETER_VALUE, "SET failed: " + name + ": " + cause.getMessage());
    }

    private static ConsoleException unknown(String name) {
        return new ConsoleException(
                SqlState.UNDEFINED_OBJECT,
                "SET failed: there is no setting " + name,
                Settings.TABLE
                        .suggest(name)
                        .map(near -> "Is " + near + " meant? SHOW CONFIG has them all.")
                        .orElse("SHOW CONFIG has them all."));
    }
}

package dev.pgweir.proxy;

import dev.pgweir.config.LogConfig;
import dev.pgweir.config.setting.SettingException;
import dev.pgweir.config.setting.Settings;
import dev.pgweir.proxy.log.LogLevel;
import dev.pgweir.proxy.log.Logging;
import dev.pgweir.proxy.log.SystemLog;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The log as the configuration wants it. Opens files; not for event loops. */
public final class ConfiguredLog {

    private ConfiguredLog() {}

    /**
     * Puts it in force; files are opened anew.
     *
     * @throws SettingException if that is not possible; everything stays as it is then
     */
    public static void apply(LogConfig config) {
        SystemLog syslog = syslog(config.syslog());
        try {
            Logging.to(config.logfile(), syslog);
        } catch (IOException e) {
            throw new SettingException(Settings.LOGFILE, String.valueOf(e.getMessage()));
        }
        Logging.configure(LogLevel.ofVerbose(config.verbose()));
    }

    private static @Nullable SystemLog syslog(LogConfig.@Nullable Syslog wanted) {
        if (wanted == null) {
            return null;
        }
        try {
            return new SystemLog(
                    SystemLog.SOCKET, wanted.ident(), wanted.facility().code());
        } catch (IOException e) {
            throw new SettingException(Settings.SYSLOG, String.valueOf(e.getMessage()));
        }
    }
}

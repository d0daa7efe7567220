package dev.pgweir.config;

import dev.pgweir.config.setting.SettingException;
import dev.pgweir.config.setting.SettingValues;
import dev.pgweir.config.setting.Settings;
import java.util.List;

/**
 * Where clients connect.
 *
 * @param listenAddr {@code listen_addr}: addresses or host names, {@code *} for all; never empty
 * @param listenPort {@code listen_port}: 0 to 65535, 0 for any free port
 * @param listenBacklog {@code listen_backlog}: connections that the kernel queues until they are accepted
 */
public record ListenConfig(List<String> listenAddr, int listenPort, int listenBacklog) {

    public ListenConfig {
        listenAddr = List.copyOf(listenAddr);
        if (listenAddr.isEmpty()) {
            throw new SettingException(
                    Settings.LISTEN_ADDR, "no address is left to listen on, accepted: addresses, or * for all");
        }
    }

    static ListenConfig from(SettingValues values) {
        return new ListenConfig(
                values.get(Settings.LISTEN_ADDR),
                values.get(Settings.LISTEN_PORT),
                values.get(Settings.LISTEN_BACKLOG));
    }
}

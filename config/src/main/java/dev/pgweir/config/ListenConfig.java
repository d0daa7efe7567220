package dev.pgweir.config;

import dev.pgweir.config.setting.SettingException;
import dev.pgweir.config.setting.SettingValues;
import dev.pgweir.config.setting.Settings;
import java.util.List;

/**
 * Where clients connect.
 *
 * @param listenAddr {@code listen_addr}: addresses or host names, {@code *} for all; empty only with a Unix socket
 * @param listenPort {@code listen_port}: 0 to 65535, 0 for any free port
 * @param listenBacklog {@code listen_backlog}: connections that the kernel queues until they are accepted
 * @param soReuseport {@code so_reuseport}: other processes may listen on the port as well
 * @param unixSocketDir {@code unix_socket_dir}: a directory, or @ and an abstract name; empty for no Unix socket
 * @param unixSocketMode {@code unix_socket_mode}: permission bits, 0 to 0777
 * @param unixSocketGroup {@code unix_socket_group}: group of the socket's file; empty for the process' own
 */
public record ListenConfig(
        List<String> listenAddr,
        int listenPort,
        int listenBacklog,
        boolean soReuseport,
        String unixSocketDir,
        int unixSocketMode,
        String unixSocketGroup) {

    public ListenConfig {
        listenAddr = List.copyOf(listenAddr);
        if (listenAddr.isEmpty() && unixSocketDir.isEmpty()) {
            throw new SettingException(
                    Settings.LISTEN_ADDR,
                    "no address is left to listen on, accepted: addresses, or * for all; none at all with unix_socket_dir");
        }
    }

    static ListenConfig from(SettingValues values) {
        return new ListenConfig(
                values.get(Settings.LISTEN_ADDR),
                values.get(Settings.LISTEN_PORT),
                values.get(Settings.LISTEN_BACKLOG),
                values.get(Settings.SO_REUSEPORT),
                values.get(Settings.UNIX_SOCKET_DIR),
                mode(values.get(Settings.UNIX_SOCKET_MODE)),
                values.get(Settings.UNIX_SOCKET_GROUP));
    }

    private static int mode(String octal) {
        if (!octal.matches("0*[0-7]{1,3}")) {
            throw new SettingException(
                    Settings.UNIX_SOCKET_MODE, "not a file mode: " + octal + ", accepted: octal digits from 0 to 0777");
        }
        return Integer.parseInt(octal, 8);
    }
}

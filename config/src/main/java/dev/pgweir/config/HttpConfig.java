package dev.pgweir.config;

import dev.pgweir.config.setting.SettingException;
import dev.pgweir.config.setting.SettingValues;
import dev.pgweir.config.setting.Settings;
import org.jspecify.annotations.Nullable;

/**
 * Where probes and metrics are answered: {@code http_addr}.
 *
 * @param address null: nowhere
 * @param asked whether somebody has set it, so that not being able to listen there is an error
 */
public record HttpConfig(@Nullable Address address, boolean asked) {

    /**
     * A place to listen.
     *
     * @param host name or address; {@code *} for all
     * @param port 0 to 65535, 0 for any free port
     */
    public record Address(String host, int port) {
        @Override
        public String toString() {
            return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
        }
    }

    private static final String ACCEPTED =
            ", accepted: host:port, [IPv6 address]:port, *:port for all addresses; empty for none";

    static HttpConfig from(SettingValues values) {
        String text = values.get(Settings.HTTP_ADDR).strip();
        return new HttpConfig(text.isEmpty() ? null : parse(text), values.isSet(Settings.HTTP_ADDR));
    }

    private static Address parse(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        boolean bracketed = host.length() > 2 && host.startsWith("[") && host.endsWith("]");
        if (bracketed) {
            host = host.substring(1, host.length() - 1);
        }
        if (host.isEmpty() || (!bracketed && host.matches(".*[:\\[\\]].*"))) {
            throw new SettingException(Settings.HTTP_ADDR, "\"" + text + "\" is not a host and a port" + ACCEPTED);
        }
        String digits = text.substring(colon + 1);
        int port = digits.matches("[0-9]{1,5}") ? Integer.parseInt(digits) : -1;
        if (port < 0 || port > 65_535) {
            throw new SettingException(Settings.HTTP_ADDR, "\"" + digits + "\" is not a port" + ACCEPTED);
        }
        return new Address(host, port);
    }
}

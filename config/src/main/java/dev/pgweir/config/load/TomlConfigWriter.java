package dev.pgweir.config.load;

import dev.pgweir.config.PeerConfig;
import dev.pgweir.config.ProxyConfig;
import dev.pgweir.config.setting.DatabaseSettings;
import dev.pgweir.config.setting.PeerSettings;
import dev.pgweir.config.setting.Setting;
import dev.pgweir.config.setting.SettingTable;
import dev.pgweir.config.setting.SettingValues;
import dev.pgweir.config.setting.Settings;
import dev.pgweir.config.setting.UserSettings;
import dev.pgweir.config.value.Secret;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Writes a configuration as TOML, so that reading it gives the same again: what was set, in the order of the tables.
 *
 * <p>Passwords are written out, since the file would be none without them; what the auth file says stays there. Paths
 * become absolute, because in TOML relative ones begin where the file stands.
 */
public final class TomlConfigWriter {

    private static final Pattern BARE_KEY = Pattern.compile("[A-Za-z0-9_-]+");

    /** TOML's numbers with a fraction are doubles; up to these many characters one reads back as it was written. */
    private static final int EXACT_FRACTION = 15;

    private final StringBuilder out = new StringBuilder();

    private TomlConfigWriter() {}

    /** The text of a file that says what {@code config} says. Any thread. */
    public static String write(ProxyConfig config) {
        TomlConfigWriter writer = new TomlConfigWriter();
        writer.section("[pgweir]", Settings.TABLE, config.values());
        config.databases()
                .forEach(
                        (name, database) -> writer.named("databases", name, DatabaseSettings.TABLE, database.values()));
        config.users().forEach((name, user) -> writer.named("users", name, UserSettings.TABLE, user.values()));
        for (Map.Entry<Integer, PeerConfig> peer : config.peers().entrySet()) {
            writer.named(
                    "peers",
                    peer.getKey().toString(),
                    PeerSettings.TABLE,
                    peer.getValue().values());
        }
        return writer.out.toString();
    }

    private void named(String kind, String name, SettingTable table, SettingValues values) {
        out.append('\n');
        section("[" + kind + "." + (BARE_KEY.matcher(name).matches() ? name : quoted(name)) + "]", table, values);
    }

    private void section(String header, SettingTable table, SettingValues values) {
        out.append(header).append('\n');
        for (Setting<?> setting : table.settings()) {
            // The file this was read from is not the one that is written.
            if (values.isSet(setting) && !setting.equals(Settings.CONFFILE) && !standsElsewhere(setting, values)) {
                line(setting, values);
            }
        }
    }

    /** A password that was read from a file or a variable stays there. */
    private static boolean standsElsewhere(Setting<?> setting, SettingValues values) {
        return (setting.equals(UserSettings.PASSWORD)
                        && (values.isSet(UserSettings.PASSWORD_FILE) || values.isSet(UserSettings.PASSWORD_ENV)))
                || (setting.equals(DatabaseSettings.PASSWORD)
                        && (values.isSet(DatabaseSettings.PASSWORD_FILE)
                                || values.isSet(DatabaseSettings.PASSWORD_ENV)));
    }

    private <T> void line(Setting<T> setting, SettingValues values) {
        out.append(setting.name())
                .append(" = ")
                .append(value(setting, values.get(setting)))
                .append('\n');
    }

    private static <T> String value(Setting<T> setting, T value) {
        if (value instanceof Boolean) {
            return value.toString();
        }
        if (value instanceof Secret secret) {
            return quoted(secret.reveal());
        }
        if (value instanceof List<?> words) {
            return words.stream().map(word -> quoted(String.valueOf(word))).collect(Collectors.joining(", ", "[", "]"));
        }
        String text = setting.type().format(value);
        if (setting.type().isNumber()) {
            return text.indexOf('.') < 0 || text.length() <= EXACT_FRACTION ? text : quoted(text);
        }
        return quoted(setting.type().isPath() ? absolute(text) : text);
    }

    /** An abstract Unix socket is written like a path and is none. */
    private static String absolute(String path) {
        return path.isEmpty() || path.startsWith("@")
                ? path
                : Path.of(path).toAbsolutePath().toString();
    }

    /** A basic string (TOML 1.0, "String"). */
    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            if (c == '"' || c == '\\') {
                quoted.append('\\').append((char) c);
            } else if (Character.isISOControl(c)) {
                quoted.append(String.format("\\u%04X", c));
            } else {
                quoted.appendCodePoint(c);
            }
        });
        return quoted.append('"').toString();
    }
}

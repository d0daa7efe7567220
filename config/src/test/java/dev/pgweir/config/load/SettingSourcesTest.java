package dev.pgweir.config.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.config.ProxyConfig;
import dev.pgweir.config.SettingRow;
import dev.pgweir.config.setting.DatabaseSettings;
import dev.pgweir.config.setting.PeerSettings;
import dev.pgweir.config.setting.Setting;
import dev.pgweir.config.setting.SettingTable;
import dev.pgweir.config.setting.SettingValues;
import dev.pgweir.config.setting.Settings;
import dev.pgweir.config.setting.SettingsTable;
import dev.pgweir.config.setting.UserSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every setting of the tables is read from each source, shown and written, always by the same name and meaning. */
final class SettingSourcesTest {

    private static final String TOML = "[databases.app]\nhost = \"db\"\n[pgweir]\nauth_type = \"any\"\n";
    private static final String INI = "[databases]\napp = host=db\n[pgbouncer]\nauth_type = any\n";

    @TempDir
    Path directory;

    static List<Setting<?>> settings() {
        return Settings.TABLE.settings();
    }

    static Stream<Arguments> keysOfSections() {
        return Stream.of(
                        keys("databases", DatabaseSettings.TABLE),
                        keys("users", UserSettings.TABLE),
                        keys("peers", PeerSettings.TABLE))
                .flatMap(stream -> stream);
    }

    private static Stream<Arguments> keys(String section, SettingTable table) {
        return table.settings().stream()
                .filter(setting -> !setting.name().equals("url"))
                .map(setting -> Arguments.of(section, setting));
    }

    @ParameterizedTest
    @MethodSource("settings")
    void tomlIniEnvironmentAndSetMeanTheSame(Setting<?> setting) {
        Loading loading = new Loading(directory);
        loading.write("sample", "");
        String text = sample(setting);
        Object value = setting.type().parse(text);

        // The same key twice is an error in TOML.
        String toml = setting.equals(Settings.AUTH_TYPE) ? TOML.replace("auth_type = \"any\"\n", "") : TOML;
        ProxyConfig fromToml = loading.config(toml + setting.name() + " = \"" + text + "\"\n");
        ProxyConfig fromIni = loading.ini(INI + setting.name() + " = " + text + "\n");
        ProxyConfig fromEnvironment =
                loading.config(TOML, Map.of("PGWEIR_" + setting.name().toUpperCase(Locale.ROOT), text));
        SettingValues bySet = SettingValues.none().withText(setting, text);

        assertThat(fromToml.values().find(setting)).isEqualTo(value);
        assertThat(fromIni.values().find(setting)).isEqualTo(value);
        assertThat(fromEnvironment.values().find(setting)).isEqualTo(value);
        assertThat(bySet.find(setting)).isEqualTo(value);
        if (!setting.equals(Settings.CONFFILE)) {
            // The file that is written is another than the one it was read from.
            assertThat(TomlConfigWriter.write(fromIni)).contains("\n" + setting.name() + " = ");
        }
        assertThat(fromIni.settingRows())
                .contains(new SettingRow(
                        setting.name(), setting.secret() ? "****" : text, setting.defaultText(), setting.reloadable()));
        assertThat(SettingsTable.markdown()).contains("| `" + setting.name() + "` |");
    }

    @ParameterizedTest
    @MethodSource("keysOfSections")
    void tomlAndIniMeanTheSameInSections(String section, Setting<?> setting) {
        Loading loading = new Loading(directory);
        boolean needsHost = !section.equals("users") && !setting.name().equals("host");
        String text = sample(setting);

        ProxyConfig fromToml = loading.config("[databases.other]\nhost = \"db\"\n[" + section + ".1]\n"
                + (needsHost ? "host = \"db\"\n" : "") + setting.name() + " = \"" + text + "\"\n");
        ProxyConfig fromIni = loading.ini("[databases]\nother = host=db\n[" + section + "]\n1 = "
                + (needsHost ? "host=db " : "") + setting.name() + "='" + text + "'\n");

        Object value = setting.type().parse(text);
        assertThat(values(fromToml, section).find(setting)).isEqualTo(value);
        assertThat(values(fromIni, section).find(setting)).isEqualTo(value);
    }

    @Test
    void showConfigHasTheRowsOfTheTableAndNoOthers() {
        ProxyConfig config = new Loading(directory).ini(INI);

        assertThat(config.settingRows())
                .extracting(SettingRow::key)
                .containsExactlyInAnyOrderElementsOf(
                        Settings.TABLE.settings().stream().map(Setting::name).toList());
    }

    @Test
    void everyNameOfPgBouncerIsKnownToEveryReader() {
        StringBuilder ini = new StringBuilder(INI);
        settings()
                .forEach(setting -> ini.append(setting.name())
                        .append(" = ")
                        .append(setting.defaultText())
                        .append('\n'));

        LoadResult result = new Loading(directory).load("pgbouncer.ini", ini.toString(), Map.of());

        assertThat(result.errors()).isEmpty();
        assertThat(result.warnings())
                .extracting(Problem::message)
                .noneMatch(message -> message.contains("without effect"));
    }

    private static SettingValues values(ProxyConfig config, String section) {
        return switch (section) {
            case "databases" ->
                Objects.requireNonNull(config.databases().get("1")).values();
            case "users" -> Objects.requireNonNull(config.users().get("1")).values();
            default -> Objects.requireNonNull(config.peers().get(1)).values();
        };
    }

    /** A value as SHOW CONFIG would show it, where possible other than the default. */
    private String sample(Setting<?> setting) {
        String text = setting.defaultText();
        if (setting.type().isPath()) {
            return setting.equals(Settings.AUTH_FILE)
                    ? directory.resolve("sample").toString()
                    : "/sample";
        }
        if (setting.type().isNumber()) {
            return setting.equals(Settings.MAX_PACKET_SIZE) ? "2048" : "2";
        }
        return switch (text) {
            case "daemon" -> "local3";
            case "0777" -> "0770";
            case "0" -> "1";
            case "1" -> "0";
            case "session" -> "transaction";
            case "prefer" -> setting.name().equals("server_channel_binding") ? "require" : "allow";
            case "postgres" -> "direct";
            case "disable" -> "prefer";
            case "md5" -> "plain";
            case "auto" -> setting.name().equals("transport") ? "nio" : "other";
            case "round-robin" -> "disable";
            default ->
                setting.name().equals("pool_mode")
                        ? "session"
                        : switch (setting.name()) {
                            case "server_tls_sslmode" -> "allow";
                            case "server_tls_sslnegotiation" -> "direct";
                            case "server_channel_binding" -> "require";
                            default -> "sample";
                        };
        };
    }
}

package dev.pgweir.config.setting;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class SettingsTest {

    static Stream<Setting<?>> all() {
        return Stream.of(Settings.TABLE, DatabaseSettings.TABLE, UserSettings.TABLE, PeerSettings.TABLE)
                .flatMap(table -> table.settings().stream());
    }

    static List<String> pgBouncers() {
        try (InputStream in = Objects.requireNonNull(
                SettingsTest.class.getResourceAsStream("/pgbouncer-settings.txt"), "pgbouncer-settings.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @MethodSource("pgBouncers")
    void hasEverySettingOfPgBouncerWithItsDefault(String line) {
        String[] expected = line.split("\\|", -1);

        Setting<?> setting = Settings.TABLE.find(expected[0]).orElseThrow();

        assertThat(setting.defaultText()).isEqualTo(expected[1]);
        assertThat(setting.reloadable()).isEqualTo(expected[2].equals("yes"));
    }

    @Test
    void hasAllOfPgBouncersSettingsAndThoseOfItsOwn() {
        List<String> names =
                pgBouncers().stream().map(line -> line.split("\\|", -1)[0]).toList();

        assertThat(names).hasSize(101);
        assertThat(Settings.TABLE.settings())
                .extracting(Setting::name)
                .filteredOn(name -> !names.contains(name))
                .containsExactlyInAnyOrder(
                        "max_server_connections",
                        "cancel_reserve_connections",
                        "min_evict_age",
                        "max_client_logins",
                        "proxy_protocol_from",
                        "server_max_protocol_version",
                        "worker_threads",
                        "worker_clients",
                        "transport",
                        "auth_query_ttl",
                        "login_failure_delay",
                        "pgbouncer_compatibility",
                        "http_addr",
                        "log_format",
                        "log_activity_period",
                        "log_min_duration",
                        "log_pools",
                        "log_idle_transaction",
                        "shutdown_timeout",
                        "server_tls_sslnegotiation",
                        "server_channel_binding");
    }

    @ParameterizedTest
    @MethodSource("all")
    void explainsItselfInOneLine(Setting<?> setting) {
        assertThat(setting.name()).matches("[a-z][a-z0-9_]*");
        assertThat(setting.help()).endsWith(".").doesNotContain("\n").hasSizeBetween(10, 120);
        assertThat(setting.type().accepted()).isNotBlank();
    }

    @ParameterizedTest
    @MethodSource("all")
    void defaultReadsBackAsItself(Setting<?> setting) {
        if (setting.defaultValue() == null) {
            assertThat(setting.defaultText()).isEmpty();
        } else {
            assertThat(setting.type().parse(setting.defaultText())).isEqualTo(setting.defaultValue());
        }
    }

    @Test
    void everyGlobalSettingHasADefault() {
        assertThat(Settings.TABLE.settings())
                .allSatisfy(setting ->
                        assertThat(setting.defaultValue()).as(setting.name()).isNotNull());
    }

    @Test
    void passwordsAreSecretInEveryTable() {
        assertThat(all().filter(setting -> setting.name().equals("password")
                        || setting.name().equals("url")
                        || setting.name().equals("auth_ldap_options")))
                .hasSize(4)
                .allMatch(Setting::secret);
    }

    @Test
    void markdownHasOneRowForEachSetting() {
        List<String> rows = SettingsTable.markdown()
                .lines()
                .filter(line -> line.startsWith("| `"))
                .toList();

        assertThat(rows).hasSameSizeAs(Settings.TABLE.settings());
        assertThat(rows)
                .contains("| `listen_port` | `6432` | 0 to 65535 | no | Port to listen on; 0 takes any free one. |")
                .anyMatch(row -> row.startsWith("| `job_name` ") && row.contains("**Without effect:**"));
        assertThat(SettingsTable.databaseMarkdown()).contains("| `host` |");
        assertThat(SettingsTable.userMarkdown()).contains("| `password` |");
    }

    @Test
    void aliasIsFoundUnderTheNameInTheTable() {
        assertThat(DatabaseSettings.TABLE.find("reserve_pool").orElseThrow().name())
                .isEqualTo("reserve_pool_size");
    }

    @Test
    void valuesShowTheirNamesOnly() {
        SettingValues values = SettingValues.none().withText(UserSettings.PASSWORD, "hunter2");

        assertThat(values).hasToString("SettingValues[password]");
        assertThat(values.shown(UserSettings.PASSWORD)).isEqualTo("****");
    }
}

package dev.pgweir.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pgweir.config.load.ConfigLoader;
import dev.pgweir.config.load.LoadResult;
import dev.pgweir.config.setting.SettingException;
import dev.pgweir.config.setting.SettingValues;
import dev.pgweir.config.setting.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where {@code http_addr} leads. */
final class HttpConfigTest {
    private static HttpConfig of(String text) {
        return HttpConfig.from(SettingValues.none().with(Settings.HTTP_ADDR, text));
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:9127, 127.0.0.1, 9127",
        "*:80, *, 80",
        "metrics.example.com:0, metrics.example.com, 0",
        "[::1]:9127, ::1, 9127"
    })
    void takesHostAndPort(String text, String host, int port) {
        assertThat(of(text).address())
                .isEqualTo(new HttpConfig.Address(host, port))
                .hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"9127", "localhost", "localhost:", ":9127", "::1:9127", "localhost:65536", "localhost:-1", "[]:1"
            })
    void refusesAnythingElse(String text) {
        assertThatThrownBy(() -> of(text))
                .isInstanceOf(SettingException.class)
                .hasMessageContaining("accepted: host:port");
    }

    @Test
    void isOnTheLoopbackByDefaultAndNowhereIfEmpty() {
        HttpConfig byDefault = HttpConfig.from(SettingValues.none());
        assertThat(byDefault.asked()).isFalse();
        assertThat(Objects.requireNonNull(byDefault.address()).host()).isEqualTo("127.0.0.1");
        assertThat(of("").address()).isNull();
    }

    @Test
    void isNowhereForWhoeverComesFromPgBouncerUnlessAsked(@TempDir Path directory) throws IOException {
        Path ini = Files.writeString(directory.resolve("pgbouncer.ini"), "[pgbouncer]\nauth_type = any\n");
        assertThat(loaded(ini, Map.of()).http().address()).isNull();
        assertThat(loaded(ini, Map.of("PGWEIR_HTTP_ADDR", "127.0.0.1:1")).http().address())
                .hasToString("127.0.0.1:1");
    }

    private static ProxyConfig loaded(Path file, Map<String, String> environment) {
        LoadResult result = ConfigLoader.load(file, environment);
        assertThat(result.errors()).isEmpty();
        return Objects.requireNonNull(result.config());
    }
}

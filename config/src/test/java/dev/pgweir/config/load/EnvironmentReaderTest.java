package dev.pgweir.config.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.config.ProxyConfig;
import dev.pgweir.config.setting.Setting;
import dev.pgweir.config.setting.Settings;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class EnvironmentReaderTest {

    private static final Map<String, String> URL = Map.of("DATABASE_URL", "postgresql://app:pw@db/app");

    static Stream<Setting<?>> settings() {
        return Settings.TABLE.settings().stream();
    }

    @ParameterizedTest
    @MethodSource("settings")
    void everySettingHasAVariableThatTakesItsDefault(Setting<?> setting) {
        Problems problems = new Problems();
        Draft draft = new Draft(Origin.of("test"), problems);

        String variable = "PGWEIR_" + setting.name().toUpperCase(Locale.ROOT);
        EnvironmentReader.read(Map.of(variable, setting.defaultText()), draft.settings(), problems);

        assertThat(problems.sorted()).isEmpty();
        assertThat(draft.settings().values().isSet(setting)).isTrue();
    }

    @Test
    void readsEveryKindOfValue() {
        ProxyConfig config = Loading.config(with(Map.of(
                "PGWEIR_LISTEN_ADDR", "0.0.0.0, ::1",
                "PGWEIR_LISTEN_PORT", "7000",
                "PGWEIR_POOL_MODE", "statement",
                "PGWEIR_LOG_CONNECTIONS", "off",
                "PGWEIR_QUERY_TIMEOUT", "1.5",
                "PGWEIR_SERVER_LIFETIME", "90min",
                "PGWEIR_SERVER_RESET_QUERY", "")));

        assertThat(config.listen().listenAddr()).isEqualTo(List.of("0.0.0.0", "::1"));
        assertThat(config.listen().listenPort()).isEqualTo(7000);
        assertThat(config.pool().poolMode().text()).isEqualTo("statement");
        assertThat(config.log().logConnections()).isFalse();
        assertThat(config.timeouts().queryTimeout()).isEqualTo(Duration.ofMillis(1500));
        assertThat(config.timeouts().serverLifetime()).isEqualTo(Duration.ofMinutes(90));
        assertThat(config.server().serverResetQuery()).isNull();
    }

    @Test
    void problemsNameTheVariable() {
        LoadResult result = ConfigLoader.load(
                null,
                with(Map.of(
                        "PGWEIR_LISTEN_PROT", "7000",
                        "PGWEIR_pool_mode", "session",
                        "PGWEIR_CANCEL_RESERVE_CONNECTIONS", "9",
                        "PGWEIR_MAX_SERVER_CONNECTIONS", "9",
                        "PGWEIR_AUTH_FILE", "/nowhere/users.txt",
                        "PGWEIR_SERVER_TLS_SSLMODE", "required")));

        assertThat(Loading.texts(result.errors()))
                .containsExactly(
                        "PGWEIR_AUTH_FILE: /nowhere/users.txt: there is no such file",
                        "PGWEIR_CANCEL_RESERVE_CONNECTIONS: 9 leaves nothing of max_server_connections = 9 for queries,"
                                + " accepted: less than that",
                        "PGWEIR_LISTEN_PROT: there is no such setting, did you mean PGWEIR_LISTEN_PORT?",
                        "PGWEIR_SERVER_TLS_SSLMODE: \"required\" is not one of the choices, accepted: disable,"
                                + " allow, prefer, require, verify-ca, verify-full",
                        "PGWEIR_pool_mode: there is no such setting, did you mean PGWEIR_POOL_MODE?");
    }

    @Test
    void warnsOfVariablesWithoutEffect() {
        LoadResult result = ConfigLoader.load(null, with(Map.of("PGWEIR_PKT_BUF", "8192")));

        assertThat(Loading.texts(result.warnings()))
                .containsExactly("PGWEIR_PKT_BUF: has no effect: PgWeir sizes its read buffers by the traffic");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PGWEIR_JAVA_OPTS=-Xmx1g",
                "PGWEIR_HOME=/opt/pgweir",
                "PGWEIR_SERVICE_HOST=10.0.0.1",
                "PGWEIR_SERVICE_PORT=6432",
                "PGWEIR_SERVICE_PORT_POSTGRES=6432",
                "PGWEIR_PORT=tcp://10.0.0.1:6432",
                "PGWEIR_PORT_6432_TCP=tcp://10.0.0.1:6432",
                "PGWEIR_PORT_6432_TCP_PROTO=tcp",
                "PGWEIR_PORT_6432_TCP_ADDR=10.0.0.1",
                "PGWEIR_ADMIN_SERVICE_HOST=10.0.0.1",
                "PGWEIR_ADMIN_PORT=tcp://10.0.0.1:6432",
                "PGWEIRD=1",
                "LISTEN_PORT=x"
            })
    void leavesVariablesOfOthersAlone(String assignment) {
        String[] parts = assignment.split("=", 2);

        LoadResult result = ConfigLoader.load(null, with(Map.of(parts[0], parts[1])));

        assertThat(result.errors()).isEmpty();
        assertThat(result.warnings()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PGWEIR_PORT=6432", "PGWEIR_LISTN_PORT=6432", "PGWEIR_=1"})
    void slipsAreNotTakenForThoseOfOthers(String assignment) {
        String[] parts = assignment.split("=", 2);

        assertThat(ConfigLoader.load(null, with(Map.of(parts[0], parts[1]))).errors())
                .extracting(Problem::origin)
                .containsExactly(parts[0]);
    }

    private static Map<String, String> with(Map<String, String> variables) {
        Map<String, String> all = new LinkedHashMap<>(URL);
        all.putAll(variables);
        return all;
    }
}

package dev.pgweir.config.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.config.ProxyConfig;
import dev.pgweir.config.value.Secret;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Passwords that stand in files and variables. */
final class SecretSourcesTest {
    private static final String HEAD = """
            [databases.app]
            url = "postgresql://app:weaker@h/app"
            password_file = "app.txt"
            [users.alice]
            """;

    @TempDir
    private Path directory;

    private Loading loading;

    @BeforeEach
    void files() {
        loading = new Loading(directory);
        loading.write("app.txt", "secret of app\r\n");
        loading.write("alice.txt", " secret of alice \n");
        loading.write("empty.txt", "\n");
        loading.write("zero.txt", "a\0b");
    }

    @Test
    void readsThemFromFilesAndVariables() {
        ProxyConfig config = loading.config(HEAD + "password_file = 'alice.txt'");
        assertThat(config.secretOf("alice")).contains(Secret.of(" secret of alice "));
        assertThat(config.poolSettings("app", "alice").target().password()).isEqualTo(Secret.of("secret of app"));

        ProxyConfig byVariable = loading.config(HEAD + "password_env = 'ALICE'", Map.of("ALICE", "from outside"));
        assertThat(byVariable.secretOf("alice")).contains(Secret.of("from outside"));
    }

    @Test
    void theyAreNotWrittenOut() {
        ProxyConfig config = loading.config(HEAD + "password_env = 'ALICE'", Map.of("ALICE", "from outside"));
        assertThat(TomlConfigWriter.write(config))
                .contains("password_env = \"ALICE\"")
                .doesNotContain("from outside", "secret of app");
        assertThat(config.toString()).doesNotContain("from outside", "secret of app");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "password_file = 'nosuch.txt'; there is no such file",
                "password_file = 'empty.txt'; it is empty",
                "password_file = 'zero.txt'; it contains a zero byte",
                "password_env = 'NOSUCH'; NOSUCH: there is no such environment variable"
            })
    void mistakesNameTheSourceOnly(String line, String problem) {
        assertThat(loading.errors(HEAD + line))
                .singleElement()
                .asString()
                .contains("pgweir.toml:5:1", problem)
                .doesNotContain("secret");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "password = 'x'; password_file = 'alice.txt'",
                "password = 'x'; password_env = 'ALICE'",
                "password_env = 'ALICE'; password_file = 'alice.txt'"
            })
    void thereIsOneSource(String one, String other) {
        assertThat(loading.errors(HEAD + one + "\n" + other))
                .singleElement()
                .asString()
                .contains("accepted: one of password, password_file and password_env");
    }
}

package dev.pgweir.config.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.config.ProxyConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EnvironmentFilesTest {

    private static final String URL = "postgresql://app:pw@db.example.com/app";

    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void writeFile() throws IOException {
        file = Files.writeString(directory.resolve("value"), URL + "\n");
    }

    @Test
    void aUrlMayLieInAFile() {
        ProxyConfig config = Loading.config(Map.of("DATABASE_URL_FILE", file.toString()));

        assertThat(config.database("app").orElseThrow().hosts()).containsExactly("db.example.com");
        assertThat(config.users()).containsKey("app");
    }

    @Test
    void soMayTheValueOfASetting() throws IOException {
        Files.writeString(file, "select 1\n\n");

        ProxyConfig config =
                Loading.config(Map.of("DATABASE_URL", URL, "PGWEIR_SERVER_CHECK_QUERY_FILE", file.toString()));

        assertThat(config.server().serverCheckQuery()).isEqualTo("select 1\n");
    }

    @Test
    void aSettingThatIsAFileItselfIsNotReadThrough() throws IOException {
        Files.writeString(file, "\"other\" \"secret\"\n");

        ProxyConfig config = Loading.config(Map.of("DATABASE_URL", URL, "PGWEIR_AUTH_FILE", file.toString()));

        assertThat(config.auth().authFile()).hasToString(file.toString());
    }

    @Test
    void bothAtOnceAreAnError() {
        assertThat(errors(Map.of("DATABASE_URL", URL, "DATABASE_URL_FILE", file.toString())))
                .containsExactly("DATABASE_URL_FILE: there is DATABASE_URL too, accepted: one of both");
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        assertThat(errors(Map.of("DATABASE_URL_FILE", directory + "/gone")))
                .containsExactly("DATABASE_URL_FILE: " + directory + "/gone: there is no such file");
    }

    @Test
    void aFileOfNoSettingIsNoSetting() {
        assertThat(errors(Map.of("DATABASE_URL", URL, "PGWEIR_NOTHING_FILE", file.toString())))
                .singleElement()
                .asString()
                .startsWith("PGWEIR_NOTHING_FILE: there is no such setting");
    }

    private static List<String> errors(Map<String, String> environment) {
        return Loading.texts(ConfigLoader.load(null, environment).errors());
    }
}

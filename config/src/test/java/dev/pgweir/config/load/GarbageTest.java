package dev.pgweir.config.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.config.setting.DatabaseSettings;
import dev.pgweir.config.setting.Settings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is read, the readers answer with problems and not with exceptions. */
final class GarbageTest {

    private static final List<String> PIECES = pieces();

    private static List<String> pieces() {
        List<String> pieces = new ArrayList<>(List.of(
                "[pgweir]\n",
                "[pgbouncer]\n",
                "[databases]\n",
                "[users]\n",
                "[peers]\n",
                "%include ",
                "host=",
                "~",
                "-1",
                "[databases.",
                "[users.",
                "\"*\"]",
                "app]\n",
                " = ",
                "\n",
                "\"",
                "'",
                "\"\"\"",
                "[",
                "]",
                "{",
                "}",
                ",",
                ".",
                "#",
                ";",
                "\\",
                "\0",
                "\uFEFF",
                "\uD800",
                "1e999",
                "-0",
                "nan",
                "99999999999999999999",
                "0.0000000000000001",
                "true",
                "2020-01-01",
                "postgresql://",
                "postgres://",
                ":",
                "@",
                "/",
                "?",
                "&",
                "%",
                "%4",
                "%41",
                "%ff",
                "=",
                "u",
                "h",
                "[::1]",
                "5432",
                "sslmode=",
                "connection_limit=",
                "\r",
                "\t",
                " "));
        Settings.TABLE.settings().forEach(setting -> pieces.add(setting.name()));
        DatabaseSettings.TABLE.settings().forEach(setting -> pieces.add(setting.name()));
        return pieces;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void readersNeverThrow(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 2000; i++) {
            String text = text(random);
            Problems problems = new Problems();
            TomlConfigReader.read("x.toml", text, Path.of("dir"), problems);
            AuthFileReader.read("x.txt", text, problems);
            IniConfigReader.read("x.ini", text, "/home", problems);
            assertThat(problems.sorted())
                    .allSatisfy(problem -> assertThat(problem.toString()).isNotBlank());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {4, 5, 6})
    void loaderEndsWithAConfigurationOrWithErrors(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 2000; i++) {
            String setting = PIECES.get(random.nextInt(PIECES.size())).toUpperCase(Locale.ROOT);

            LoadResult result = ConfigLoader.load(
                    null, Map.of("DATABASE_URL", "postgresql://" + text(random), "PGWEIR_" + setting, text(random)));

            assertThat(result.config() == null).isEqualTo(!result.errors().isEmpty());
        }
    }

    @Test
    void deepNestingIsAProblemAndNoOverflow() {
        for (String piece : List.of("[", "{a=", "a.")) {
            Problems problems = new Problems();
            TomlConfigReader.read("x.toml", "a = " + piece.repeat(200_000), null, problems);
            assertThat(problems.hasErrors()).isTrue();
        }
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(30);
        for (int i = 0; i < length; i++) {
            text.append(
                    random.nextInt(4) == 0
                            ? "" + (char) random.nextInt(0x250)
                            : PIECES.get(random.nextInt(PIECES.size())));
        }
        return text.toString();
    }
}

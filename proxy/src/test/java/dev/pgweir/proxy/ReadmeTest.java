package dev.pgweir.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.config.load.ConfigLoader;
import dev.pgweir.config.load.LoadResult;
import dev.pgweir.config.setting.SettingsTable;
import dev.pgweir.proxy.metrics.Family;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README shows is what the program takes. */
final class ReadmeTest {

    private static final Pattern URL = Pattern.compile("DATABASE_URL='([^']+)'");

    @TempDir
    private Path directory;

    private String readme = "";

    @BeforeEach
    void read() throws IOException {
        // Tests run in the module's directory, or from an IDE in the one above.
        Path above = Path.of("../README.md");
        readme = Files.readString(Files.exists(above) ? above : Path.of("README.md"));
    }

    @Test
    void tablesOfSettingsAreThoseOfTheProgram() {
        assertThat(between("settings")).isEqualTo(SettingsTable.markdown());
        assertThat(between("databases")).isEqualTo(SettingsTable.databaseMarkdown());
        assertThat(between("users")).isEqualTo(SettingsTable.userMarkdown());
        assertThat(between("peers")).isEqualTo(SettingsTable.peerMarkdown());
    }

    @Test
    void tableOfMetricsIsWhatIsExported() {
        assertThat(between("metrics")).isEqualTo(Family.markdown());
    }

    @Test
    void everyConfigurationStartsWithoutAProblem() throws IOException {
        List<String> userLists = blocks("userlist");
        assertThat(userLists).hasSize(1);
        Files.writeString(directory.resolve("userlist.txt"), userLists.get(0));
        List<String> examples = blocks("toml");

        assertThat(examples).hasSizeGreaterThan(2);
        for (String example : examples) {
            LoadResult result =
                    ConfigLoader.load(Files.writeString(directory.resolve("pgweir.toml"), example), Map.of());
            assertThat(result.errors()).as(example).isEmpty();
            assertThat(result.warnings()).as(example).isEmpty();
        }
    }

    @Test
    void everyIniStartsWithoutAProblem() throws IOException {
        Path userList = directory.resolve("userlist.txt");
        Files.writeString(userList, blocks("userlist").get(0));
        List<String> examples = blocks("ini");

        assertThat(examples).isNotEmpty();
        for (String example : examples) {
            // The working directory of a test is not one to write into.
            String text = example.replace("userlist.txt", userList.toString());
            LoadResult result =
                    ConfigLoader.load(Files.writeString(directory.resolve("pgbouncer.ini"), text), Map.of());
            assertThat(result.errors()).as(example).isEmpty();
            assertThat(result.warnings()).as(example).isEmpty();
        }
    }

    @Test
    void everyUrlIsAConfiguration() {
        List<String> urls =
                URL.matcher(readme).results().map(match -> match.group(1)).toList();

        assertThat(urls).hasSizeGreaterThan(1);
        for (String url : urls) {
            LoadResult result = ConfigLoader.load(null, Map.of("DATABASE_URL", url));
            assertThat(result.errors()).as(url).isEmpty();
            assertThat(result.warnings()).as(url).isEmpty();
        }
    }

    @Test
    void namesBothCommandsAtItsTop() {
        assertThat(readme.lines().limit(30)).contains("mvn -q -Pdemo", "mvn -B verify");
    }

    private String between(String marker) {
        String begin = "<!-- " + marker + " -->\n";
        return readme.substring(readme.indexOf(begin) + begin.length(), readme.indexOf("<!-- /" + marker + " -->"));
    }

    private List<String> blocks(String language) {
        return Pattern.compile("^```" + language + "\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL)
                .matcher(readme)
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList();
    }
}

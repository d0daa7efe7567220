package dev.pgweir.proxy.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.pgweir.protocol.ProtocolException;
import dev.pgweir.protocol.SqlState;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a startup packet's parameters, and of the settings within its {@code options}. */
final class StartupParametersTest {
    private static final String REFUSED_OPTIONS =
            "unsupported options startup parameter: only '-c config=val' and '--config=val' are allowed";
    private static final String REFUSED_NAME = "unsupported startup parameter: the name is not one of a setting";

    @Test
    void keepsSettingsAndLeavesTheRestToTheLogin() {
        StartupParameters sorted = parameters(
                "user", "alice",
                "database", "shop",
                "replication", "false",
                "application_name", "till",
                "search_path", "a, \"B c\"");

        assertThat(sorted.settings())
                .containsExactlyEntriesOf(ordered("application_name", "till", "search_path", "a, \"B c\""));
        assertThat(sorted.unknownOptions()).isEmpty();
    }

    @Test
    void listsOptionsOfTheProtocolApart() {
        StartupParameters sorted = parameters("_pq_.cork", "1", "TimeZone", "UTC", "_pq_.", "", "_pq_.fork", "a b");

        assertThat(sorted.unknownOptions()).containsExactly("_pq_.cork", "_pq_.", "_pq_.fork");
        assertThat(sorted.settings()).containsExactlyEntriesOf(Map.of("TimeZone", "UTC"));
    }

    @Test
    void dropsNamesThatAreToBeIgnoredInWhateverCase() {
        StartupParameters sorted = ignoring(
                List.of("extra_float_digits", "geqo"),
                "Extra_Float_Digits",
                "3",
                "options",
                "-c GEQO=off -c work_mem=1MB --extra-float-digits=2");

        assertThat(sorted.settings()).containsExactlyEntriesOf(Map.of("work_mem", "1MB"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // Each way to write it.
                "-c work_mem=1MB|work_mem|1MB",
                "-cwork_mem=1MB|work_mem|1MB",
                "--work_mem=1MB|work_mem|1MB",
                "-c    work_mem=1MB|work_mem|1MB",
                "`  -c work_mem=1MB  `|work_mem|1MB",
                "`\t-c\nwork_mem=1MB\r`|work_mem|1MB",
                // A dash in a name is an underscore, one in a value is not.
                "--work-mem=-1|work_mem|-1",
                "-c work-mem=a-b|work_mem|a-b",
                // Only the first equals sign parts the two, and the value may be empty.
                "-c search_path=a=b|search_path|a=b",
                "--search_path=|search_path|``",
                // Quotes mean nothing here.
                "-c search_path=\"a\"|search_path|\"a\"",
                "-c DateStyle='iso'|DateStyle|'iso'",
                "-c my_extension.some_name$1=x|my_extension.some_name$1|x",
                // A backslash takes the next character as it is.
                "-c search_path=a,\\ b|search_path|a, b",
                "-c search_path=\\\\|search_path|\\",
                "-c search_path=\\\\\\ b|search_path|\\ b",
                "\\-c work_mem=1|work_mem|1",
            })
    void readsSettingsInOptions(String options, String name, String value) {
        assertThat(parameters("options", options).settings()).containsExactlyEntriesOf(Map.of(name, value));
    }

    @Test
    void readsAnyNumberOfThemInTheirOrder() {
        assertThat(parameters("options", "-c a=1 --b=2 -cc=3 -c a=4").settings())
                .containsExactlyEntriesOf(ordered("a", "4", "b", "2", "c", "3"));
        assertThat(parameters("options", "").settings()).isEmpty();
        assertThat(parameters("options", " \t ").settings()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-c",
                "-c geqo",
                "--",
                "--geqo",
                "-c =off",
                "--=off",
                "-c -c geqo=off",
                "geqo=off",
                "-d 5",
                "-e",
                "-c geqo=off -B 100",
            })
    void refusesWhatIsNoSetting(String options) {
        assertThatExceptionOfType(ProtocolException.class)
                .isThrownBy(() -> ignoring(List.of("geqo"), "options", options))
                .withMessage(REFUSED_OPTIONS)
                .satisfies(e -> assertThat(e.sqlState()).isEqualTo(SqlState.FEATURE_NOT_SUPPORTED));
    }

    @Test
    void skipsWhatIsNoSettingWhereOptionsAreIgnored() {
        StartupParameters sorted =
                ignoring(List.of("Options"), "options", "-B 100 -c work_mem=1MB --nothing -c geqo=off -e -c");

        assertThat(sorted.settings()).containsExactlyEntriesOf(ordered("work_mem", "1MB", "geqo", "off"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1a", "a b", "a;b", "a'b", "a\"", "a.", ".a", "a..b", "a.1", "$a", "a-b", "\u00e4", "a\n", " a", "a "
            })
    void refusesNamesThatNoSettingCanHave(String name) {
        assertThatExceptionOfType(ProtocolException.class)
                .isThrownBy(() -> parameters(name, "1"))
                .withMessage(REFUSED_NAME)
                .satisfies(e -> assertThat(e.sqlState()).isEqualTo(SqlState.UNDEFINED_OBJECT));
    }

    @Test
    void refusesSuchNamesInOptionsToo() {
        assertThatExceptionOfType(ProtocolException.class)
                .isThrownBy(() -> ignoring(List.of("options"), "options", "-c a;b=1"))
                .withMessage(REFUSED_NAME);
    }

    @Test
    void refusesNamesThatAreTooLong() {
        String longest = "a".repeat(63) + "." + "b".repeat(63);

        assertThat(parameters(longest, "1").settings()).containsOnlyKeys(longest);
        assertThatExceptionOfType(ProtocolException.class)
                .isThrownBy(() -> parameters(longest + "b", "1"))
                .withMessage(REFUSED_NAME);
    }

    @Test
    void takesOnlyWhatIsFollowedWherePgBouncerWould() {
        assertThat(following(List.of("geqo"), "Application_Name", "till", "geqo", "off", "_pq_.x", "1")
                        .settings())
                .containsExactlyEntriesOf(Map.of("Application_Name", "till"));
        assertThatExceptionOfType(ProtocolException.class)
                .isThrownBy(() -> following(List.of("geqo"), "extra_float_digits", "3"))
                .withMessage("unsupported startup parameter: extra_float_digits")
                .satisfies(e -> assertThat(e.sqlState()).isEqualTo(SqlState.PROTOCOL_VIOLATION));
    }

    @Test
    void takesOnlyWhatIsFollowedInOptionsToo() {
        assertThat(following(List.of("geqo"), "options", "-c application_name=till --geqo=off")
                        .settings())
                .containsExactlyEntriesOf(Map.of("application_name", "till"));
        assertThat(following(List.of("options"), "options", "-c application_name=till --geqo=off -d")
                        .settings())
                .containsExactlyEntriesOf(Map.of("application_name", "till"));
        assertThatExceptionOfType(ProtocolException.class)
                .isThrownBy(() -> following(List.of(), "options", "-c enable-seqscan=off"))
                .withMessage("unsupported startup parameter in options: enable_seqscan")
                .satisfies(e -> assertThat(e.sqlState()).isEqualTo(SqlState.PROTOCOL_VIOLATION));
    }

    /** As if application_name were the only parameter that is followed. */
    private static StartupParameters following(List<String> ignored, String... namesAndValues) {
        return StartupParameters.of(ordered(namesAndValues), ignored, "application_name"::equalsIgnoreCase);
    }

    private static StartupParameters parameters(String... namesAndValues) {
        return ignoring(List.of(), namesAndValues);
    }

    private static StartupParameters ignoring(List<String> ignored, String... namesAndValues) {
        return StartupParameters.of(ordered(namesAndValues), ignored);
    }

    private static Map<String, String> ordered(String... namesAndValues) {
        Map<String, String> map = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return map;
    }
}

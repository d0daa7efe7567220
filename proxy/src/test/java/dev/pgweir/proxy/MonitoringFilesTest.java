package dev.pgweir.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.config.setting.DatabaseSettings;
import dev.pgweir.config.setting.Settings;
import dev.pgweir.proxy.metrics.Family;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The alert rules and the dashboard ask for metrics and labels that there are. */
final class MonitoringFilesTest {
    private static final Pattern NAME = Pattern.compile("\\bpgweir_[a-z_]+");
    private static final Pattern SERIES_OF_HISTOGRAM = Pattern.compile("_(bucket|count|sum)$");
    private static final Pattern SELECTOR = Pattern.compile("\\b(pgweir_[a-z_]+)\\{([^}]*)\\}");
    private static final Pattern LABEL = Pattern.compile("(\\w+)\\s*[=!]");
    /** What results are grouped, joined and named by. */
    private static final Pattern GROUPED = Pattern.compile("\\b(?:by|on) \\(([^)]*)\\)");

    private static final Pattern SHOWN = Pattern.compile("\\{\\{\\s*(?:\\$labels\\.)?([a-z_]+)\\s*\\}\\}");
    private static final Pattern LIMIT = Pattern.compile("\\bsetting!?=\\\\?\"(\\w+)");
    private static final String OF_THE_JVM = "area";
    /** Labels that it adds to what it scrapes, and those of buckets. */
    private static final Set<String> OF_PROMETHEUS = Set.of("job", "instance", "le");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "prometheus/pgweir.rules.yml",
                "prometheus/pgweir.rules.test.yml",
                "grafana/dashboards/pgweir.json"
            })
    void nameOnlyMetricsThatAreExported(String file) throws IOException {
        Path above = Path.of("../docker", file);
        String text = Files.readString(Files.exists(above) ? above : Path.of("docker", file));
        Set<String> known =
                Arrays.stream(Family.values()).map(Family::metric).collect(Collectors.toCollection(TreeSet::new));

        Set<String> asked = NAME.matcher(text)
                .results()
                .map(match -> SERIES_OF_HISTOGRAM.matcher(match.group()).replaceFirst(""))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(asked).isNotEmpty();
        assertThat(known).containsAll(asked);
        labelsAreKnown(text);
        labelsOfResultsAreKnown(text);
        assertThat(LIMIT.matcher(text).results().map(match -> match.group(1)))
                .isNotEmpty()
                .allSatisfy(name -> assertThat(isSetting(name)).as(name).isTrue());
    }

    private static boolean isSetting(String name) {
        return Settings.TABLE.find(name).isPresent()
                || DatabaseSettings.TABLE.find(name).isPresent();
    }

    private static void labelsOfResultsAreKnown(String text) {
        Set<String> labels = new TreeSet<>(OF_PROMETHEUS);
        labels.add(OF_THE_JVM);
        Arrays.stream(Family.values()).forEach(family -> labels.addAll(family.labels()));
        assertThat(GROUPED.matcher(text)
                        .results()
                        .flatMap(match -> Arrays.stream(match.group(1).split(", "))))
                .allSatisfy(label -> assertThat(labels).contains(label));
        assertThat(SHOWN.matcher(text).results().map(match -> match.group(1)))
                .allSatisfy(label -> assertThat(labels).contains(label));
    }

    private static void labelsAreKnown(String text) {
        SELECTOR.matcher(text).results().forEach(selector -> {
            String metric = SERIES_OF_HISTOGRAM.matcher(selector.group(1)).replaceFirst("");
            Set<String> labels = new TreeSet<>(OF_PROMETHEUS);
            Arrays.stream(Family.values())
                    .filter(family -> family.metric().equals(metric))
                    .forEach(family -> labels.addAll(family.labels()));
            LABEL.matcher(selector.group(2))
                    .results()
                    .forEach(label -> assertThat(labels).as(selector.group()).contains(label.group(1)));
        });
    }
}

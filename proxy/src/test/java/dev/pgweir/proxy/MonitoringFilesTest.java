package dev.pgweir.proxy;

import static org.assertj.core.api.Assertions.assertThat;

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

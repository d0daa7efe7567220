package dev.pgweir.config.load;

import dev.pgweir.config.load.Problem.Severity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Collects problems while the sources are read. */
final class Problems {

    private record Entry(Severity severity, Origin origin, String key, String message) {}

    private final List<Entry> entries = new ArrayList<>();
    private final Map<String, Set<String>> withoutEffect = new LinkedHashMap<>();
    private @Nullable Origin summary;

    void error(Origin origin, String key, String message) {
        entries.add(new Entry(Severity.ERROR, origin, key, message));
    }

    void warn(Origin origin, String key, String message) {
        entries.add(new Entry(Severity.WARNING, origin, key, message));
    }

    /** A setting that is read and not acted on, and why. */
    void withoutEffect(Origin origin, String key, String reason) {
        if (summary == null || !origin.hasLine()) {
            warn(origin, key, "has no effect: " + reason);
        } else {
            withoutEffect.computeIfAbsent(reason, r -> new LinkedHashSet<>()).add(key);
        }
    }

    /**
     * From now on all settings of files that have no effect are named in one line under {@code file}: where a file was
     * written for another program, a line for each would hide what matters.
     */
    void summarizeWithoutEffect(Origin file) {
        summary = file;
    }

    void note(Origin origin, String key, String message) {
        entries.add(new Entry(Severity.NOTE, origin, key, message));
    }

    boolean hasErrors() {
        return entries.stream().anyMatch(entry -> entry.severity() == Severity.ERROR);
    }

    /** All of them, each once, source by source, from the top of each. */
    List<Problem> sorted() {
        Stream<Entry> summarized = summary == null || withoutEffect.isEmpty()
                ? Stream.empty()
                : Stream.of(new Entry(Severity.WARNING, summary, "", summary()));
        return Stream.concat(summarized, entries.stream())
                .distinct()
                .sorted(Comparator.comparing((Entry entry) -> entry.origin().source())
                        .thenComparingInt(entry -> entry.origin().line())
                        .thenComparingInt(entry -> entry.origin().column()))
                .map(entry -> new Problem(entry.severity(), entry.origin().text(), entry.key(), entry.message()))
                .toList();
    }

    /** {@code no effect: pidfile, user (because of this); pkt_buf (because of that)}. */
    private String summary() {
        return withoutEffect.entrySet().stream()
                .map(entry -> String.join(", ", entry.getValue()) + " (" + entry.getKey() + ")")
                .collect(Collectors.joining("; ", "settings without effect: ", ""));
    }
}

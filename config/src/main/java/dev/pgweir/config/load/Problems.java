package dev.pgweir.config.load;

import dev.pgweir.config.load.Problem.Severity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects problems while the sources are read. */
final class Problems {

    private record Entry(Severity severity, Origin origin, String key, String message) {}

    private final List<Entry> entries = new ArrayList<>();

    void error(Origin origin, String key, String message) {
        entries.add(new Entry(Severity.ERROR, origin, key, message));
    }

    void warn(Origin origin, String key, String message) {
        entries.add(new Entry(Severity.WARNING, origin, key, message));
    }

    void note(Origin origin, String key, String message) {
        entries.add(new Entry(Severity.NOTE, origin, key, message));
    }

    boolean hasErrors() {
        return entries.stream().anyMatch(entry -> entry.severity() == Severity.ERROR);
    }

    /** All of them, each once, source by source, from the top of each. */
    List<Problem> sorted() {
        return entries.stream()
                .distinct()
                .sorted(Comparator.comparing((Entry entry) -> entry.origin().source())
                        .thenComparingInt(entry -> entry.origin().line())
                        .thenComparingInt(entry -> entry.origin().column()))
                .map(entry -> new Problem(entry.severity(), entry.origin().text(), entry.key(), entry.message()))
                .toList();
    }
}

package dev.pgweir.proxy.it;

import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/** Reads what a query or a command of the console is answered with. */
final class Answers {
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private Answers() {}

    /** The types of the messages, one letter each. */
    static String types(List<WireMessage> messages) {
        return messages.stream().map(WireMessage::type).map(String::valueOf).collect(Collectors.joining());
    }

    /** The first error among them. */
    static WireMessage error(List<WireMessage> messages) {
        return messages.stream()
                .filter(message -> message.type() == 'E')
                .findFirst()
                .orElseThrow(() -> new AssertionError("no error in " + messages));
    }

    /** The rows by column, NULL as {@code null} in letters. */
    static List<Map<String, String>> rows(List<WireMessage> messages) {
        List<String> columns = messages.get(0).columns();
        return messages.stream()
                .filter(message -> message.type() == 'D')
                .map(message -> {
                    Map<String, String> row = new TreeMap<>();
                    for (int i = 0; i < columns.size(); i++) {
                        row.put(columns.get(i), String.valueOf(message.values().get(i)));
                    }
                    return row;
                })
                .toList();
    }

    /** The first row of a SHOW with that value in that column. */
    static Optional<Map<String, String>> row(WireClient console, String what, String column, String value)
            throws IOException {
        return row(console, what, column, value, Map.of());
    }

    /** Asks until there is a row with that value in that column and all the others. */
    static Map<String, String> awaitRow(
            WireClient console, String what, String column, String value, Map<String, String> others) {
        return Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> row(console, what, column, value, others), Optional::isPresent)
                .orElseThrow();
    }

    private static Optional<Map<String, String>> row(
            WireClient console, String what, String column, String value, Map<String, String> others)
            throws IOException {
        return rows(console.query("SHOW " + what)).stream()
                .filter(row -> value.equals(row.get(column)))
                .filter(row -> row.entrySet().containsAll(others.entrySet()))
                .findFirst();
    }

    /** SHOW STATE. */
    static Map<String, String> state(WireClient console) throws IOException {
        Map<String, String> state = new TreeMap<>();
        console.rows("SHOW STATE").forEach(row -> state.put(row.get(0), row.get(1)));
        return state;
    }
}

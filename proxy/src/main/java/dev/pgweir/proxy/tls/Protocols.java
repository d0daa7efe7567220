package dev.pgweir.proxy.tls;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The value of {@code *_tls_protocols}, as PgBouncer reads it: names after one another, {@code !} takes one away. */
final class Protocols {
    private static final List<String> ALL = List.of("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3");

    private Protocols() {}

    /** The versions under the names of JSSE; at least one. */
    static List<String> parse(String setting, String text) throws TlsException {
        Set<String> chosen = new LinkedHashSet<>();
        boolean first = true;
        for (String item : text.toLowerCase(Locale.ROOT).strip().split("[,: ]+", -1)) {
            if (item.isEmpty() && !text.isBlank()) {
                // A comma too many names nothing.
                continue;
            }
            boolean without = item.startsWith("!");
            List<String> named = named(setting, text, without ? item.substring(1) : item);
            if (without) {
                if (first) {
                    chosen.addAll(ALL);
                }
                named.forEach(chosen::remove);
            } else {
                chosen.addAll(named);
            }
            first = false;
        }
        if (chosen.isEmpty()) {
            throw new TlsException(setting, "\"" + text + "\" leaves no version of TLS");
        }
        return ALL.stream().filter(chosen::contains).toList();
    }

    private static List<String> named(String setting, String text, String name) throws TlsException {
        return switch (name) {
            case "all", "legacy" -> ALL;
            case "", "secure", "default" -> ALL.subList(2, 4);
            case "tlsv1.0" -> ALL.subList(0, 1);
            case "tlsv1" -> ALL;
            case "tlsv1.1" -> ALL.subList(1, 2);
            case "tlsv1.2" -> ALL.subList(2, 3);
            case "tlsv1.3" -> ALL.subList(3, 4);
            default ->
                throw new TlsException(
                        setting,
                        "invalid " + setting + ": " + text + ", accepted: tlsv1.0, tlsv1.1, tlsv1.2, tlsv1.3,"
                                + " all, secure, legacy, separated by commas");
        };
    }
}

package dev.pgweir.proxy.client;

import dev.pgweir.protocol.ProtocolException;
import dev.pgweir.protocol.SqlState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * What a client's startup packet asks for, sorted: settings for its sessions at PostgreSQL, and options of the protocol
 * that nobody here knows. The names {@code user}, {@code database} and {@code replication} are dealt with elsewhere.
 *
 * @param settings by name, with those of {@code options} among them
 * @param unknownOptions names that begin with {@code _pq_.}
 */
record StartupParameters(Map<String, String> settings, List<String> unknownOptions) {
    private static final Set<String> NO_SETTINGS = Set.of("user", "database", "replication");
    private static final String PROTOCOL_OPTION = "_pq_.";
    /** A parameter's name as PostgreSQL allows it, extensions' included; goes into a query in quotes all the same. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_$]*+(\\.[A-Za-z_][A-Za-z0-9_$]*+)*+");
    /** Two of PostgreSQL's longest identifiers and a dot. */
    private static final int MAX_NAME = 127;

    /**
     * Sorts them.
     *
     * @param ignored setting {@code ignore_startup_parameters}: names that are dropped, {@code options} among them
     * @throws ProtocolException with PgBouncer's texts for options that are not settings
     */
    static StartupParameters of(Map<String, String> parameters, List<String> ignored) {
        return of(parameters, ignored, name -> true);
    }

    /**
     * Sorts them, and refuses settings as PgBouncer does.
     *
     * @param followed which settings are taken if they are not ignored
     * @throws ProtocolException with PgBouncer's texts for what is not taken and for options that are not settings
     */
    static StartupParameters of(Map<String, String> parameters, List<String> ignored, Predicate<String> followed) {
        Map<String, String> settings = new LinkedHashMap<>();
        List<String> unknown = new ArrayList<>();
        parameters.forEach((name, value) -> {
            if (name.startsWith(PROTOCOL_OPTION)) {
                unknown.add(name);
            } else if (name.equals("options")) {
                readOptions(value, ignored, followed, settings);
            } else if (!NO_SETTINGS.contains(name) && !isIgnored(name, ignored)) {
                put(name, value, settings);
                if (!followed.test(name)) {
                    throw unsupported("unsupported startup parameter: " + name);
                }
            }
        });
        return new StartupParameters(settings, unknown);
    }

    private static ProtocolException unsupported(String message) {
        return new ProtocolException(SqlState.PROTOCOL_VIOLATION, message);
    }

    private static boolean isIgnored(String name, List<String> ignored) {
        return ignored.stream().anyMatch(name::equalsIgnoreCase);
    }

    private static void put(String name, String value, Map<String, String> settings) {
        if (name.length() > MAX_NAME || !NAME.matcher(name).matches()) {
            throw new ProtocolException(
                    SqlState.UNDEFINED_OBJECT, "unsupported startup parameter: the name is not one of a setting");
        }
        settings.put(name, value);
    }

    /** {@code -c name=value}, {@code -cname=value} and {@code --name=value}, with backslashes before blanks. */
    private static void readOptions(
            String text, List<String> ignored, Predicate<String> followed, Map<String, String> settings) {
        boolean anyIgnored = isIgnored("options", ignored);
        List<String> words = words(text);
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            String assignment;
            if (word.equals("-c") && i + 1 < words.size()) {
                assignment = words.get(++i);
            } else if (word.startsWith("-c") || word.startsWith("--")) {
                assignment = word.substring(2);
            } else {
                assignment = "";
            }
            int equals = assignment.indexOf('=');
            if (equals <= 0) {
                if (anyIgnored) {
                    continue;
                }
                throw new ProtocolException(
                        SqlState.FEATURE_NOT_SUPPORTED,
                        "unsupported options startup parameter: only '-c config=val' and '--config=val' are allowed");
            }
            // PostgreSQL takes a dash in the name for an underscore here.
            String name = assignment.substring(0, equals).replace('-', '_');
            boolean taken = followed.test(name);
            if (isIgnored(name, ignored) || (anyIgnored && !taken)) {
                continue;
            }
            put(name, assignment.substring(equals + 1), settings);
            if (!taken) {
                throw unsupported("unsupported startup parameter in options: " + name);
            }
        }
    }

    private static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean inWord = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isWhitespace(c)) {
                if (inWord) {
                    words.add(word.toString());
                    word.setLength(0);
                    inWord = false;
                }
            } else {
                boolean escapes = c == '\\' && i + 1 < text.length();
                word.append(escapes ? text.charAt(++i) : c);
                inWord = true;
            }
        }
        if (inWord) {
            words.add(word.toString());
        }
        return words;
    }
}

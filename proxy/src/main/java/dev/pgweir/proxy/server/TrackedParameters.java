package dev.pgweir.proxy.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The parameters that follow a client from server to server: those PostgreSQL reports by ParameterStatus and a client may
 * change. Immutable.
 */
public final class TrackedParameters {
    /** What PgBouncer follows, in its order; track_extra_parameters (IntervalStyle by default) come after them. */
    private static final List<String> ALWAYS =
            List.of("client_encoding", "DateStyle", "TimeZone", "standard_conforming_strings", "application_name");

    private final String[] names;

    /**
     * @param extra setting {@code track_extra_parameters}
     */
    public TrackedParameters(List<String> extra) {
        List<String> all = new ArrayList<>(ALWAYS);
        for (String name : extra) {
            if (all.stream().noneMatch(name::equalsIgnoreCase)) {
                all.add(name);
            }
        }
        names = all.toArray(String[]::new);
    }

    /** How many there are. */
    public int size() {
        return names.length;
    }

    /** The name as PostgreSQL spells it. */
    public String name(int index) {
        return names[index];
    }

    /** The index of a name, upper and lower case being the same; -1 if it is not followed. */
    public int indexOf(String name) {
        for (int i = 0; i < names.length; i++) {
            if (names[i].equalsIgnoreCase(name)) {
                return i;
            }
        }
        return -1;
    }

    /**
     * The spelling that PostgreSQL would report, where drivers look at it: they compare the reported client_encoding
     * with what they know.
     */
    static String canonical(String name, String value) {
        if (name.equals("client_encoding")) {
            String plain = value.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
            return plain.equals("utf8") || plain.equals("unicode") ? "UTF8" : value;
        }
        return value;
    }
}

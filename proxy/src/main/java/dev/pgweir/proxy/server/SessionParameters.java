package dev.pgweir.proxy.server;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The values that a client wants, or that a server has, of the {@link TrackedParameters}; and of parameters that nobody
 * reports, which a client asked for in its startup packet.
 *
 * <p>Those of a server are touched by whoever owns the server at the time, those of a client on the client's loop.
 */
public final class SessionParameters {
    private final TrackedParameters tracked;
    private final @Nullable String[] values;
    /** Null while empty, as it nearly always is. Sorted, so that two of them can be compared in one walk. */
    private @Nullable TreeMap<String, String> extra;

    public SessionParameters(TrackedParameters tracked) {
        this.tracked = tracked;
        this.values = new String[tracked.size()];
    }

    /** A value was reported. */
    public void reported(String name, String value) {
        int index = tracked.indexOf(name);
        if (index >= 0) {
            values[index] = value;
        }
    }

    /** A client asks for this value; a name without a report is kept aside. */
    public void request(String name, String value) {
        int index = tracked.indexOf(name);
        if (index >= 0) {
            values[index] = TrackedParameters.canonical(tracked.name(index), value);
        } else {
            putAside(name, value);
        }
    }

    private void putAside(String name, String value) {
        if (extra == null) {
            extra = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        }
        extra.put(name, value);
    }

    /** The value, or null if none is known. */
    public @Nullable String get(String name) {
        int index = tracked.indexOf(name);
        String value = index >= 0 ? values[index] : null;
        return value != null || extra == null ? value : extra.get(name);
    }

    /**
     * Takes over from {@code defaults} what has no value yet. What has none there is not reported by PostgreSQL, whatever
     * the configuration says, so that it cannot be followed: it is kept aside.
     *
     * @param defaults what was reported at a login
     */
    public void fillFrom(SessionParameters defaults) {
        for (int i = 0; i < values.length; i++) {
            String value = values[i];
            String reported = defaults.values[i];
            if (value == null) {
                values[i] = reported;
            } else if (reported == null) {
                putAside(tracked.name(i), value);
                values[i] = null;
            }
        }
    }

    /** Whether a client asked for parameters that nobody reports. */
    public boolean hasExtra() {
        return extra != null;
    }

    /** The session was reset: what was set without being reported is gone. */
    public void forgetExtra() {
        extra = null;
    }

    /** Whether a server with these values suits a client that wants {@code wanted}. The path of a transaction. */
    public boolean suits(SessionParameters wanted) {
        for (int i = 0; i < values.length; i++) {
            String want = wanted.values[i];
            if (want != null && !want.equals(values[i])) {
                return false;
            }
        }
        return (extra == null && wanted.extra == null) || nonNull(extra).equals(nonNull(wanted.extra));
    }

    /**
     * A query that makes a server with these values suit {@code wanted}. set_config takes a value as it is (SET would
     * take the list of a search_path for one name) and NULL for the default. It is quoted so that neither
     * standard_conforming_strings nor search_path can change what it means.
     */
    public String queryToSuit(SessionParameters wanted) {
        StringBuilder sql = new StringBuilder("SELECT ");
        for (int i = 0; i < values.length; i++) {
            String want = wanted.values[i];
            if (want != null && !want.equals(values[i])) {
                setting(sql, tracked.name(i), want);
            }
        }
        Map<String, String> have = nonNull(extra);
        Map<String, String> want = nonNull(wanted.extra);
        for (String name : have.keySet()) {
            if (!want.containsKey(name)) {
                setting(sql, name, null);
            }
        }
        want.forEach((name, value) -> {
            if (!value.equals(have.get(name))) {
                setting(sql, name, value);
            }
        });
        return sql.toString();
    }

    /**
     * The query has run on the server whose values these are: both sides have the same values now. Where PostgreSQL
     * reported another spelling of a value it is the client's from now on too, else the two would differ for ever.
     */
    public void nowSuit(SessionParameters wanted) {
        for (int i = 0; i < values.length; i++) {
            if (wanted.values[i] != null) {
                wanted.values[i] = values[i];
            }
        }
        extra = wanted.extra == null ? null : new TreeMap<>(wanted.extra);
    }

    private static void setting(StringBuilder sql, String name, @Nullable String value) {
        if (sql.charAt(sql.length() - 1) == ')') {
            sql.append(", ");
        }
        sql.append("pg_catalog.set_config(");
        quote(sql, name);
        sql.append(", ");
        if (value == null) {
            sql.append("NULL");
        } else {
            quote(sql, value);
        }
        sql.append(", false)");
    }

    private static void quote(StringBuilder sql, String text) {
        sql.append("E'");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\'' || c == '\\') {
                sql.append(c);
            }
            sql.append(c);
        }
        sql.append('\'');
    }

    private static Map<String, String> nonNull(@Nullable Map<String, String> map) {
        return map == null ? Map.of() : map;
    }
}

package dev.pgweir.proxy.server;

import dev.pgweir.proxy.prepare.sql.ReadingSettings;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The values that a client wants, or that a server has, of the {@link TrackedParameters}; and of parameters that nobody
 * reports, which a client asked for in its startup packet.
 *
 * <p>Those of a server are touched by whoever owns the server at the time, those of a client on the client's loop.
 */
public final class SessionParameters {
    /** Who the session is to PostgreSQL, in the order in which it can be told. */
    private static final List<String> WHO = List.of("session_authorization", "role");

    /** What one takes in memory without its letters, and in the query that sets it; rounded up. */
    private static final int EXTRA_OVERHEAD = 100;

    private final TrackedParameters tracked;
    private @Nullable String[] values;
    /** Another one has the same array, which is copied before it is changed: nearly no client ever changes its settings. */
    private boolean shared;
    /**
     * Null while empty, as it nearly always is. Never changed, only replaced: once a server has been made to suit a client
     * the two share one, and are compared by a glance.
     */
    private @Nullable TreeMap<String, String> extra;
    /** What {@link #readingSettings} said; null if something has changed since. */
    private @Nullable Object reading;

    /** PostgreSQL has taken the values of {@link #extra} before, or has made them itself. */
    private boolean proven = true;

    public SessionParameters(TrackedParameters tracked) {
        this.tracked = tracked;
        this.values = new String[tracked.size()];
    }

    private SessionParameters(SessionParameters of) {
        this.tracked = of.tracked;
        this.values = of.values;
        this.extra = of.extra;
        this.proven = of.proven;
        this.shared = true;
        of.shared = true;
    }

    private void set(int index, @Nullable String value) {
        if (Objects.equals(values[index], value)) {
            return;
        }
        if (shared) {
            values = values.clone();
            shared = false;
        }
        values[index] = value;
    }

    /** A value was reported. */
    public void reported(String name, String value) {
        int index = tracked.indexOf(name);
        if (index >= 0) {
            set(index, value);
            reading = null;
        }
    }

    /** A client asks for this value; a name without a report is kept aside. */
    public void request(String name, String value) {
        request(name, value, tracked.indexOf(name));
    }

    /** The same for many at once. */
    public void request(Map<String, String> wanted) {
        Map<String, String> silent = new LinkedHashMap<>();
        wanted.forEach((name, value) -> {
            int index = tracked.indexOf(name);
            if (index >= 0) {
                request(name, value, index);
            } else {
                silent.put(name, value);
            }
        });
        if (!silent.isEmpty()) {
            putExtra(silent);
            proven = false;
        }
    }

    private void request(String name, String value, int index) {
        if (index >= 0) {
            set(index, TrackedParameters.canonical(tracked.name(index), value));
            reading = null;
        } else {
            putExtra(Map.of(name, value));
            proven = false;
        }
    }

    private void putExtra(Map<String, @Nullable String> more) {
        TreeMap<String, String> changed = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        if (extra != null) {
            changed.putAll(extra);
        }
        more.forEach((name, value) -> {
            if (value == null) {
                changed.remove(name);
            } else {
                changed.put(name, value);
            }
        });
        extra = changed.isEmpty() ? null : changed;
        reading = null;
    }

    /**
     * The client has changed parameters that nobody reports, and PostgreSQL was asked for their values. Called for those of
     * the client and of the server.
     *
     * @param changes null for a value that is the default; those that are reported are left out
     */
    public void changed(Map<String, @Nullable String> changes) {
        Map<String, @Nullable String> silent = new HashMap<>(changes);
        silent.keySet().removeIf(this::isReported);
        if (!silent.isEmpty()) {
            putExtra(silent);
        }
    }

    /** The parameters with such names are followed by their reports alone. */
    public boolean isReported(String name) {
        int index = tracked.indexOf(name);
        return index >= 0 && values[index] != null;
    }

    /** Names of the parameters that nobody reports. */
    public Set<String> extraNames() {
        return extra == null ? Set.of() : Collections.unmodifiableSet(extra.keySet());
    }

    /** How many bytes their names and values have, about. */
    public long extraSize() {
        long size = 0;
        for (Map.Entry<String, String> entry : nonNull(extra).entrySet()) {
            size += entry.getKey().length() + entry.getValue().length() + EXTRA_OVERHEAD;
        }
        return size;
    }

    /** Both have the same extra ones from now on. */
    public void shareExtra(SessionParameters with) {
        extra = with.extra;
        reading = null;
    }

    /** A copy, for the time when the session is reset. */
    public SessionParameters copy() {
        return new SessionParameters(this);
    }

    /**
     * Takes values of {@code to}.
     *
     * @param names which; the empty name stands for all
     * @param onChange told of each reported parameter whose value is another one now
     */
    public void resetTo(SessionParameters to, Set<String> names, BiConsumer<String, String> onChange) {
        reading = null;
        boolean all = names.contains("");
        for (int i = 0; i < values.length; i++) {
            String value = to.values[i];
            if (value != null && !value.equals(values[i]) && (all || names.contains(tracked.name(i)))) {
                set(i, value);
                onChange.accept(tracked.name(i), value);
            }
        }
        if (all) {
            extra = to.extra;
            proven = to.proven;
        } else {
            Map<String, @Nullable String> changes = new HashMap<>();
            names.forEach(name -> changes.put(name, to.get(name)));
            changed(changes);
        }
    }

    /** What PostgreSQL reads the text of a statement by; for equals and hashCode. Made anew only if a value has changed. */
    public Object readingSettings() {
        Object known = reading;
        if (known == null) {
            List<@Nullable String> all = new ArrayList<>(ReadingSettings.NAMES.size());
            ReadingSettings.NAMES.forEach(name -> all.add(get(name)));
            known = all;
            reading = known;
        }
        return known;
    }

    /** The value, or null if none is known. */
    public @Nullable String get(String name) {
        int index = tracked.indexOf(name);
        String value = index >= 0 ? values[index] : null;
        return value != null || extra == null ? value : extra.get(name);
    }

    /**
     * Takes over from {@code defaults} what has no value yet. What has none there is not reported by PostgreSQL, whatever
     * the configuration says, so that it cannot be followed by its reports.
     *
     * @param defaults what was reported at a login
     */
    public void fillFrom(SessionParameters defaults) {
        reading = null;
        for (int i = 0; i < values.length; i++) {
            String value = values[i];
            String reported = defaults.values[i];
            if (value == null) {
                set(i, reported);
            } else if (reported == null) {
                set(i, null);
                request(tracked.name(i), value, -1);
            }
        }
    }

    /**
     * Whether the client wants something that PostgreSQL may refuse, so that its request must not run before that is
     * known. What it accepted once it accepts again, but for a role, which may be gone and must not be mistaken.
     */
    public boolean mayBeRefused() {
        return extra != null && (!proven || extra.containsKey("role") || extra.containsKey("session_authorization"));
    }

    /** The session was reset: what was set without being reported is gone. */
    public void forgetExtra() {
        extra = null;
        reading = null;
    }

    /** Whether a server with these values suits a client that wants {@code wanted}. The path of a transaction. */
    @SuppressWarnings("ReferenceEquality") // Spares the walk where both are the same one, as they nearly always are.
    public boolean suits(SessionParameters wanted) {
        for (int i = 0; i < values.length; i++) {
            String want = wanted.values[i];
            if (want != null && !want.equals(values[i])) {
                return false;
            }
        }
        return extra == wanted.extra || nonNull(extra).equals(nonNull(wanted.extra));
    }

    /**
     * A query that makes a server with these values suit {@code wanted}. set_config takes a value as it is (SET would
     * take the list of a search_path for one name) and NULL for the default. It is quoted so that neither
     * standard_conforming_strings nor search_path can change what it means.
     *
     * <p>What tells who the session is comes first when it is taken back, and last when it is made: others must not be
     * refused for it. A new authorization ends the role, so that comes behind it.
     */
    public String queryToSuit(SessionParameters wanted) {
        Query sql = new Query();
        changesToSuit(wanted, sql::set);
        return sql.text();
    }

    /**
     * What {@link #queryToSuit} does, as PgBouncer writes it to its log: {@code SET DateStyle='ISO';}, one behind the other.
     * Values of parameters that nobody reports are left out: programs keep tokens in settings of their own.
     */
    String describedToSuit(SessionParameters wanted) {
        StringBuilder text = new StringBuilder();
        changesToSuit(wanted, (name, value) -> {
            if (value == null) {
                text.append("RESET ").append(name).append(';');
            } else {
                String shown = tracked.indexOf(name) < 0 ? "..." : value.replace("'", "''");
                text.append("SET ").append(name).append("='").append(shown).append("';");
            }
        });
        return text.toString();
    }

    /**
     * Tells of each reported parameter that has a value here and another one there.
     *
     * @param what takes its name, the value here, and the value there
     */
    void differences(SessionParameters there, Difference what) {
        for (int i = 0; i < values.length; i++) {
            String own = values[i];
            String other = there.values[i];
            if (own != null && other != null && !own.equals(other)) {
                what.is(tracked.name(i), own, other);
            }
        }
    }

    /** See {@link #differences}. */
    interface Difference {
        void is(String name, String own, String other);
    }

    private interface Changes {
        /** @param value null for the default */
        void set(String name, @Nullable String value);
    }

    private void changesToSuit(SessionParameters wanted, Changes sql) {
        Map<String, String> have = nonNull(extra);
        Map<String, String> want = nonNull(wanted.extra);
        boolean otherExtra = !have.equals(want);
        if (otherExtra) {
            WHO.stream().filter(have::containsKey).forEach(name -> sql.set(name, null));
        }
        for (int i = 0; i < values.length; i++) {
            String value = wanted.values[i];
            if (value != null && !value.equals(values[i])) {
                if (tracked.name(i).equals("DateStyle") && value.indexOf(',') < 0) {
                    // Half of a date style leaves the other half as it is, which is another client's.
                    sql.set(tracked.name(i), null);
                }
                sql.set(tracked.name(i), value);
            }
        }
        for (String name : have.keySet()) {
            if (!want.containsKey(name) && !isWho(name)) {
                sql.set(name, null);
            }
        }
        want.forEach((name, value) -> {
            if (!value.equals(have.get(name)) && !isWho(name)) {
                sql.set(name, value);
            }
        });
        if (otherExtra) {
            WHO.stream().filter(want::containsKey).forEach(name -> sql.set(name, want.get(name)));
        }
    }

    /**
     * PostgreSQL has another spelling of the values that the client wanted first. Called before {@link #nowSuit}.
     *
     * @param wanted what was asked for
     * @param server what was reported then
     */
    public void respell(SessionParameters wanted, SessionParameters server) {
        reading = null;
        for (int i = 0; i < values.length; i++) {
            if (values[i] != null && values[i].equals(wanted.values[i])) {
                set(i, server.values[i]);
            }
        }
    }

    /**
     * The query has run on the server whose values these are: both sides have the same values now. Where PostgreSQL
     * reported another spelling of a value it is the client's from now on too, else the two would differ for ever.
     */
    public void nowSuit(SessionParameters wanted) {
        reading = null;
        wanted.reading = null;
        for (int i = 0; i < values.length; i++) {
            if (wanted.values[i] != null) {
                wanted.set(i, values[i]);
            }
        }
        extra = wanted.extra;
        wanted.proven = true;
    }

    private static boolean isWho(String name) {
        return WHO.stream().anyMatch(name::equalsIgnoreCase);
    }

    /** Calls of set_config. */
    private static final class Query {
        /** PostgreSQL has at most 1664 columns in a result, and a client may have more settings. */
        private static final int MOST_COLUMNS = 1000;

        private final StringBuilder sql = new StringBuilder("SELECT ");
        private int columns;

        void set(String name, @Nullable String value) {
            if (columns > 0) {
                sql.append(columns % MOST_COLUMNS == 0 ? "; SELECT " : ", ");
            }
            columns++;
            sql.append("pg_catalog.set_config(");
            SqlLiteral.append(sql, name);
            sql.append(", ");
            if (value == null) {
                sql.append("NULL");
            } else {
                SqlLiteral.append(sql, value);
            }
            sql.append(", false)");
        }

        String text() {
            return sql.toString();
        }
    }

    private static Map<String, String> nonNull(@Nullable Map<String, String> map) {
        return map == null ? Map.of() : map;
    }
}

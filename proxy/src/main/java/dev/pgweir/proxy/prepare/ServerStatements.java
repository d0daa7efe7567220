package dev.pgweir.proxy.prepare;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one server is believed to have prepared. Touched by whoever owns the server at the time, as its parameters are.
 *
 * <p>Believed: a function may deallocate what it likes. So a statement is closed before it is prepared, which does no harm
 * where there is none, and an error that says otherwise is repaired.
 */
public final class ServerStatements {
    /** A statement on this server; absent ones are kept only while an answer may bring them back. */
    static final class Place extends Pending {
        private boolean present;
        /** {@link #doubts} when it was prepared. */
        private long trustedAt;
    }

    /** In the order of their last use. */
    private final LinkedHashMap<PreparedStatement, Place> places = new LinkedHashMap<>(16, 0.75f, true);

    private int present;
    /** How many of these wait for no answer. */
    private int settled;
    /** How often somebody had the server of whom it is not known what he did to its statements. */
    private long doubts;

    /**
     * Whose unnamed statement it has, and which of his; null if it is not known. Not the client's book itself, which would
     * be kept after the client has left.
     */
    private @Nullable Object unnamedOwner;

    private long unnamedVersion;
    private final Pending unnamed = new Place();

    /** How many are prepared. */
    public int size() {
        return present;
    }

    /** Whether it has the statement, which counts as a use. */
    public boolean has(PreparedStatement statement) {
        Place place = places.get(statement);
        return place != null && place.present && place.trustedAt == doubts;
    }

    /** Whether that depends on the answers to an earlier group. */
    public boolean isOpenBefore(PreparedStatement statement, long group) {
        Place place = places.get(statement);
        return place != null && place.isOpenBefore(group);
    }

    /**
     * The statements to be closed so that one more does not exceed the limit: the least recently used ones.
     *
     * @param limit at least 1
     * @param but are about to be prepared, or needed by the same message
     */
    public List<PreparedStatement> surplus(int limit, Set<PreparedStatement> but) {
        if (present < limit) {
            return List.of();
        }
        int free = settled;
        for (PreparedStatement needed : but) {
            Place place = places.get(needed);
            free -= place != null && place.present && place.isSettled() ? 1 : 0;
        }
        List<PreparedStatement> eldest = new ArrayList<>();
        // Not in search of more than there are, past all that are still unanswered.
        int over = Math.min(present - limit + 1, free);
        for (Map.Entry<PreparedStatement, Place> entry : places.entrySet()) {
            if (eldest.size() >= over) {
                break;
            }
            // Of one that waits for an answer nobody knows yet whether there is anything to close.
            if (entry.getValue().present && entry.getValue().isSettled() && !but.contains(entry.getKey())) {
                eldest.add(entry.getKey());
            }
        }
        return eldest;
    }

    /** The statement is being prepared here. */
    public Effect preparing(PreparedStatement statement, long group) {
        return change(statement, true, group);
    }

    /** The statement is being closed here. */
    public Effect closing(PreparedStatement statement, long group) {
        return change(statement, false, group);
    }

    private Effect change(PreparedStatement statement, boolean to, long group) {
        Place place = places.computeIfAbsent(statement, s -> new Place());
        boolean before = place.present;
        long trustedBefore = place.trustedAt;
        place.trustedAt = doubts;
        count(place, -1);
        set(place, to);
        place.sent(group);
        count(place, 1);
        return new Effect() {
            @Override
            public void done() {
                settle(place.present);
            }

            @Override
            public void failed() {
                // Nothing but preparing fails, and it is closed before.
                settle(false);
            }

            @Override
            public void skipped() {
                place.trustedAt = trustedBefore;
                settle(before);
            }

            private void settle(boolean to) {
                count(place, -1);
                set(place, to);
                place.settled();
                count(place, 1);
                if (!place.present && place.isSettled()) {
                    places.remove(statement, place);
                }
            }
        };
    }

    private void count(Place place, int by) {
        settled += place.present && place.isSettled() ? by : 0;
    }

    private void set(Place place, boolean to) {
        if (place.present != to) {
            place.present = to;
            present += to ? 1 : -1;
        }
    }

    /** PostgreSQL says that it does not have the statement, or not as it is needed. */
    public void lost(PreparedStatement statement) {
        Place place = places.get(statement);
        if (place != null) {
            count(place, -1);
            set(place, false);
            if (place.isSettled()) {
                places.remove(statement);
            }
        }
    }

    /**
     * Somebody gets the server of whom it will not be known what he does to its statements. It is taken to have none of them, so
     * that what is needed is prepared anew; but they still count, so that what is not needed is closed in its turn.
     */
    public void doubt() {
        doubts++;
    }

    /** All but the unnamed one are deallocated, as far as anybody knows. */
    public void clear() {
        places.values().forEach(place -> set(place, false));
        settled = 0;
        places.values().removeIf(Pending::isSettled);
    }

    /** Whether an answer to a group before this one may change what it has. */
    public boolean isOpenBefore(long group) {
        return places.values().stream().anyMatch(place -> place.isOpenBefore(group));
    }

    /** What it has. */
    public List<PreparedStatement> all() {
        if (present == 0) {
            return List.of();
        }
        return places.entrySet().stream()
                .filter(entry -> entry.getValue().present)
                .map(Map.Entry::getKey)
                .toList();
    }

    // ---- the unnamed statement ----

    /** Whether its unnamed statement is this client's present one. */
    @SuppressWarnings("ReferenceEquality") // The mark of a client is an object that equals only itself.
    public boolean hasUnnamed(ClientStatements client, long version) {
        return unnamedOwner == client.identity() && unnamedVersion == version;
    }

    /** Whether that depends on the answers to an earlier group. */
    public boolean isUnnamedOpenBefore(long group) {
        return unnamed.isOpenBefore(group);
    }

    /** A client's unnamed statement is being parsed here. */
    void parsingUnnamed(ClientStatements client, long version, long group) {
        unnamedOwner = client.identity();
        unnamedVersion = version;
        unnamed.sent(group);
    }

    /** It is being closed here. */
    void closingUnnamed(long group) {
        unnamedOwner = null;
        unnamed.sent(group);
    }

    /** It was parsed, or closed, or not. */
    void unnamedSettled() {
        unnamed.settled();
    }

    /** It does not have this one after all. */
    void lostUnnamed(ClientStatements client, long version) {
        if (hasUnnamed(client, version)) {
            forgetUnnamed();
        }
    }

    /** It has none, or nobody knows which: it is parsed again when somebody needs it. */
    public void forgetUnnamed() {
        unnamedOwner = null;
    }
}

package dev.pgweir.proxy.link;

import dev.pgweir.protocol.ProtocolException;
import dev.pgweir.protocol.Severity;
import dev.pgweir.protocol.SqlState;
import dev.pgweir.protocol.message.backend.DataRow;
import dev.pgweir.protocol.message.backend.ErrorResponse;
import dev.pgweir.protocol.message.backend.ParameterStatus;
import dev.pgweir.proxy.prepare.Effect;
import dev.pgweir.proxy.prepare.Effects;
import dev.pgweir.proxy.server.SessionParameters;
import dev.pgweir.proxy.server.SettingsQuery;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a client's SET and RESET come to. Settings that PostgreSQL reports change with its reports. Of the others it is
 * noted that the client may have changed them, and when its transaction is over PostgreSQL is asked for their values. On
 * the client's loop.
 */
final class FollowedSettings {
    /**
     * How much a client may have set, by {@link SessionParameters#extraSize}. It is sent to each server that the client gets; some
     * hundred times what programs set.
     */
    static final int MAX_SIZE = 1024 * 1024;

    /** Letters of the names that a transaction may have changed. Beyond that all settings are asked for, as if it had said so. */
    private static final int MAX_TOUCHED = 256 * 1024;

    /** Of this one PostgreSQL tells no value that it would take. */
    private static final String SEED = "seed";

    private final SessionParameters wanted;
    /** What the client wanted at its login, which is what a reset brings back. */
    private final SessionParameters initial;
    /** Settings that the client may have changed since the server was bound; null for none. */
    private @Nullable Set<String> touched;

    private int touchedLetters;
    /** What has come of the question for them, while it is open. */
    private @Nullable List<DataRow> rows;
    /** Settings that the client has reset and not been told of; the empty name stands for all. Nearly always empty. */
    private Set<String> reset = Set.of();

    private boolean resetForGood;

    FollowedSettings(SessionParameters wanted) {
        this.wanted = wanted;
        this.initial = wanted.copy();
    }

    /** The server is another's. */
    void left() {
        touched = null;
        rows = null;
    }

    // ---- changes ----

    /** The client may have changed these settings; the empty name stands for any. */
    void touched(List<String> names) {
        for (String name : names) {
            if (!wanted.isReported(name)) {
                if (touched == null) {
                    touched = new LinkedHashSet<>();
                    touchedLetters = 0;
                }
                if (touched.add(name)) {
                    touchedLetters += name.length();
                }
                if (touchedLetters > MAX_TOUCHED) {
                    touched.clear();
                    touched.add("");
                    touchedLetters = 0;
                }
            }
        }
    }

    /** The question for what the client may have changed, or null if there is nothing to ask. It is open from then on. */
    @Nullable
    String question() {
        if (touched == null || rows != null) {
            return null;
        }
        if (touched.contains("")) {
            touched.addAll(wanted.extraNames());
            // These two PostgreSQL does not list, and RESET ALL leaves them.
            touched.add("role");
            touched.add("session_authorization");
        }
        rows = new ArrayList<>(touched.size());
        return SettingsQuery.of(touched);
    }

    /** Whether the question is open. */
    boolean isAsking() {
        return rows != null;
    }

    /** A row of the answer. */
    void onRow(DataRow row) {
        Objects.requireNonNull(rows).add(row);
    }

    /** The question was not answered: what the client has changed is not known. */
    void failed() {
        left();
    }

    /**
     * The question is answered.
     *
     * @param server what the server has; the client's own may differ from it now
     * @throws ProtocolException if it is no answer to the question
     */
    void onAnswer(SessionParameters server) {
        Set<String> gone = new HashSet<>(Objects.requireNonNull(touched));
        boolean all = gone.contains("");
        Map<String, @Nullable String> values = new HashMap<>();
        for (DataRow row : Objects.requireNonNull(rows)) {
            if (row.values().size() != 3 || row.values().get(0) == null) {
                throw ProtocolException.violation("a result that does not fit the question for settings");
            }
            String name = Objects.requireNonNull(row.values().get(0));
            String hex = row.values().get(1);
            String value = hex == null ? null : SettingsQuery.decoded(hex);
            boolean isDefault = "t".equals(row.values().get(2)) || (name.equals("role") && "none".equals(value));
            gone.remove(name);
            values.put(name, isDefault ? null : value);
        }
        gone.forEach(name -> values.put(name, null));
        have(server, values);
        if (all) {
            server.forgetExtra();
        }
        left();
    }

    /** What is wrong with the client's settings, so that they cannot be followed; null if nothing is. */
    @Nullable
    ErrorResponse excess() {
        long size = wanted.extraSize();
        return size <= MAX_SIZE
                ? null
                : ErrorResponse.of(
                        Severity.ERROR,
                        SqlState.PROGRAM_LIMIT_EXCEEDED,
                        "too many settings: what a client has set may have " + MAX_SIZE + " bytes, and this has "
                                + size);
    }

    /** Null is the default, which to the client is what it wanted at its login. */
    private void have(SessionParameters server, Map<String, @Nullable String> values) {
        values.keySet().removeIf(name -> wanted.isReported(name) || name.equalsIgnoreCase(SEED));
        server.changed(values);
        values.replaceAll((name, value) -> value == null ? initial.get(name) : value);
        wanted.changed(values);
    }

    /** The server has been made to suit the client, and has reported how it spells the values. */
    void onSuited(SessionParameters server) {
        initial.respell(wanted, server);
        server.nowSuit(wanted);
    }

    // ---- resets ----

    /**
     * The client has reset settings: they are what they were at its login, and on the server what they are there.
     *
     * @param names compared without regard to case; the empty name stands for all
     * @param forGood whether PostgreSQL has committed it already, which it does with DISCARD ALL
     * @param server what the bound server has; null if there is none
     */
    void wasReset(Set<String> names, boolean forGood, @Nullable SessionParameters server) {
        reset = names;
        resetForGood = forGood;
        if (server == null) {
            return;
        }
        if (names.contains("")) {
            server.forgetExtra();
        } else {
            Map<String, @Nullable String> defaults = new HashMap<>();
            names.forEach(name -> defaults.put(name, null));
            server.changed(defaults);
        }
    }

    /**
     * Behind a reset, and before the client is told of it, these are changed: what PostgreSQL will report of them is the client's.
     * If that may be any of those that were reset, none is told: the reports alone count then.
     */
    void changedSinceReset(List<String> names) {
        if (!hasReset()) {
            return;
        }
        if (names.contains("") || (reset.contains("") && names.stream().anyMatch(wanted::isReported))) {
            reset = Set.of();
        } else if (!reset.contains("")) {
            Set<String> left = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
            left.addAll(reset);
            names.forEach(left::remove);
            reset = left;
        }
    }

    /** It takes back what was reset before it in the same transaction. */
    void onError() {
        if (!resetForGood) {
            reset = Set.of();
        }
    }

    /** Whether the client has to be told of a reset. */
    boolean hasReset() {
        return !reset.isEmpty();
    }

    /**
     * After {@link #wasReset}, before ReadyForQuery: the client is told what its settings are now. What the server reports
     * is the server's own.
     */
    void tellReset(ByteBuf out) {
        if (hasReset()) {
            wanted.resetTo(initial, reset, (name, value) -> new ParameterStatus(name, value).encode(out));
            reset = Set.of();
        }
    }

    /**
     * Whether the value that the server reports now is that of a reset, which is not the client's.
     *
     * @param of what the message that is being answered does
     */
    boolean isOfReset(String name, @Nullable Effect of) {
        Set<String> names = reset;
        if (names.isEmpty() && of instanceof Effects effects) {
            names = effects.resets();
        }
        return !names.isEmpty() && (names.contains("") || names.contains(name));
    }
}

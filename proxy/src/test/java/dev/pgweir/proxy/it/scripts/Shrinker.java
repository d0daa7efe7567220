package dev.pgweir.proxy.it.scripts;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Leaves out what a difference does not need: clients, turns, messages. Keeps what still shows a difference, whichever it
 * is, and ends when nothing can be left out or time is up.
 */
final class Shrinker {

    /** Gives the difference that scripts show, or null. */
    interface Trial {
        @Nullable
        Difference run(List<Script> scripts) throws IOException;
    }

    /** Clients that run at once do not always meet as they did. */
    private static final int TRIALS = 3;

    private final Trial trial;
    private final long deadline;
    private List<Script> scripts;
    private @Nullable Difference difference;

    Shrinker(List<Script> scripts, Trial trial, long budgetNanos) {
        this.scripts = scripts;
        this.trial = trial;
        this.deadline = System.nanoTime() + budgetNanos;
    }

    /** Gives null if the scripts show no difference now. */
    @Nullable
    Difference shrink() throws IOException {
        for (int i = 0; i < TRIALS && difference == null && inTime(); i++) {
            difference = trial.run(scripts);
        }
        if (difference == null) {
            return null;
        }
        for (int i = 0; i < scripts.size(); i++) {
            attempt(i, scripts.get(i).withTurns(List.of()));
        }
        boolean shrunk = true;
        while (shrunk && inTime()) {
            shrunk = false;
            for (int i = 0; i < scripts.size(); i++) {
                shrunk |= dropTurns(i);
                shrunk |= dropSteps(i);
                shrunk |= dropStartup(i);
            }
        }
        return difference;
    }

    private boolean dropTurns(int client) throws IOException {
        boolean shrunk = false;
        for (int size = Math.max(1, scripts.get(client).turns().size() / 2); size >= 1; size /= 2) {
            for (int from = scripts.get(client).turns().size() - size; from >= 0; from -= size) {
                Script script = scripts.get(client);
                shrunk |= attempt(client, script.withTurns(without(script.turns(), from, from + size)));
            }
        }
        return shrunk;
    }

    private boolean dropSteps(int client) throws IOException {
        boolean shrunk = false;
        for (int t = scripts.get(client).turns().size() - 1; t >= 0; t--) {
            for (int s = scripts.get(client).turns().get(t).steps().size() - 1; s >= 0; s--) {
                Script script = scripts.get(client);
                Turn turn = script.turns().get(t);
                List<Turn> turns = new ArrayList<>(script.turns());
                turns.set(t, new Turn(without(turn.steps(), s, s + 1), turn.piecemeal()));
                shrunk |= attempt(client, script.withTurns(turns));
            }
        }
        return shrunk;
    }

    private boolean dropStartup(int client) throws IOException {
        Script script = scripts.get(client);
        return !script.startup().isEmpty() && attempt(client, new Script(List.of(), script.turns()));
    }

    private boolean attempt(int client, Script shorter) throws IOException {
        if (!inTime() || !shorter.isSafe() || scripts.get(client).equals(shorter)) {
            return false;
        }
        List<Script> shorterOnes = new ArrayList<>(scripts);
        shorterOnes.set(client, shorter);
        Difference found = trial.run(shorterOnes);
        if (found == null) {
            return false;
        }
        scripts = shorterOnes;
        difference = found;
        return true;
    }

    private boolean inTime() {
        return System.nanoTime() < deadline;
    }

    private static <T> List<T> without(List<T> all, int from, int to) {
        List<T> rest = new ArrayList<>(all);
        rest.subList(Math.max(0, from), Math.min(to, rest.size())).clear();
        return rest;
    }
}

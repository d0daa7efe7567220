package dev.pgweir.proxy.authquery;

import dev.pgweir.proxy.auth.SourceNetwork;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Lets few questions at a time go to PostgreSQL; the others wait here, where they hold no place in a pool. Whoever
 * invents names can bring about as many questions as he opens connections: without this they would open all the servers
 * of a pool and stand in its queue before everybody else.
 *
 * <p>Questions about users who have been found before go first and are never refused: nobody can invent those. The others
 * take turns by the network they come from, and are refused where too many wait. For any thread; the lock is held for
 * single operations on maps, and nothing is run under it.
 */
final class Turns {
    /** A question takes a round trip, so four of them answer hundreds to thousands of logins a second. */
    static final int AT_ONCE = 4;

    /** Questions about unknown users that wait, all together: some megabytes, and seconds of waiting. */
    static final int MOST_WAITING = 8_192;

    /** Of them from one network: a load balancer that does not tell whom it speaks for is one. */
    static final int MOST_OF_NETWORK = 2_048;

    /**
     * Where questions go.
     *
     * @param database as the configuration has it; all that {@code *} stands for are one
     */
    record Lane(String database, String authUser) {}

    private final Object lock = new Object();
    private final Map<Lane, Line> lines = new HashMap<>();
    private final Map<SourceNetwork, Integer> byNetwork = new HashMap<>();
    private int strangers;

    /** What waits for one lane. Exists while there is something in it. Guarded by the lock. */
    private static final class Line {
        final LinkedHashSet<Turn> known = new LinkedHashSet<>();
        /** By the network, the one whose turn it is first. */
        final LinkedHashMap<SourceNetwork, LinkedHashSet<Turn>> strangers = new LinkedHashMap<>();

        int atOnce = 1;
        int running;
        /** A thread is at it: whoever changes something leaves the rest to it, or the stack would grow with the line. */
        boolean served;
    }

    private enum State {
        WAITING,
        RUNNING,
        OVER
    }

    /** One question's place. */
    final class Turn {
        private final Lane lane;
        private final @Nullable SourceNetwork network;
        private final Consumer<Turn> begin;
        private State state = State.WAITING;

        private Turn(Lane lane, @Nullable SourceNetwork network, Consumer<Turn> begin) {
            this.lane = lane;
            this.network = network;
            this.begin = begin;
        }

        /** Nobody wants the answer any more; does nothing once it runs. */
        void withdraw() {
            synchronized (lock) {
                Line line = lines.get(lane);
                if (state == State.WAITING && line != null) {
                    state = State.OVER;
                    remove(line);
                    tidy(lane, line);
                }
            }
        }

        /** The answer is there: somebody else's turn. */
        void over() {
            synchronized (lock) {
                Line line = lines.get(lane);
                if (state != State.RUNNING || line == null) {
                    return;
                }
                state = State.OVER;
                line.running--;
                tidy(lane, line);
            }
            serve(lane);
        }

        private void remove(Line line) {
            if (network == null) {
                line.known.remove(this);
                return;
            }
            LinkedHashSet<Turn> same = line.strangers.get(network);
            if (same != null && same.remove(this) && same.isEmpty()) {
                line.strangers.remove(network);
            }
            byNetwork.computeIfPresent(network, (n, count) -> count == 1 ? null : count - 1);
            strangers--;
        }
    }

    /**
     * Takes a place. Nothing is begun before {@link #serve}.
     *
     * @param atOnce how many may run in that lane, {@value #AT_ONCE} at most
     * @param network where the question comes from; null if it is about a user who has been found before
     * @param begin called once at most, on any thread; must not throw, and sees to it that the turn is {@linkplain
     *     Turn#over over} some time
     * @return null if too many wait
     */
    @Nullable
    Turn take(Lane lane, int atOnce, @Nullable SourceNetwork network, Consumer<Turn> begin) {
        Turn turn = new Turn(lane, network, begin);
        synchronized (lock) {
            if (network != null) {
                if (strangers >= MOST_WAITING || byNetwork.getOrDefault(network, 0) >= MOST_OF_NETWORK) {
                    return null;
                }
                strangers++;
                byNetwork.merge(network, 1, Integer::sum);
            }
            Line line = lines.computeIfAbsent(lane, l -> new Line());
            line.atOnce = Math.max(1, Math.min(AT_ONCE, atOnce));
            if (network == null) {
                line.known.add(turn);
            } else {
                line.strangers
                        .computeIfAbsent(network, n -> new LinkedHashSet<>())
                        .add(turn);
            }
        }
        return turn;
    }

    /** Begins what may begin in a lane. */
    void serve(Lane lane) {
        synchronized (lock) {
            Line line = lines.get(lane);
            if (line == null || line.served) {
                return;
            }
            line.served = true;
        }
        Turn next;
        while ((next = next(lane)) != null) {
            next.begin.accept(next);
        }
    }

    /** The next one that may begin; if there is none, the thread is not at it any more. */
    private @Nullable Turn next(Lane lane) {
        synchronized (lock) {
            Line line = lines.get(lane);
            if (line == null) {
                return null;
            }
            Turn next = line.running < line.atOnce ? head(line) : null;
            if (next == null) {
                line.served = false;
                tidy(lane, line);
                return null;
            }
            next.state = State.RUNNING;
            line.running++;
            next.remove(line);
            return next;
        }
    }

    /** Forgets a line in which there is nothing any more. Under the lock. */
    private void tidy(Lane lane, Line line) {
        if (line.running == 0 && !line.served && line.known.isEmpty() && line.strangers.isEmpty()) {
            lines.remove(lane);
        }
    }

    private static @Nullable Turn head(Line line) {
        if (!line.known.isEmpty()) {
            return line.known.iterator().next();
        }
        Iterator<Map.Entry<SourceNetwork, LinkedHashSet<Turn>>> networks =
                line.strangers.entrySet().iterator();
        if (!networks.hasNext()) {
            return null;
        }
        Map.Entry<SourceNetwork, LinkedHashSet<Turn>> first = networks.next();
        SourceNetwork network = first.getKey();
        LinkedHashSet<Turn> same = first.getValue();
        // The others of that network are last now.
        networks.remove();
        line.strangers.put(network, same);
        return same.iterator().next();
    }

    /** How many wait. */
    int waiting() {
        synchronized (lock) {
            return strangers
                    + lines.values().stream()
                            .mapToInt(line -> line.known.size())
                            .sum();
        }
    }

    /** How many run. */
    int running() {
        synchronized (lock) {
            return lines.values().stream().mapToInt(line -> line.running).sum();
        }
    }
}

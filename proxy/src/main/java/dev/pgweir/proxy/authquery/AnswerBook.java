package dev.pgweir.proxy.authquery;

import dev.pgweir.proxy.auth.CredentialLookup.Answer;
import dev.pgweir.proxy.auth.CredentialLookup.Asked;
import dev.pgweir.proxy.auth.SourceNetwork;
import dev.pgweir.proxy.log.RateLimitedLog;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is being asked, and what was answered lately. Equal questions share one flight, and wait for their turn together.
 *
 * <p>For any thread; the lock is held for single operations on maps.
 */
final class AnswerBook {
    private static final Logger LOG = LoggerFactory.getLogger(AnswerBook.class);

    private final LongSupplier clock;

    /** Guards what follows, and what is in it. */
    private final Object lock = new Object();

    private final Map<Question, Shared> running = new HashMap<>();
    private final Memory memory = new Memory();

    private final Turns turns = new Turns();
    private final RateLimitedLog full = new RateLimitedLog(1, Duration.ofMinutes(1));

    /** A flight and how many wait for it. */
    private static final class Shared {
        final CompletableFuture<Answer> answer = new CompletableFuture<>();
        final boolean anew;

        @Nullable
        Flight flight;

        Turns.@Nullable Turn turn;

        int waiting;

        Shared(boolean anew) {
            this.anew = anew;
        }
    }

    AnswerBook(LongSupplier clock) {
        this.clock = clock;
    }

    void clear() {
        synchronized (lock) {
            memory.clear();
        }
    }

    /** The next one asks PostgreSQL, unless somebody has brought that about a moment ago. */
    void forget(Question question) {
        synchronized (lock) {
            memory.forget(question, clock.getAsLong());
        }
    }

    /**
     * How a question gets to PostgreSQL.
     *
     * @param from where the client comes from
     * @param lane where it waits for its turn
     * @param atOnce how many may run there
     * @param flight makes the flight when it is its turn; null where there is nowhere to go any more
     */
    record Road(SourceNetwork from, Turns.Lane lane, int atOnce, Supplier<@Nullable Flight> flight) {}

    /**
     * Asks.
     *
     * @param ttl how long an answer counts; zero: not at all
     * @param roads how it is asked, if nothing is remembered and nobody asks already
     */
    Asked ask(Question question, boolean anew, Duration ttl, Supplier<Road> roads) {
        Shared shared;
        boolean stranger;
        synchronized (lock) {
            Answer remembered = memory.answer(question, anew, clock.getAsLong());
            if (remembered != null) {
                return new Ticket(question, null, remembered);
            }
            Shared under = running.get(question);
            shared = under == null ? new Shared(anew) : under;
            shared.waiting++;
            if (under != null) {
                return new Ticket(question, shared, null);
            }
            running.put(question, shared);
            stranger = !memory.wasFound(question);
        }
        try {
            queue(question, shared, ttl, roads.get(), stranger);
        } catch (RuntimeException e) {
            // Else everybody who asks the same would wait for it.
            finish(question, shared, new Answer.Unknown(false));
            throw e;
        }
        return new Ticket(question, shared, null);
    }

    private void queue(Question question, Shared shared, Duration ttl, Road road, boolean stranger) {
        Turns.Turn turn = turns.take(
                road.lane(),
                road.atOnce(),
                stranger ? road.from() : null,
                mine -> begin(question, shared, ttl, road.flight(), mine));
        if (turn == null) {
            String line = full.admit(
                    "",
                    "auth_query: " + turns.waiting() + " questions wait, most of them about users who were never found;"
                            + " logins of more such users are refused",
                    System.nanoTime());
            if (line != null) {
                LOG.warn("{}", line);
            }
            finish(
                    question,
                    shared,
                    new Answer.Failed(
                            "53300",
                            "too many logins at the same time, try again",
                            "too many logins of unknown users wait for auth_query"));
            return;
        }
        synchronized (lock) {
            shared.turn = turn;
        }
        turns.serve(road.lane());
    }

    /** How many questions wait for their turn. */
    int waiting() {
        return turns.waiting();
    }

    /** Must not throw: whoever has brought the turn about has another question. */
    private void begin(
            Question question, Shared shared, Duration ttl, Supplier<@Nullable Flight> flights, Turns.Turn turn) {
        boolean begun = false;
        try {
            begun = isWanted(shared) && fly(question, shared, ttl, flights.get(), turn);
        } catch (RuntimeException e) {
            LOG.error("a question of auth_query could not be begun: a fault of PgWeir", e);
        }
        if (!begun) {
            finish(question, shared, new Answer.Unknown(false));
            turn.over();
        }
    }

    private boolean fly(Question question, Shared shared, Duration ttl, @Nullable Flight flight, Turns.Turn turn) {
        if (flight == null) {
            return false;
        }
        flight.result().thenAccept(result -> {
            try {
                landed(question, shared, ttl, result);
            } finally {
                turn.over();
            }
        });
        synchronized (lock) {
            shared.flight = flight;
        }
        flight.start();
        if (!isWanted(shared)) {
            // They left before they could tell the flight.
            flight.leave();
        }
        return true;
    }

    private boolean isWanted(Shared shared) {
        synchronized (lock) {
            return shared.waiting > 0;
        }
    }

    private void finish(Question question, Shared shared, Answer answer) {
        synchronized (lock) {
            running.remove(question, shared);
        }
        shared.answer.complete(answer);
    }

    private void landed(Question question, Shared shared, Duration ttl, Flight.Result result) {
        Rows.Finding finding = result.finding();
        if (finding != null) {
            synchronized (lock) {
                memory.learn(question, finding, ttl.toNanos(), shared.anew, clock.getAsLong());
            }
        }
        finish(question, shared, result.failure() == null ? Memory.answer(finding, false) : result.failure());
    }

    /** One client's wait. */
    private final class Ticket implements Asked {
        private final Question question;
        private final @Nullable Shared shared;
        private final CompletableFuture<Answer> answer;

        Ticket(Question question, @Nullable Shared shared, @Nullable Answer known) {
            this.question = question;
            this.shared = shared;
            this.answer = shared == null ? CompletableFuture.completedFuture(known) : shared.answer;
        }

        @Override
        public CompletableFuture<Answer> answer() {
            return answer;
        }

        @Override
        public void leave() {
            Flight deserted = null;
            Turns.Turn unused = null;
            synchronized (lock) {
                if (shared != null && --shared.waiting == 0) {
                    // Whoever comes now needs one that arrives.
                    running.remove(question, shared);
                    deserted = shared.flight;
                    unused = shared.turn;
                }
            }
            if (deserted != null) {
                deserted.leave();
            } else if (unused != null) {
                unused.withdraw();
            }
        }
    }
}

package dev.pgweir.proxy.authquery;

import dev.pgweir.proxy.auth.CredentialLookup.Answer;
import dev.pgweir.proxy.auth.CredentialLookup.Asked;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What was answered lately, and what is being asked. Equal questions share one flight; answers are remembered for a time
 * that varies, so that those of a storm do not all end at once, and never longer than the secret is valid. That somebody
 * does not exist is remembered for a second at most.
 *
 * <p>For any thread; the lock is held for single operations on maps.
 */
final class AnswerBook {
    /** Some megabytes, and more users than log in within seconds; the least recently asked for goes first. */
    static final int MAX_REMEMBERED = 10_000;

    /** Answers about longer names are not remembered: PostgreSQL has none of that length, strangers would fill the memory. */
    static final int MAX_NAME = 255;

    /** How often failing logins make the server answer anew for one user: once in so many nanoseconds. */
    static final long REFRESH_GAP = 1_000_000_000L;

    private static final long MAX_NEGATIVE = 1_000_000_000L;

    /** The part of the time that is left to chance. */
    private static final double JITTER = 0.2;

    private final LongSupplier clock;

    /** Guards all maps, and what they hold. */
    private final Object lock = new Object();

    private final Map<Question, Shared> running = new HashMap<>();
    private final Map<Question, Entry> remembered = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Question, AnswerBook.Entry> eldest) {
            return size() > MAX_REMEMBERED;
        }
    };

    /** An answer with its end; how late it was refreshed because of a login that failed. */
    private record Entry(Answer answer, long ends, @Nullable Long refreshed) {}

    /** A flight and how many wait for it. */
    private static final class Shared {
        final CompletableFuture<Answer> answer = new CompletableFuture<>();
        final boolean anew;

        @Nullable
        Flight flight;

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
            remembered.clear();
        }
    }

    /** The next one asks PostgreSQL, unless somebody has brought that about a moment ago. */
    void forget(Question question) {
        synchronized (lock) {
            Entry entry = remembered.get(question);
            long now = clock.getAsLong();
            if (entry != null && mayRefresh(entry, now)) {
                remembered.put(question, new Entry(entry.answer(), now, now));
            }
        }
    }

    /**
     * Asks.
     *
     * @param ttl how long an answer counts; zero: not at all
     * @param flights makes the flight if one is needed; null where there is nowhere to go any more
     */
    Asked ask(Question question, boolean anew, Duration ttl, Supplier<@Nullable Flight> flights) {
        Shared shared;
        boolean first;
        synchronized (lock) {
            Entry entry = remembered.get(question);
            long now = clock.getAsLong();
            if (entry != null && entry.ends() - now > 0 && !(anew && mayRefresh(entry, now))) {
                return new Ticket(question, null, entry.answer());
            }
            Shared under = running.get(question);
            first = under == null;
            shared = under == null ? new Shared(anew) : under;
            shared.waiting++;
            if (first) {
                running.put(question, shared);
            }
        }
        if (first) {
            try {
                start(question, shared, ttl, flights.get());
            } catch (RuntimeException e) {
                // Else everybody who asks the same would wait for it.
                fail(question, shared);
                throw e;
            }
        }
        return new Ticket(question, shared, null);
    }

    private static boolean mayRefresh(Entry entry, long now) {
        return entry.refreshed() == null || now - entry.refreshed() >= REFRESH_GAP;
    }

    private void start(Question question, Shared shared, Duration ttl, @Nullable Flight flight) {
        if (flight == null) {
            fail(question, shared);
            return;
        }
        synchronized (lock) {
            shared.flight = flight;
        }
        flight.result().thenAccept(result -> landed(question, shared, ttl, result));
        flight.start();
    }

    private void fail(Question question, Shared shared) {
        synchronized (lock) {
            running.remove(question, shared);
        }
        shared.answer.complete(new Answer.Unknown(false));
    }

    private void landed(Question question, Shared shared, Duration ttl, Flight.Result result) {
        Answer answer = answer(result, false);
        synchronized (lock) {
            running.remove(question, shared);
            Rows.Finding finding = result.finding();
            if (finding != null && !ttl.isZero() && isShort(question)) {
                long now = clock.getAsLong();
                Entry before = remembered.get(question);
                Long refreshed = shared.anew ? Long.valueOf(now) : before == null ? null : before.refreshed();
                remembered.put(
                        question, new Entry(answer(result, true), now + lifetime(finding, ttl.toNanos()), refreshed));
            }
        }
        shared.answer.complete(answer);
    }

    private static boolean isShort(Question question) {
        return question.user().length() <= MAX_NAME && question.database().length() <= MAX_NAME;
    }

    private static long lifetime(Rows.Finding finding, long ttl) {
        long most = finding.credential() == null ? Math.min(ttl, MAX_NEGATIVE) : ttl;
        long varied = (long) (most * (1 - JITTER * ThreadLocalRandom.current().nextDouble()));
        return Math.min(varied, finding.validNanos());
    }

    private static Answer answer(Flight.Result result, boolean remembered) {
        if (result.failure() != null) {
            return result.failure();
        }
        return result.finding() == null || result.finding().credential() == null
                ? new Answer.Unknown(remembered)
                : new Answer.Found(result.finding().credential(), remembered);
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
            synchronized (lock) {
                if (shared != null && --shared.waiting == 0) {
                    // Whoever comes now needs one that arrives.
                    running.remove(question, shared);
                    deserted = shared.flight;
                }
            }
            if (deserted != null) {
                deserted.leave();
            }
        }
    }
}

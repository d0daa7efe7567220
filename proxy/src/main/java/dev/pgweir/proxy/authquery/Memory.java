package dev.pgweir.proxy.authquery;

import dev.pgweir.proxy.auth.CredentialLookup.Answer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * What was answered lately. Answers are remembered for a time that varies, so that those of a storm do not all end at once,
 * and never longer than the secret is valid. That somebody does not exist is remembered for a second at most, and apart,
 * where invented names push nothing else out. Used under the book's lock.
 */
final class Memory {
    /** Of each kind: some megabytes, and more users than log in within seconds; the least recently asked for goes first. */
    static final int MOST = 10_000;

    /** Answers about longer names are not remembered: PostgreSQL has none of that length, strangers would fill the memory. */
    private static final int MAX_NAME = 255;

    /**
     * How often failing logins make the server answer anew for one user: once in so many nanoseconds, or whoever guesses
     * would bring about a question with each guess.
     */
    private static final long REFRESH_GAP = 1_000_000_000L;

    /** Who was just created wants to log in; a second is enough for a storm to share one answer. */
    private static final long MAX_NEGATIVE = 1_000_000_000L;

    /** The part of the time that is left to chance. */
    private static final double JITTER = 0.2;

    private final Map<Question, Entry> found = new Bounded<>();
    private final Map<Question, Entry> nobody = new Bounded<>();
    /** Users who were found some time, also where no answer is remembered. */
    private final Set<Question> known = Collections.newSetFromMap(new Bounded<>());

    /** An answer with its end; how late it was refreshed because of a login that failed. */
    private record Entry(Answer answer, long ends, @Nullable Long refreshed) {
        boolean mayRefresh(long now) {
            return refreshed == null || now - refreshed >= REFRESH_GAP;
        }
    }

    @SuppressWarnings("serial") // Nobody writes it anywhere.
    private static final class Bounded<T> extends LinkedHashMap<Question, T> {
        Bounded() {
            super(16, 0.75f, true);
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<Question, T> eldest) {
            return size() > MOST;
        }
    }

    /** Nothing counts any more; who has been found stays known. */
    void clear() {
        found.clear();
        nobody.clear();
    }

    /** The next one has to ask, unless somebody has brought that about a moment ago. */
    void forget(Question question, long now) {
        Entry entry = entry(question);
        if (entry != null && entry.mayRefresh(now)) {
            remember(question, new Entry(entry.answer(), now, now));
        }
    }

    /**
     * What is remembered and counts.
     *
     * @param anew whether that will not do, if it can be helped
     */
    @Nullable
    Answer answer(Question question, boolean anew, long now) {
        Entry entry = entry(question);
        return entry == null || entry.ends() - now <= 0 || (anew && entry.mayRefresh(now)) ? null : entry.answer();
    }

    /** Whether there was such a user some time: nobody can invent that. */
    boolean wasFound(Question question) {
        return known.contains(question);
    }

    /**
     * Remembers.
     *
     * @param ttl for how long, in nanoseconds; zero: not at all
     * @param anew whether it was asked although something was remembered
     */
    void learn(Question question, Rows.Finding finding, long ttl, boolean anew, long now) {
        if (question.user().length() > MAX_NAME || question.database().length() > MAX_NAME) {
            return;
        }
        if (finding.credential() != null) {
            known.add(question);
        }
        if (ttl > 0) {
            Entry before = entry(question);
            Long refreshed = anew ? Long.valueOf(now) : before == null ? null : before.refreshed();
            remember(question, new Entry(answer(finding, true), now + lifetime(finding, ttl), refreshed));
        }
    }

    /** A finding as an answer; null means nobody. */
    static Answer answer(Rows.@Nullable Finding finding, boolean remembered) {
        return finding == null || finding.credential() == null
                ? new Answer.Unknown(remembered)
                : new Answer.Found(finding.credential(), remembered);
    }

    private @Nullable Entry entry(Question question) {
        Entry entry = found.get(question);
        return entry == null ? nobody.get(question) : entry;
    }

    private void remember(Question question, Entry entry) {
        boolean exists = entry.answer() instanceof Answer.Found;
        (exists ? nobody : found).remove(question);
        (exists ? found : nobody).put(question, entry);
    }

    private static long lifetime(Rows.Finding finding, long ttl) {
        long most = finding.credential() == null ? Math.min(ttl, MAX_NEGATIVE) : ttl;
        long varied = (long) (most * (1 - JITTER * ThreadLocalRandom.current().nextDouble()));
        return Math.min(varied, finding.validNanos());
    }
}

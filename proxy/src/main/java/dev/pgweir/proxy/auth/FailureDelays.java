package dev.pgweir.proxy.auth;

import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code login_failure_delay}: who keeps failing to log in has to wait before the next attempt is heard. What waits is the
 * next attempt, not the answer to the last one, because who guesses does not stay to hear that the guess was wrong.
 *
 * <p>Counted are failures of one user from one address, and of all users from one address. A few are free, for people
 * mistype and programs try again; then attempts are let through one by one, at intervals that double up to {@value
 * #MAX_SECONDS} s. A login that succeeds, or a minute without a failure, ends it. For any thread.
 */
public final class FailureDelays {
    /** No attempt waits for longer: somebody else with the same address and name may know the password. */
    static final int MAX_SECONDS = 5;

    /** Failures of one user from one address without consequences. */
    static final int FREE_OF_USER = 3;

    /** The same for an address, behind which there may be a whole office. */
    static final int FREE_OF_ADDRESS = 30;

    /** Of a longer name the beginning counts: PostgreSQL's have 63 bytes at most, a stranger's would fill the memory. */
    static final int MAX_NAME = 63;

    /** Places in the table, some 300 bytes each; the one that failed longest ago goes first. */
    static final int MAX_ENTRIES = 10_000;

    private static final long MAX_NANOS = MAX_SECONDS * 1_000_000_000L;
    private static final long MEMORY_NANOS = 60_000_000_000L;

    private final LongSupplier clock;
    private final Map<Key, Entry> entries = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, FailureDelays.Entry> eldest) {
            return size() > MAX_ENTRIES;
        }
    };

    /** @param clock nanoseconds, as {@link System#nanoTime} has them */
    public FailureDelays(LongSupplier clock) {
        this.clock = clock;
    }

    /** Null stands for all users. */
    private record Key(SourceNetwork network, @Nullable String user) {}

    private static final class Entry {
        int failures;
        long last;
        /** When the next attempt is let through. */
        long next;
    }

    private static Key key(InetAddress address, @Nullable String user) {
        return new Key(
                SourceNetwork.of(address),
                user == null || user.length() <= MAX_NAME ? user : user.substring(0, MAX_NAME));
    }

    /**
     * Takes the place of an attempt.
     *
     * @param base the first interval, in nanoseconds; 0: nobody waits
     * @return how long it has to wait, in nanoseconds
     */
    public synchronized long take(InetAddress address, String user, long base) {
        return base == 0
                ? 0
                : Math.max(
                        take(key(address, user), FREE_OF_USER, base), take(key(address, null), FREE_OF_ADDRESS, base));
    }

    private long take(Key key, int free, long base) {
        Entry entry = entries.get(key);
        long now = clock.getAsLong();
        if (entry == null || entry.failures < free) {
            return 0;
        }
        if (now - entry.last > MEMORY_NANOS) {
            entries.remove(key);
            return 0;
        }
        // Beyond 20 doublings a second has become a week.
        long interval = Math.min(MAX_NANOS, Math.min(base, MAX_NANOS) << Math.min(20, entry.failures - free));
        long slot = Math.max(Math.max(now, entry.next), entry.last + interval);
        entry.next = Math.min(slot, now + MAX_NANOS) + interval;
        return Math.min(slot - now, MAX_NANOS);
    }

    /** A login failed for what the client has shown. */
    public synchronized void failed(InetAddress address, String user) {
        count(key(address, user));
        count(key(address, null));
    }

    private void count(Key key) {
        Entry entry = entries.computeIfAbsent(key, k -> new Entry());
        long now = clock.getAsLong();
        if (entry.failures > 0 && now - entry.last > MEMORY_NANOS) {
            entry.failures = 0;
        }
        if (entry.failures == 0) {
            entry.next = now;
        }
        entry.failures++;
        entry.last = now;
    }

    /** A login succeeded. What others at the address have done still counts. */
    public synchronized void succeeded(InetAddress address, String user) {
        entries.remove(key(address, user));
    }

    /** How much is remembered. */
    synchronized int size() {
        return entries.size();
    }
}

package dev.pgweir.proxy.net;

import dev.pgweir.config.NetConfig;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.Security;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The addresses of names, asked of the operating system on threads of its own and remembered for {@code dns_max_ttl}; that
 * a name has none, for {@code dns_nxdomain_ttl}. For any thread; nothing here blocks the caller.
 *
 * <p>The names are those of the configuration, so there are few, and each is looked up once at a time however many ask.
 */
public final class HostResolver {
    /** A lookup can take the system's whole patience (half a minute); so many names may do so before others wait. */
    private static final int THREADS = 4;

    /** What the system says of a name. */
    @FunctionalInterface
    interface Lookup {
        List<InetAddress> lookUp(String name) throws UnknownHostException;
    }

    /** Told on the lookup's thread. */
    @FunctionalInterface
    public interface ChangeListener {
        /**
         * A name has lost addresses that it had before.
         *
         * @param now those it has, at least one
         */
        void onChange(String name, Set<InetAddress> now);
    }

    /**
     * One remembered name.
     *
     * @param ttlSeconds how long it is remembered still
     * @param addresses none if it is known to have none
     */
    public record HostEntry(String name, long ttlSeconds, List<InetAddress> addresses) {}

    private static final class Entry {
        /** Null before the first answer, and if there is none. */
        @Nullable
        List<InetAddress> addresses;
        /** The last ones there were: after a failure, what comes next is compared with them. */
        List<InetAddress> last = List.of();

        String failure = "";
        boolean known;
        long expiry;

        @Nullable
        CompletableFuture<List<InetAddress>> pending;
    }

    private final Supplier<NetConfig> config;
    private final Executor threads;
    private final Lookup lookup;
    private final LongSupplier nanoTime;
    private final Map<String, Entry> entries = new HashMap<>();
    private volatile ChangeListener listener = (name, now) -> {};

    /**
     * @param config the configuration of the moment, asked for the times
     */
    public HostResolver(Supplier<NetConfig> config) {
        this(config, threads(), name -> List.of(InetAddress.getAllByName(name)), System::nanoTime);
    }

    HostResolver(Supplier<NetConfig> config, Executor threads, Lookup lookup, LongSupplier nanoTime) {
        this.config = config;
        this.threads = threads;
        this.lookup = lookup;
        this.nanoTime = nanoTime;
    }

    private static Executor threads() {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                new DefaultThreadFactory("pgweir-names", true));
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    /**
     * Keeps the JVM from remembering addresses itself, which it does for half a minute, ten seconds where there are none.
     * To be called before the first name is looked up in this process; later it has no effect.
     */
    public static void forgetInJvm() {
        Security.setProperty("networkaddress.cache.ttl", "0");
        Security.setProperty("networkaddress.cache.negative.ttl", "0");
        Security.setProperty("networkaddress.cache.stale.ttl", "0");
    }

    /** Whom to tell of changes; one at most. */
    public void onChange(ChangeListener to) {
        listener = to;
    }

    /**
     * The addresses of a name, at least one; or it fails with {@link UnknownHostException}. Completes at once where they
     * are remembered, else on a thread of the lookup.
     */
    public CompletableFuture<List<InetAddress>> resolve(String name) {
        return resolve(name, false);
    }

    private CompletableFuture<List<InetAddress>> resolve(String name, boolean anew) {
        CompletableFuture<List<InetAddress>> asked;
        synchronized (entries) {
            Entry entry = entries.computeIfAbsent(name, missing -> new Entry());
            if (entry.pending != null) {
                return entry.pending;
            }
            if (!anew && entry.known && entry.expiry - nanoTime.getAsLong() > 0) {
                return entry.addresses == null
                        ? CompletableFuture.failedFuture(new UnknownHostException(entry.failure))
                        : CompletableFuture.completedFuture(entry.addresses);
            }
            asked = new CompletableFuture<>();
            entry.pending = asked;
        }
        threads.execute(() -> lookUp(name, asked));
        return asked;
    }

    /** Looks up again those of the hosts that have been looked up before, so that a change is noticed. */
    public void refresh(Collection<String> hosts) {
        for (String host : hosts) {
            boolean known;
            synchronized (entries) {
                known = entries.containsKey(host);
            }
            if (known) {
                resolve(host, true);
            }
        }
    }

    private void lookUp(String name, CompletableFuture<List<InetAddress>> asked) {
        try {
            List<InetAddress> found = lookup.lookUp(name);
            boolean changed = remember(name, found, "", config.get().dnsMaxTtl());
            asked.complete(found);
            if (changed) {
                listener.onChange(name, Set.copyOf(found));
            }
        } catch (UnknownHostException | RuntimeException e) {
            String failure = "no address is known for " + name;
            remember(name, null, failure, config.get().dnsNxdomainTtl());
            asked.completeExceptionally(new UnknownHostException(failure));
        }
    }

    /** Whether addresses are missing that the name had before. */
    private boolean remember(String name, @Nullable List<InetAddress> found, String failure, Duration ttl) {
        synchronized (entries) {
            Entry entry = entries.computeIfAbsent(name, missing -> new Entry());
            List<InetAddress> before = entry.last;
            entry.pending = null;
            entry.known = true;
            entry.addresses = found;
            entry.failure = failure;
            entry.expiry = nanoTime.getAsLong() + ttl.toNanos();
            if (found == null) {
                return false;
            }
            entry.last = found;
            return !new HashSet<>(found).containsAll(before);
        }
    }

    /** All that is remembered, for the console. */
    public List<HostEntry> entries() {
        List<HostEntry> all = new ArrayList<>();
        synchronized (entries) {
            long now = nanoTime.getAsLong();
            entries.forEach((name, entry) -> {
                if (entry.known) {
                    long left = Math.max(0, entry.expiry - now);
                    all.add(new HostEntry(
                            name,
                            TimeUnit.NANOSECONDS.toSeconds(left),
                            entry.addresses == null ? List.of() : entry.addresses));
                }
            });
        }
        return all;
    }

    /** How many lookups are on their way. */
    public int pending() {
        synchronized (entries) {
            return (int) entries.values().stream()
                    .filter(entry -> entry.pending != null)
                    .count();
        }
    }
}

package dev.pgweir.proxy;

import dev.pgweir.config.ProxyConfig;
import dev.pgweir.config.setting.Settings;
import dev.pgweir.proxy.client.Clients;
import dev.pgweir.proxy.pool.Pools;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How PgWeir ends: clients leave by themselves, are helped to, or are disconnected. Orders may follow each other, and each can
 * only make it more impatient. For any thread; nothing here blocks.
 */
final class Ending {
    private static final Logger LOG = LoggerFactory.getLogger(Ending.class);

    // Who leaves in peace has not just asked for something: what is on its way to PgWeir when it says good-bye is lost.
    // A client at work asks again within milliseconds; only in the last fifth of shutdown_timeout it is stopped in
    // between.
    private static final Duration QUIET = Duration.ofSeconds(1);

    private final Supplier<ProxyConfig> config;
    private final Clients clients;
    private final Pools pools;
    private final Consumer<Runnable> timer;
    private final BiConsumer<Shutdown, Boolean> begun;
    private final Runnable end;
    private volatile @Nullable Shutdown how;
    /** Null until somebody has set one. */
    private @Nullable Duration limit;

    private long limitedSince;

    /**
     * @param timer runs a task about ten times a second, from then on
     * @param begun told once: how, and whether those are let in who have connected but not logged in yet
     * @param end called once: everything ends now
     */
    Ending(
            Supplier<ProxyConfig> config,
            Clients clients,
            Pools pools,
            Consumer<Runnable> timer,
            BiConsumer<Shutdown, Boolean> begun,
            Runnable end) {
        this.config = config;
        this.clients = clients;
        this.pools = pools;
        this.timer = timer;
        this.begun = begun;
        this.end = end;
    }

    boolean hasBegun() {
        return how != null;
    }

    /** Whether this order would change anything. */
    synchronized boolean hastens(Shutdown wanted) {
        Shutdown now = how;
        Shutdown meant = meant(wanted);
        return now == null || meant.compareTo(now) > 0 || setsLimit(meant, now);
    }

    private boolean setsLimit(Shutdown meant, @Nullable Shutdown now) {
        return meant == Shutdown.GRACEFUL && limit == null && now != Shutdown.IMMEDIATE;
    }

    private Shutdown meant(Shutdown wanted) {
        return wanted == Shutdown.GRACEFUL && configuredLimit().isZero() ? Shutdown.WAIT_FOR_CLIENTS : wanted;
    }

    private Duration configuredLimit() {
        return config.get().values().get(Settings.SHUTDOWN_TIMEOUT);
    }

    /** Begins to end, or goes on more impatiently. An order that would change nothing does nothing. */
    void order(Shutdown wanted) {
        Shutdown meant = meant(wanted);
        Shutdown before;
        boolean stricter;
        synchronized (this) {
            before = how;
            stricter = before == null || meant.compareTo(before) > 0;
            if (setsLimit(meant, before)) {
                limit = configuredLimit();
                limitedSince = System.nanoTime();
            }
            if (stricter) {
                how = meant;
            }
        }
        if (before == null) {
            // Where another process listens on the port as well, nobody need notice that this one has stopped to.
            boolean late = meant.compareTo(Shutdown.WAIT_FOR_SERVERS) < 0
                    && config.get().listen().soReuseport();
            begun.accept(meant, late);
            timer.accept(this::tick);
        }
        if (stricter && meant == Shutdown.WAIT_FOR_SERVERS) {
            pools.drain().thenRun(() -> order(Shutdown.IMMEDIATE));
        } else if (stricter && meant == Shutdown.IMMEDIATE) {
            end.run();
        }
    }

    private void tick() {
        Shutdown now = how;
        if (now == null || now == Shutdown.IMMEDIATE) {
            return;
        }
        if (clients.remaining() == 0) {
            order(Shutdown.IMMEDIATE);
            return;
        }
        Duration left = left();
        if (left != null && left.isNegative()) {
            LOG.warn("shutdown_timeout ({} s) is over, {} clients are disconnected", seconds(), clients.remaining());
            order(Shutdown.IMMEDIATE);
        } else if (now == Shutdown.WAIT_FOR_SERVERS) {
            clients.shutDown(false);
        } else {
            // RESUME is refused by now: who waits for it would wait for ever.
            pools.failPaused();
            if (left != null) {
                clients.leave(left.multipliedBy(5).compareTo(wholeLimit()) < 0 ? Duration.ZERO : QUIET);
            }
        }
    }

    /** Null where there is no limit; negative when it is over. */
    private synchronized @Nullable Duration left() {
        return limit == null ? null : limit.minusNanos(System.nanoTime() - limitedSince);
    }

    private synchronized Duration wholeLimit() {
        return limit == null ? Duration.ZERO : limit;
    }

    private long seconds() {
        return TimeUnit.NANOSECONDS.toSeconds(wholeLimit().toNanos());
    }
}

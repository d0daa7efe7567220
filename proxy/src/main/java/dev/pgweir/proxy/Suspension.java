package dev.pgweir.proxy;

import dev.pgweir.proxy.client.Clients;
import dev.pgweir.proxy.pool.Pools;
import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.ServerConnection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SUSPEND: nothing is read from clients and servers, and what was written to them is sent. Connections stay, and so does
 * what they hold; RESUME goes on where everything stood. For any thread. The lock is held while the event loops are told, so
 * that they hear of a beginning before they hear of its end.
 */
final class Suspension {
    private static final Logger LOG = LoggerFactory.getLogger(Suspension.class);

    /** How often is looked for servers that have come since, and whether the others have taken everything. */
    private static final long LOOK_MILLIS = 20;

    private final Pools pools;
    private final Clients clients;
    private final ScheduledExecutorService clock;
    private final AtomicReference<@Nullable Round> current = new AtomicReference<>();

    /** One SUSPEND. Its members are touched on the clock's thread. */
    private static final class Round {
        final CompletableFuture<Void> flushed = new CompletableFuture<>();
        final long deadline;
        final boolean limited;
        boolean clientsFlushed;

        @Nullable
        Future<?> looks;

        Round(Duration limit) {
            limited = !limit.isZero();
            deadline = System.nanoTime() + limit.toNanos();
        }

        boolean isLate() {
            return limited && System.nanoTime() - deadline >= 0;
        }
    }

    /**
     * @param clock one thread
     */
    Suspension(Pools pools, Clients clients, ScheduledExecutorService clock) {
        this.pools = pools;
        this.clients = clients;
        this.clock = clock;
    }

    boolean isOn() {
        return current.get() != null;
    }

    /**
     * Begins.
     *
     * @param limit for what was written to be sent; then those who have not taken it are closed. Zero: no limit
     * @return completes when everything is sent, and is cancelled by {@link #end}; null if it has begun before
     */
    @Nullable
    synchronized CompletableFuture<Void> begin(Duration limit) {
        Round round = new Round(limit);
        if (!current.compareAndSet(null, round)) {
            return null;
        }
        clock.execute(() -> {
            if (current.get() == round) {
                round.looks =
                        clock.scheduleAtFixedRate(() -> look(round), LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
                stopServers();
            }
        });
        clients.suspend(limit).thenRunAsync(() -> round.clientsFlushed = true, clock);
        return round.flushed;
    }

    /** Ends it. False if there was nothing to end. */
    synchronized boolean end() {
        Round round = current.getAndSet(null);
        if (round == null) {
            return false;
        }
        clients.resume();
        clock.execute(() -> {
            if (round.looks != null) {
                round.looks.cancel(false);
            }
            if (current.get() == null) {
                servers().forEach(server -> server.suspend(false));
            }
        });
        round.flushed.cancel(false);
        return true;
    }

    private void look(Round round) {
        if (current.get() != round) {
            return;
        }
        stopServers();
        if (round.flushed.isDone()) {
            if (clients.consoles() == 0) {
                LOG.info("admin disappeared when suspended, doing RESUME");
                end();
            }
            return;
        }
        if (!round.clientsFlushed) {
            return;
        }
        List<ServerConnection> behind =
                servers().stream().filter(ServerConnection::hasUnsent).toList();
        if (behind.isEmpty() || round.isLate()) {
            behind.forEach(server -> server.abort(DisconnectReason.SUSPEND_TIMEOUT));
            round.flushed.complete(null);
        }
    }

    private void stopServers() {
        servers().forEach(server -> server.suspend(true));
    }

    private List<ServerConnection> servers() {
        return pools.servers().stream()
                .map(snapshot -> snapshot.server().connection())
                .filter(ServerConnection.class::isInstance)
                .map(ServerConnection.class::cast)
                .toList();
    }
}

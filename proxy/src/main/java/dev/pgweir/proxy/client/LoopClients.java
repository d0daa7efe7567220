package dev.pgweir.proxy.client;

import dev.pgweir.proxy.server.DisconnectReason;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The clients of one event loop, and the clock of their timeouts: one task for all of them, since a timer per transaction
 * would cost more than the transaction. Touched on that loop only, but for {@link #snapshot}.
 */
final class LoopClients {
    // Timeouts are configured in seconds; a tenth of one late is not late.
    private static final long TICK_MILLIS = 100;

    /** How often a suspended client is asked whether it has taken everything. */
    private static final long FLUSH_MILLIS = 20;

    private final EventLoop loop;
    private final List<ClientSession> sessions = new ArrayList<>();
    private boolean suspended;

    LoopClients(EventLoop loop) {
        this.loop = loop;
        loop.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    void add(ClientSession session) {
        synchronized (sessions) {
            session.place = sessions.size();
            sessions.add(session);
        }
    }

    void remove(ClientSession session) {
        synchronized (sessions) {
            ClientSession last = sessions.remove(sessions.size() - 1);
            if (last != session) {
                sessions.set(session.place, last);
                last.place = session.place;
            }
        }
    }

    /** All of them, for the console and for shutting down; from any thread. */
    List<ClientSession> snapshot() {
        synchronized (sessions) {
            return List.copyOf(sessions);
        }
    }

    /** Whether clients that log in now are not to be read. */
    boolean isSuspended() {
        return suspended;
    }

    /**
     * Stops reading from clients. From any thread.
     *
     * @param limit for clients to take what was written to them; those that have not are closed. Zero: no limit
     * @return completes when all of them have; fails with CancellationException if they are resumed before that
     */
    CompletableFuture<Void> suspend(Duration limit) {
        CompletableFuture<Void> flushed = new CompletableFuture<>();
        long begin = System.nanoTime();
        loop.execute(() -> {
            suspended = true;
            snapshot().forEach(session -> session.suspend(true));
            awaitFlushed(flushed, begin, limit.toNanos());
        });
        return flushed;
    }

    private void awaitFlushed(CompletableFuture<Void> flushed, long begin, long limit) {
        List<ClientSession> behind =
                snapshot().stream().filter(ClientSession::hasUnsent).toList();
        if (!suspended) {
            flushed.cancel(false);
        } else if (behind.isEmpty() || (limit > 0 && System.nanoTime() - begin >= limit)) {
            behind.forEach(session -> session.close(DisconnectReason.SUSPEND_TIMEOUT));
            flushed.complete(null);
        } else {
            loop.schedule(() -> awaitFlushed(flushed, begin, limit), FLUSH_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** Reads from clients again. From any thread. */
    void resume() {
        loop.execute(() -> {
            suspended = false;
            snapshot().forEach(session -> session.suspend(false));
        });
    }

    private void tick() {
        if (suspended) {
            // What clients sent cannot be seen, so they are not late either.
            return;
        }
        long now = System.nanoTime();
        // Backwards, because a session that is over takes itself out and the last one into its place.
        for (int i = sessions.size() - 1; i >= 0; i--) {
            if (i < sessions.size()) {
                tick(sessions.get(i), now);
            }
        }
    }

    /** A fault ends the one client; an exception would end the clock of all. */
    private static void tick(ClientSession session, long now) {
        try {
            session.onTick(now);
        } catch (RuntimeException e) {
            session.onException(e);
        }
    }
}

package dev.pgweir.proxy.client;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The clients of one event loop, and the clock of their timeouts: one task for all of them, since a timer per transaction
 * would cost more than the transaction. Touched on that loop only, but for {@link #snapshot}.
 */
final class LoopClients {
    // Timeouts are configured in seconds; a tenth of one late is not late.
    private static final long TICK_MILLIS = 100;

    private final List<ClientSession> sessions = new ArrayList<>();

    LoopClients(EventLoop loop) {
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

    private void tick() {
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

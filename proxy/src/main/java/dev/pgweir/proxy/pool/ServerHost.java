package dev.pgweir.proxy.pool;

import java.util.ArrayDeque;
import java.util.Deque;

/** What the pools share about one PostgreSQL server: its cap, whether it answers, and the cancel requests for it. */
final class ServerHost {
    final Cap cap;
    /** Paces attempts while the server does not answer or is full. */
    final LoginPacer pacer = new LoginPacer();

    final Deque<CancelTicket> waitingCancels = new ArrayDeque<>();
    /** Logins in progress, of all pools. */
    int logins;
    /** It answered lately that it takes no more connections. */
    boolean full;

    ServerHost(String hostPort) {
        this.cap = new Cap(CapSnapshot.Kind.SERVER, hostPort);
    }

    /** It takes connections, or refuses one for a reason of that one's own. */
    void answered() {
        full = false;
        pacer.succeeded();
    }

    /** More cancel requests wait for a place than connections are closing here: one more has to go. */
    boolean needsPlaceForCancel() {
        return waitingCancels.size() > cap.closing();
    }

    /** While the server is considered down, only one login at a time is tried, and none before its time. */
    boolean permitsLogin(long now) {
        return !pacer.isHolding() || (logins == 0 && pacer.isDue(now));
    }
}

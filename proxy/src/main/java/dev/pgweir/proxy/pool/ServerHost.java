package dev.pgweir.proxy.pool;

import dev.pgweir.proxy.server.LoginFailure;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

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
    /** It ended a connection by itself, and nothing has been heard from it since. */
    private boolean lost;

    private @Nullable LoginFailure failure;
    private long failingSince;

    ServerHost(String hostPort) {
        this.cap = new Cap(CapSnapshot.Kind.SERVER, hostPort);
    }

    /** It takes connections, or refuses one for a reason of that one's own. */
    void answered() {
        full = false;
        lost = false;
        failure = null;
        pacer.succeeded();
    }

    /** It did not answer, or is full. */
    void failed(LoginFailure how, long now) {
        if (failure == null) {
            failingSince = now;
        }
        failure = how;
        lost = false;
    }

    /** It ended a connection by itself. */
    void lost() {
        lost = true;
    }

    /** Whether nobody knows if it would take a connection: none is there, and the last thing that was heard was bad. */
    boolean isInDoubt() {
        return (lost || pacer.isHolding()) && loggedIn() == 0;
    }

    private int loggedIn() {
        return cap.servers() - logins - cap.closing();
    }

    HostSnapshot snapshot(long now) {
        boolean failing = pacer.isHolding() && failure != null;
        return new HostSnapshot(
                cap.name, loggedIn(), logins, failing ? failure : null, failing ? Math.max(0, now - failingSince) : 0);
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

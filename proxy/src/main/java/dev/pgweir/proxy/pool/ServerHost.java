package dev.pgweir.proxy.pool;

import dev.pgweir.proxy.server.LoginFailure;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** What the pools share about one PostgreSQL server: its cap, whether it answers, and the cancel requests for it. */
final class ServerHost {
    /**
     * Whether a server that has ended its connections would take another is looked at for so long after a client has last asked
     * for one. Some put themselves to sleep when nobody asks for anything, minutes later at the least, and a look wakes them.
     */
    static final long INTEREST_NANOS = 60_000_000_000L;

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
    /** A client has asked for a connection here; {@link #askedAt} says when last, as far as that matters. */
    private boolean asked;

    private long askedAt;
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

    /** A client wanted something of it. */
    void asked(long when) {
        if (!asked || when - askedAt > 0) {
            asked = true;
            askedAt = when;
        }
    }

    /**
     * Whether somebody should look if it would take a connection: none is there, and the last thing that was heard was bad. One
     * that only has ended its connections is left in peace when nobody has asked for it lately.
     */
    boolean isInDoubt(long now) {
        return loggedIn() == 0 && (pacer.isHolding() || (lost && isOfInterest(now)));
    }

    private boolean isOfInterest(long now) {
        return asked && now - askedAt < INTEREST_NANOS;
    }

    private int loggedIn() {
        return cap.servers() - logins - cap.closing();
    }

    HostSnapshot snapshot(long now) {
        boolean failing = pacer.isHolding() && failure != null;
        return new HostSnapshot(
                cap.name,
                loggedIn(),
                logins,
                failing ? failure : null,
                failing ? Math.max(0, now - failingSince) : 0,
                lost && !pacer.isHolding() && loggedIn() == 0 && !isOfInterest(now));
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

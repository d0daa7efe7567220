package dev.pgweir.proxy.pool;

import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.LoginFailure;
import dev.pgweir.proxy.server.ServerControl;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What is left to do once the lock is free, in order. Filled under the lock, run by one thread without it, used again. */
final class Actions {
    private enum Kind {
        OPEN,
        CLOSE,
        ABORT,
        CHECK,
        RESET,
        ASSIGNED,
        WAIT_FAILED,
        WAIT_LONG,
        CANCEL_GRANTED,
        CANCEL_GONE,
        RESERVE_TAKEN,
        REFILLED,
        FLOOR_CAPPED,
        EVICTED,
        LOGIN_FAILED,
        DRAINED,
        WATCHED_CLOSED
    }

    // Most operations leave one or two actions.
    private Kind[] kinds = new Kind[8];
    private @Nullable Object[] subjects = new @Nullable Object[8];
    private @Nullable Object[] details = new @Nullable Object[8];
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    void open(PooledServer server) {
        add(Kind.OPEN, server, null);
    }

    void close(PooledServer server, DisconnectReason reason) {
        add(Kind.CLOSE, server, reason);
    }

    void abort(PooledServer server, DisconnectReason reason) {
        add(Kind.ABORT, server, reason);
    }

    void check(PooledServer server) {
        add(Kind.CHECK, server, null);
    }

    void reset(PooledServer server) {
        add(Kind.RESET, server, null);
    }

    void assigned(PoolClient client, PooledServer server) {
        add(Kind.ASSIGNED, client, server);
    }

    void waitFailed(PoolState pool, PoolClient client, WaitFailure failure) {
        add(Kind.WAIT_FAILED, client, new FailedWait(pool.handle, failure));
    }

    void waitLong(PoolClient client) {
        add(Kind.WAIT_LONG, client, null);
    }

    void cancelGranted(CancelTicket ticket) {
        add(Kind.CANCEL_GRANTED, ticket, null);
    }

    void cancelGone(CancelTicket ticket) {
        add(Kind.CANCEL_GONE, ticket, null);
    }

    void reserveTaken(PooledServer server, @Nullable PoolClient client) {
        add(Kind.RESERVE_TAKEN, server, client);
    }

    void refilled(PoolState pool) {
        add(Kind.REFILLED, pool.handle, null);
    }

    void floorCapped(PoolState pool, CapSnapshot cap) {
        add(Kind.FLOOR_CAPPED, pool.handle, cap);
    }

    void evicted(PooledServer server, @Nullable PoolState beneficiary) {
        add(Kind.EVICTED, server, beneficiary);
    }

    void loginFailed(PooledServer server, LoginFailure failure) {
        add(Kind.LOGIN_FAILED, server, failure);
    }

    void drained(CompletableFuture<Void> future) {
        add(Kind.DRAINED, future, null);
    }

    void closed(CompletableFuture<CloseOutcome> future, CloseOutcome outcome) {
        add(Kind.WATCHED_CLOSED, future, outcome);
    }

    private record FailedWait(Pool pool, WaitFailure failure) {}

    private void add(Kind kind, Object subject, @Nullable Object detail) {
        if (size == kinds.length) {
            kinds = Arrays.copyOf(kinds, size * 2);
            subjects = Arrays.copyOf(subjects, size * 2);
            details = Arrays.copyOf(details, size * 2);
        }
        kinds[size] = kind;
        subjects[size] = subject;
        details[size] = detail;
        size++;
    }

    /**
     * Runs and forgets everything. One that throws does not keep the others from running; {@link
     * PoolEvents#onCallbackFailed} is told, and the first failure that it does not take is thrown in the end.
     */
    void run(ServerOpener opener, PoolEvents events) {
        RuntimeException first = null;
        for (int i = 0; i < size; i++) {
            Object subject = Objects.requireNonNull(subjects[i]);
            Object detail = details[i];
            subjects[i] = null;
            details[i] = null;
            try {
                run(kinds[i], subject, detail, opener, events);
            } catch (RuntimeException e) {
                first = report(e, events, first);
            }
        }
        size = 0;
        if (first != null) {
            throw first;
        }
    }

    private static void run(
            Kind kind, Object subject, @Nullable Object detail, ServerOpener opener, PoolEvents events) {
        switch (kind) {
            case OPEN -> open((PooledServer) subject, opener);
            case CLOSE -> connection(subject).close((DisconnectReason) Objects.requireNonNull(detail));
            case ABORT -> connection(subject).abort((DisconnectReason) Objects.requireNonNull(detail));
            case CHECK -> connection(subject).runCheck();
            case RESET -> connection(subject).runReset();
            case ASSIGNED -> assign((PoolClient) subject, (PooledServer) Objects.requireNonNull(detail));
            case WAIT_FAILED -> {
                PoolClient client = (PoolClient) subject;
                FailedWait failed = (FailedWait) Objects.requireNonNull(detail);
                try {
                    client.waiter.onWaitFailed(failed.failure);
                } finally {
                    events.onWaitFailed(failed.pool, client, failed.failure);
                }
            }
            case WAIT_LONG -> ((PoolClient) subject).waiter.onWaitLong();
            case CANCEL_GRANTED -> grant((CancelTicket) subject);
            case CANCEL_GONE -> ((CancelTicket) subject).callback.onGone();
            case RESERVE_TAKEN ->
                events.onReserveTaken(
                        (PooledServer) subject, detail == null ? null : ((PoolClient) detail).waiter.subject());
            case REFILLED -> events.onRefilled((Pool) subject);
            case FLOOR_CAPPED -> events.onFloorCapped((Pool) subject, (CapSnapshot) Objects.requireNonNull(detail));
            case EVICTED ->
                events.onEvicted((PooledServer) subject, detail == null ? null : ((PoolState) detail).handle);
            case LOGIN_FAILED ->
                events.onLoginFailed((PooledServer) subject, (LoginFailure) Objects.requireNonNull(detail));
            case DRAINED -> ((CompletableFuture<?>) subject).complete(null);
            case WATCHED_CLOSED -> complete(subject, (CloseOutcome) Objects.requireNonNull(detail));
        }
    }

    private static @Nullable RuntimeException report(
            RuntimeException failure, PoolEvents events, @Nullable RuntimeException first) {
        try {
            events.onCallbackFailed(failure);
            return first;
        } catch (RuntimeException e) {
            return first == null ? e : first;
        }
    }

    @SuppressWarnings("unchecked") // closed() takes no other future
    private static void complete(Object future, CloseOutcome outcome) {
        ((CompletableFuture<CloseOutcome>) future).complete(outcome);
    }

    private static void assign(PoolClient client, PooledServer server) {
        try {
            client.waiter.onServerAssigned(server);
        } catch (RuntimeException e) {
            // It does not know that it has the server, so it would never release it.
            server.pool().release(server, Release.REUSE);
            throw e;
        }
    }

    private static void grant(CancelTicket ticket) {
        try {
            ticket.callback.onGranted();
        } catch (RuntimeException e) {
            ticket.done();
            throw e;
        }
    }

    private static ServerControl connection(Object server) {
        return Objects.requireNonNull(((PooledServer) server).connection);
    }

    private static void open(PooledServer server, ServerOpener opener) {
        try {
            opener.open(server, server.preferredLoop);
        } catch (RuntimeException e) {
            // Nobody would ever tell the slot that it is free again.
            server.onLoginFailed(new LoginFailure(
                    LoginFailure.Kind.UNREACHABLE, "08006", "the connection could not be opened: " + e.getMessage()));
            server.onClosed(DisconnectReason.INTERNAL_ERROR);
            throw e;
        }
    }
}

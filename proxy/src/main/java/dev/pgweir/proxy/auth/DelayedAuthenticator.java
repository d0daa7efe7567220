package dev.pgweir.proxy.auth;

import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** A login that may have to wait for earlier ones that failed, and is counted itself. See {@link FailureDelays}. */
public final class DelayedAuthenticator implements ClientAuthenticator {
    private final ClientAuthenticator login;
    private final FailureDelays delays;
    private final InetAddress address;
    private final String user;
    private final long base;
    private final LongFunction<CompletableFuture<?>> timer;
    private boolean waiting;
    private @Nullable Future<?> wait;

    /**
     * @param address where the client comes from
     * @param base the first interval, in nanoseconds
     * @param timer makes a future that completes after so many nanoseconds; whoever does not wait any more cancels it
     */
    public DelayedAuthenticator(
            ClientAuthenticator login,
            FailureDelays delays,
            InetAddress address,
            String user,
            long base,
            LongFunction<CompletableFuture<?>> timer) {
        this.login = login;
        this.delays = delays;
        this.address = address;
        this.user = user;
        this.base = base;
        this.timer = timer;
    }

    @Override
    public ClientAuthStep start() {
        long nanos = delays.take(address, user, base);
        if (nanos == 0) {
            return count(login.start());
        }
        waiting = true;
        CompletableFuture<?> until = timer.apply(nanos);
        wait = until;
        return new ClientAuthStep.Pending(until, true);
    }

    @Override
    public ClientAuthStep onMessage(ByteBuf body) {
        return waiting ? AuthFailures.outOfTurn() : count(login.onMessage(body));
    }

    @Override
    public ClientAuthStep resume() {
        if (waiting) {
            waiting = false;
            return count(login.start());
        }
        return count(login.resume());
    }

    @Override
    public void abandon() {
        if (wait != null) {
            // Else who connects and leaves, again and again, would be kept for as long as the wait, and not be counted.
            wait.cancel(false);
        }
        login.abandon();
    }

    private ClientAuthStep count(ClientAuthStep step) {
        if (step instanceof ClientAuthStep.Success) {
            delays.succeeded(address, user);
        } else if (step instanceof ClientAuthStep.Failure failure
                && failure.sqlState().startsWith(AuthFailures.INVALID_CLASS)) {
            delays.failed(address, user);
        }
        return step;
    }

    /** The usual timer, on an event loop. */
    public static LongFunction<CompletableFuture<?>> timer(ScheduledExecutorService loop) {
        return nanos -> {
            CompletableFuture<Boolean> over = new CompletableFuture<>();
            Future<?> scheduled = loop.schedule(() -> over.complete(true), nanos, TimeUnit.NANOSECONDS);
            // Of itself, too, when it has run: that does nothing.
            var unused = over.whenComplete((done, cancelled) -> scheduled.cancel(false));
            return over;
        };
    }
}

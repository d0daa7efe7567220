package dev.pgweir.proxy.auth;

import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A login that may have to wait for earlier ones that failed, and is counted itself. See {@link FailureDelays}. */
public final class DelayedAuthenticator implements ClientAuthenticator {
    private final Supplier<ClientAuthenticator> logins;
    private final FailureDelays delays;
    private final InetAddress address;
    private final String user;
    private final long base;
    private final LongFunction<CompletableFuture<?>> timer;
    private @Nullable Future<?> wait;
    /** Null as long as it waits. */
    private @Nullable ClientAuthenticator login;

    /**
     * @param logins makes the login, once, when the wait is over: what it has to show may be something else by then
     * @param address where the client comes from
     * @param base the first interval, in nanoseconds
     * @param timer makes a future that completes after so many nanoseconds; whoever does not wait any more cancels it
     */
    public DelayedAuthenticator(
            Supplier<ClientAuthenticator> logins,
            FailureDelays delays,
            InetAddress address,
            String user,
            long base,
            LongFunction<CompletableFuture<?>> timer) {
        this.logins = logins;
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
            return begin();
        }
        CompletableFuture<?> until = timer.apply(nanos);
        wait = until;
        return new ClientAuthStep.Pending(until, true);
    }

    private ClientAuthStep begin() {
        ClientAuthenticator made = logins.get();
        login = made;
        return count(made.start());
    }

    @Override
    public ClientAuthStep onMessage(ByteBuf body) {
        return login == null ? AuthFailures.outOfTurn() : count(login.onMessage(body));
    }

    @Override
    public ClientAuthStep resume() {
        return login == null ? begin() : count(login.resume());
    }

    @Override
    public void abandon() {
        if (wait != null) {
            // Else who connects and leaves, again and again, would be kept for as long as the wait, and not be counted.
            wait.cancel(false);
        }
        if (login != null) {
            login.abandon();
        }
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

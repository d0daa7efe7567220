package dev.pgweir.proxy.auth;

import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;

/** A login that may have to wait for earlier ones that failed, and is counted itself. See {@link FailureDelays}. */
public final class DelayedAuthenticator implements ClientAuthenticator {
    private final ClientAuthenticator login;
    private final FailureDelays delays;
    private final InetAddress address;
    private final String user;
    private final long base;
    private final LongFunction<CompletionStage<?>> timer;
    private boolean waiting;

    /**
     * @param address where the client comes from
     * @param base the first interval, in nanoseconds
     * @param timer makes a stage that completes after so many nanoseconds
     */
    public DelayedAuthenticator(
            ClientAuthenticator login,
            FailureDelays delays,
            InetAddress address,
            String user,
            long base,
            LongFunction<CompletionStage<?>> timer) {
        this.login = login;
        this.delays = delays;
        this.address = address;
        this.user = user;
        this.base = base;
        this.timer = timer;
    }

    @Override
    public ClientAuthStep start() {
        long wait = delays.take(address, user, base);
        if (wait == 0) {
            return count(login.start());
        }
        waiting = true;
        return new ClientAuthStep.Pending(timer.apply(wait), true);
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
    public static LongFunction<CompletionStage<?>> timer(ScheduledExecutorService loop) {
        return nanos -> {
            CompletableFuture<Boolean> over = new CompletableFuture<>();
            loop.schedule(() -> over.complete(true), nanos, TimeUnit.NANOSECONDS);
            return over;
        };
    }
}

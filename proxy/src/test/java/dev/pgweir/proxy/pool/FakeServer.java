package dev.pgweir.proxy.pool;

import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.LoginFailure;
import dev.pgweir.proxy.server.ServerControl;
import dev.pgweir.proxy.server.ServerState;
import org.jspecify.annotations.Nullable;

/** A connection that does what a test tells it to, and remembers what the pool asked of it. */
final class FakeServer implements ServerControl {
    final PooledServer slot;
    int loop;

    @Nullable
    DisconnectReason closeAsked;

    @Nullable
    DisconnectReason aborted;

    int checks;
    int resets;
    boolean gone;

    FakeServer(PooledServer slot, int loop) {
        this.slot = slot;
        this.loop = loop;
    }

    ServerState state() {
        return slot.state();
    }

    FakeServer login() {
        slot.onReady(this);
        return this;
    }

    void fail(LoginFailure.Kind kind) {
        String sqlState = switch (kind) {
            case REFUSED -> "28P01";
            case TOO_MANY_CONNECTIONS -> "53300";
            case UNREACHABLE -> "08006";
        };
        slot.onLoginFailed(new LoginFailure(kind, sqlState, "no: " + kind));
        socketCloses();
    }

    void socketCloses() {
        gone = true;
        slot.onClosed(closeAsked == null ? DisconnectReason.SERVER_CRASHED : closeAsked);
    }

    void taskEnds() {
        slot.onTaskDone();
    }

    @Override
    public int loopIndex() {
        return loop;
    }

    @Override
    public void close(DisconnectReason reason) {
        if (closeAsked != null) {
            throw new AssertionError("told twice to close");
        }
        closeAsked = reason;
    }

    @Override
    public void abort(DisconnectReason reason) {
        aborted = reason;
        closeAsked = reason;
    }

    @Override
    public void runCheck() {
        checks++;
    }

    @Override
    public void runReset() {
        resets++;
    }
}

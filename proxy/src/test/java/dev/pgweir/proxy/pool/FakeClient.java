package dev.pgweir.proxy.pool;

import dev.pgweir.proxy.server.DisconnectReason;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A client that does what a test tells it to, and remembers what it was told. */
final class FakeClient implements Waiter {
    final PoolClient membership;
    final int loop;

    @Nullable
    PooledServer server;

    @Nullable
    WaitFailure failure;

    int longWaits;

    @Nullable
    Pool pool;

    FakeClient(int loop) {
        this.loop = loop;
        this.membership = new PoolClient(this);
    }

    /** One that wants a server of its own, with these parameters at its login. */
    FakeClient(int loop, Map<String, String> parameters) {
        this.loop = loop;
        this.membership = PoolClient.dedicated(this, parameters);
    }

    /** Asks for a server; what it got stands in {@link #server} and {@link #failure}. */
    FakeClient ask(Pool from) {
        pool = from;
        failure = null;
        PooledServer given = from.acquire(membership);
        if (given != null) {
            server = given;
        }
        return this;
    }

    void release() {
        release(Release.REUSE);
    }

    void close(DisconnectReason reason) {
        release(Release.close(reason));
    }

    void release(Release how) {
        PooledServer held = held();
        server = null;
        held.pool().release(held, how);
    }

    PooledServer held() {
        PooledServer held = server;
        if (held == null) {
            throw new AssertionError("the client has no server");
        }
        return held;
    }

    boolean hasServer() {
        return server != null;
    }

    boolean waits() {
        return membership.membership() == PoolClient.Membership.WAITING;
    }

    boolean leave() {
        Pool left = pool;
        return left != null && left.abandon(membership);
    }

    @Override
    public int loopIndex() {
        return loop;
    }

    @Override
    public void onServerAssigned(PooledServer assigned) {
        if (server != null) {
            throw new AssertionError("given two servers");
        }
        server = assigned;
    }

    @Override
    public void onWaitFailed(WaitFailure why) {
        failure = why;
    }

    @Override
    public void onWaitLong() {
        longWaits++;
    }
}

package dev.pgweir.proxy.pool;

import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.LoginFailure;
import dev.pgweir.proxy.server.ServerControl;
import dev.pgweir.proxy.server.ServerOwner;
import dev.pgweir.proxy.server.ServerState;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A place for one server connection. It counts from the decision to open until {@link #onClosed}. Changed under the
 * pools' lock only; the getters are snapshots, exact for the session that holds the server.
 */
public final class PooledServer implements ServerOwner {
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(PooledServer.class, "state", ServerState.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    /** What PgWeir itself runs on a tested server. */
    enum Task {
        NONE,
        CHECK,
        RESET
    }

    final PoolState pool;
    /** The caps it was opened under; those of its pool may be others after a reload. */
    final ServerBudget budget;

    private final long id;
    final long openedAt;
    /** The share of server_lifetime that this server gets, so that servers opened together do not end together. */
    final double lifetimeShare;

    private volatile ServerState state = ServerState.LOGIN;

    @Nullable
    ServerControl connection;

    int loop = -1;
    int preferredLoop = -1;

    @Nullable
    PoolClient client;

    long connectedAt;
    long lastUsed;
    /** When it last was known to answer: connected, used or checked. */
    long provenAt;

    long assignment;
    Task task = Task.NONE;
    /** Set when it must not serve again: it is closed as soon as nobody uses it. Written under the lock only. */
    volatile @Nullable DisconnectReason retired;
    /** The pool that gets its place once it is closed. */
    @Nullable
    PoolState closedFor;
    /** How it was released; kept while cancel requests are on their way. */
    Release pendingRelease = Release.REUSE;

    /** Set if it is opened for one client alone. */
    final @Nullable Map<String, String> ownParameters;
    /** That client, until it has the server or wants it no more. */
    @Nullable
    PoolClient reservedFor;

    int activeCancels;
    final List<CancelTicket> tickets = new ArrayList<>(0);

    @Nullable
    ServerList list;

    @Nullable
    PooledServer previous;

    @Nullable
    PooledServer next;

    /**
     * @param reservedFor whom alone it is for; null for anybody
     */
    PooledServer(PoolState pool, long id, double lifetimeShare, @Nullable PoolClient reservedFor, long now) {
        this.reservedFor = reservedFor;
        this.ownParameters = reservedFor == null ? null : reservedFor.ownParameters;
        this.pool = pool;
        this.budget = pool.budget();
        this.id = id;
        this.lifetimeShare = lifetimeShare;
        this.openedAt = now;
        this.connectedAt = now;
        this.lastUsed = now;
        this.provenAt = now;
    }

    /** Whether it leads somewhere else than a new connection would, so that it is to be replaced. Any thread. */
    public boolean isOutdated() {
        DisconnectReason why = retired;
        return why == DisconnectReason.SERVER_CONFIG_CHANGED || why == DisconnectReason.SERVER_ADDRESS_CHANGED;
    }

    /** Where the server stands. */
    public ServerState state() {
        return state;
    }

    void enter(ServerState next) {
        // Release order makes it visible to a session that looks whether its server died; a full fence is not needed.
        STATE.setRelease(this, next);
    }

    /** The connection; null before {@link #onReady}. */
    public @Nullable ServerControl connection() {
        return connection;
    }

    /** The client it is linked to. */
    public @Nullable PoolClient client() {
        return client;
    }

    /** The PostgreSQL server it is opened at, one of {@link PoolSpec#hostPorts}. */
    public String hostPort() {
        return budget.host().cap.name;
    }

    /** What its login asks for because it is for one client alone; null if it is for anybody. */
    public @Nullable Map<String, String> ownParameters() {
        return ownParameters;
    }

    /** The pool it belongs to. */
    public Pool pool() {
        return pool.handle;
    }

    /** A number that no other server of this process has or had. */
    public long id() {
        return id;
    }

    /** When its login was complete, in the pools' clock; the decision to open it before that. */
    public long connectedAtNanos() {
        return connectedAt;
    }

    /** When its last client released it, in the pools' clock. */
    public long lastUsedNanos() {
        return lastUsed;
    }

    /** Why it must not serve again; null if it may. */
    public @Nullable DisconnectReason retired() {
        return retired;
    }

    /** How often it was given to a client. */
    public long assignment() {
        return assignment;
    }

    @Override
    public String database() {
        return pool.key.database();
    }

    @Override
    public void onReady(ServerControl server) {
        pool.handle.pools().onReady(this, server);
    }

    @Override
    public void onLoginFailed(LoginFailure failure) {
        pool.handle.pools().onLoginFailed(this, failure);
    }

    @Override
    public void onTaskDone() {
        pool.handle.pools().onTaskDone(this);
    }

    @Override
    public void onClosed(DisconnectReason reason) {
        pool.handle.pools().onClosed(this, reason);
    }

    @Override
    public String toString() {
        return "server " + id + " of " + pool.key + " (" + state().label() + ")";
    }
}

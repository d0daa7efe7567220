package dev.pgweir.proxy;

import dev.pgweir.proxy.log.LogPrefix;
import dev.pgweir.proxy.pool.CapSnapshot;
import dev.pgweir.proxy.pool.Pool;
import dev.pgweir.proxy.pool.PoolClient;
import dev.pgweir.proxy.pool.PoolEvents;
import dev.pgweir.proxy.pool.PoolSnapshot;
import dev.pgweir.proxy.pool.PooledServer;
import dev.pgweir.proxy.pool.WaitFailure;
import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.LoginFailure;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Log lines about what the pools decide. */
final class PoolLog implements PoolEvents {
    private static final Logger LOG = LoggerFactory.getLogger(PoolLog.class);

    private final BooleanSupplier changes;

    /**
     * @param changes setting {@code log_pools} at the moment
     */
    PoolLog(BooleanSupplier changes) {
        this.changes = changes;
    }

    @Override
    public void onServerConnected(PooledServer server) {
        if (changes.getAsBoolean()) {
            change(server, "connected");
        }
    }

    @Override
    public void onServerClosed(PooledServer server, DisconnectReason reason) {
        if (changes.getAsBoolean()) {
            change(server, "closed (" + reason.text() + ")");
        }
    }

    private static void change(PooledServer server, String what) {
        PoolSnapshot now = server.pool().snapshot();
        LOG.atInfo()
                .addKeyValue("database", server.pool().key().database())
                .addKeyValue("user", server.pool().key().user())
                .addKeyValue("server_id", server.id())
                .addKeyValue("total", now.servers())
                .addKeyValue("idle", now.idle() + now.used())
                .addKeyValue("waiting", now.clientsWaiting())
                .log("pool " + LogPrefix.shownName(server.pool().key().toString()) + ": "
                        + LogPrefix.serverId(server.id()) + " " + what + "; total " + now.servers() + ", idle "
                        + (now.idle() + now.used()) + ", waiting " + now.clientsWaiting());
    }

    @Override
    public void onReserveTaken(PooledServer server, @Nullable Object client) {
        LOG.warn("{} taking connection from reserve_pool", client == null ? server.pool() + ":" : client);
    }

    @Override
    public void onRefilled(Pool pool) {
        LOG.debug("{}: launching new connection to satisfy min_pool_size", pool);
    }

    @Override
    public void onFloorCapped(Pool pool, CapSnapshot cap) {
        if (LOG.isDebugEnabled()) {
            // Of the places at a server some may be kept for cancel requests.
            String relation = cap.kind() == CapSnapshot.Kind.SERVER ? "of" : ">=";
            LOG.debug(
                    "launch_new_connection: {} '{}' full ({} {} {}): {} stays below its min_pool_size of {}",
                    cap.kind().name().toLowerCase(Locale.ROOT),
                    LogPrefix.shownName(cap.name()),
                    cap.servers() + cap.cancels(),
                    relation,
                    cap.limit(),
                    pool,
                    pool.spec().sizes().min());
        }
    }

    @Override
    public void onEvicted(PooledServer server, @Nullable Pool beneficiary) {
        LOG.info("{} is evicted to make room for {}", server, beneficiary == null ? "a cancel request" : beneficiary);
    }

    @Override
    public void onLoginFailed(PooledServer server, LoginFailure failure) {
        LOG.debug("{} login failed: {} {}", server, failure.sqlState(), failure.message());
    }

    @Override
    public void onCallbackFailed(RuntimeException failure) {
        LOG.error("a pool could not tell somebody of its decision: a fault of PgWeir", failure);
    }

    @Override
    public void onWaitFailed(Pool pool, PoolClient client, WaitFailure failure) {
        LOG.debug("{}: a client waited in vain: {}", pool, failure.message());
    }
}

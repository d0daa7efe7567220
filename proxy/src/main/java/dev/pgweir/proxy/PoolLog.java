package dev.pgweir.proxy;

import dev.pgweir.proxy.pool.Pool;
import dev.pgweir.proxy.pool.PoolClient;
import dev.pgweir.proxy.pool.PoolEvents;
import dev.pgweir.proxy.pool.PooledServer;
import dev.pgweir.proxy.pool.WaitFailure;
import dev.pgweir.proxy.server.LoginFailure;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Log lines about what the pools decide. */
final class PoolLog implements PoolEvents {
    private static final Logger LOG = LoggerFactory.getLogger(PoolLog.class);

    @Override
    public void onReserveTaken(PooledServer server) {
        LOG.warn("{}: taking connection from reserve_pool", server.pool());
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

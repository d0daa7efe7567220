package dev.pgweir.proxy.link;

import dev.pgweir.config.ClientSettings;
import dev.pgweir.config.PoolSettings;
import dev.pgweir.config.PoolSizes;
import dev.pgweir.config.ProxyConfig;
import dev.pgweir.config.ServerTarget;
import dev.pgweir.config.value.HostBalancing;
import dev.pgweir.proxy.auth.Credential;
import dev.pgweir.proxy.pool.PoolSpec;
import dev.pgweir.proxy.server.ServerProfile;
import java.util.stream.Collectors;

/** What the configuration says of a pool, in the terms of the packages that run it. */
public final class PoolDefinitions {
    private PoolDefinitions() {}

    /** Sizes, caps and times. */
    public static PoolSpec spec(ProxyConfig config, PoolSettings pool, ClientSettings clients) {
        ServerTarget target = pool.target();
        PoolSizes sizes = pool.sizes();
        return new PoolSpec(
                target.hosts().stream()
                        .map(host -> host + ":" + target.port())
                        .collect(Collectors.joining(",")),
                new PoolSpec.Sizes(sizes.poolSize(), sizes.minPoolSize(), sizes.reservePoolSize()),
                new PoolSpec.Caps(
                        sizes.maxServerConnections(),
                        sizes.cancelReserveConnections(),
                        sizes.maxDbConnections(),
                        sizes.maxUserConnections(),
                        config.pool().minEvictAge().toNanos()),
                new PoolSpec.Waiting(
                        clients.queryWait().toNanos(),
                        clients.queryWaitNotify().toNanos(),
                        sizes.reservePoolTimeout().toNanos(),
                        pool.timeouts().loginRetry().toNanos()),
                new PoolSpec.Aging(
                        pool.timeouts().idle().toNanos(),
                        pool.timeouts().lifetime().toNanos(),
                        config.server().serverCheckQuery() != null,
                        config.server().serverCheckDelay().toNanos()),
                target.userForced(),
                config.pool().serverRoundRobin(),
                target.balancing() == HostBalancing.DISABLE);
    }

    /** Where to, as whom, and what PgWeir itself runs there. */
    public static ServerProfile profile(ProxyConfig config, PoolSettings pool, Credential credential) {
        ServerTarget target = pool.target();
        return new ServerProfile(
                target.hosts().get(0),
                target.port(),
                target.dbname(),
                target.user(),
                credential,
                target.startupParameters(),
                pool.timeouts().connect(),
                new ServerProfile.Queries(
                        target.connectQuery(),
                        config.server().serverCheckQuery(),
                        config.server().serverResetQuery()));
    }
}

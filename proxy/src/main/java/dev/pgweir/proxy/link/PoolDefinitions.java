package dev.pgweir.proxy.link;

import dev.pgweir.config.ClientSettings;
import dev.pgweir.config.PoolSettings;
import dev.pgweir.config.PoolSizes;
import dev.pgweir.config.ProxyConfig;
import dev.pgweir.config.ServerTarget;
import dev.pgweir.config.value.AuthType;
import dev.pgweir.config.value.HostBalancing;
import dev.pgweir.proxy.auth.Credential;
import dev.pgweir.proxy.pool.PoolSpec;
import dev.pgweir.proxy.server.ServerProfile;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the configuration says of a pool, in the terms of the packages that run it. */
public final class PoolDefinitions {
    private static final Logger LOG = LoggerFactory.getLogger(PoolDefinitions.class);

    private PoolDefinitions() {}

    /** Sizes, caps and times. */
    public static PoolSpec spec(ProxyConfig config, PoolSettings pool, ClientSettings clients) {
        ServerTarget target = pool.target();
        PoolSizes sizes = pool.sizes();
        return new PoolSpec(
                target.hosts().stream().map(host -> host + ":" + target.port()).collect(Collectors.joining(",")),
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

    /** The same, but no server is kept in store: for a pool that ends with its last client. */
    static PoolSpec withoutStore(PoolSpec spec) {
        return new PoolSpec(
                spec.hostPort(),
                new PoolSpec.Sizes(spec.sizes().pool(), 0, spec.sizes().reserve()),
                spec.caps(),
                spec.waiting(),
                spec.aging(),
                spec.forcedUser(),
                spec.roundRobin(),
                spec.staysWithHost());
    }

    /** What the configuration knows to log in to the server with; a damaged secret counts as none. */
    public static Credential stored(ServerTarget target) {
        if (target.password() == null) {
            return new Credential.None();
        }
        try {
            return Credential.parse(target.password().reveal());
        } catch (IllegalArgumentException e) {
            LOG.warn("the stored secret of user {} is damaged: {}", target.user(), e.getMessage());
            return new Credential.None();
        }
    }

    /** Whether {@code user} could log in by what {@code before} knows of it, and {@code after} knows nothing of it. */
    public static boolean isUserRemoved(ProxyConfig before, ProxyConfig after, String user) {
        return isKnown(before, user) && !isKnown(after, user) && after.auth().authType() != AuthType.ANY;
    }

    private static boolean isKnown(ProxyConfig config, String user) {
        return config.users().containsKey(user) || config.secretOf(user).isPresent();
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
                new ServerProfile.Encryption(
                        target.security().sslMode(),
                        target.security().negotiation(),
                        target.security().channelBinding(),
                        config.tls().server()),
                target.startupParameters(),
                pool.timeouts().connect(),
                new ServerProfile.Queries(
                        target.connectQuery(),
                        config.server().serverCheckQuery(),
                        config.server().serverResetQuery()));
    }
}

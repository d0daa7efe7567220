package dev.pgweir.config;

import java.time.Duration;

/**
 * How many server connections a pool may have. A limit of 0 means none.
 *
 * @param poolSize connections of this pool
 * @param minPoolSize connections it keeps open while it is in use
 * @param reservePoolSize connections on top once its oldest client has waited for {@code reservePoolTimeout}
 * @param reservePoolTimeout zero: the reserve stays closed
 * @param maxDbConnections connections of all pools of this database
 * @param maxUserConnections connections of all pools of this user
 * @param maxServerConnections everything open to this PostgreSQL server (host and port)
 * @param cancelReserveConnections places of {@code maxServerConnections} that only cancel requests may take
 */
public record PoolSizes(
        int poolSize,
        int minPoolSize,
        int reservePoolSize,
        Duration reservePoolTimeout,
        int maxDbConnections,
        int maxUserConnections,
        int maxServerConnections,
        int cancelReserveConnections) {}

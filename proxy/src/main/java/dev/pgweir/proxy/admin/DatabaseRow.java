package dev.pgweir.proxy.admin;

import org.jspecify.annotations.Nullable;

/**
 * One line of SHOW DATABASES, columns in order; a limit of 0 is none.
 *
 * @param forceUser null if clients keep their own name
 * @param serverLifetimeSeconds null for the console's own, which has no servers
 * @param poolMode the database's own, null if it has none
 * @param paused whether its servers are withheld, by PAUSE or KILL
 * @param disabled whether nobody may log in to it
 */
public record DatabaseRow(
        String name,
        @Nullable String host,
        int port,
        String database,
        @Nullable String forceUser,
        int poolSize,
        int minPoolSize,
        int reservePoolSize,
        @Nullable Long serverLifetimeSeconds,
        @Nullable String poolMode,
        @Nullable String loadBalanceHosts,
        int maxConnections,
        int currentConnections,
        int maxClientConnections,
        int currentClientConnections,
        boolean paused,
        boolean disabled) {}

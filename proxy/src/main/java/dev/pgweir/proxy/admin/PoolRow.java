package dev.pgweir.proxy.admin;

import org.jspecify.annotations.Nullable;

/**
 * One line of SHOW POOLS, columns in order.
 *
 * @param maxWaitMicros how long the oldest waiting client has waited
 * @param loadBalanceHosts null where there is one host
 */
public record PoolRow(
        String database,
        String user,
        int clientsActive,
        int clientsWaiting,
        int cancelsActive,
        int cancelsWaiting,
        int serversActive,
        int serversActiveCancel,
        int serversBeingCanceled,
        int serversIdle,
        int serversUsed,
        int serversTested,
        int serversLogin,
        long maxWaitMicros,
        String poolMode,
        @Nullable String loadBalanceHosts) {}

package dev.pgweir.proxy.admin;

import org.jspecify.annotations.Nullable;

/** One line of SHOW USERS, columns in order; what the user has not set is null, a limit of 0 is none. */
public record UserRow(
        String name,
        @Nullable Integer poolSize,
        @Nullable Integer reservePoolSize,
        @Nullable String poolMode,
        int maxUserConnections,
        int currentConnections,
        int maxUserClientConnections,
        int currentClientConnections) {}

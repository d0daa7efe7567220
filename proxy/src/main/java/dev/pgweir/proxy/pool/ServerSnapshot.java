package dev.pgweir.proxy.pool;

import dev.pgweir.proxy.server.ServerState;
import org.jspecify.annotations.Nullable;

/**
 * One line of SHOW SERVERS.
 *
 * @param server the server itself
 * @param state its state at the moment of the snapshot
 * @param client the client it was linked to
 * @param connectedNanos how long ago its login was complete (or, before that, the opening was decided)
 * @param unusedNanos how long ago its last client released it; 0 while it is linked
 * @param closeNeeded whether it is closed as soon as nobody uses it, or is closing
 */
public record ServerSnapshot(
        PooledServer server,
        ServerState state,
        @Nullable PoolClient client,
        long connectedNanos,
        long unusedNanos,
        boolean closeNeeded) {}

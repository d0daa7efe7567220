package dev.pgweir.proxy.pool;

import dev.pgweir.proxy.server.ServerState;
import java.util.List;

/** Copies lists and their lengths for the console and the metrics. */
final class Snapshots {
    private Snapshots() {}

    static PoolSnapshot of(PoolState pool, long now) {
        return new PoolSnapshot(
                pool.handle,
                pool.handle.clients(),
                // A client is linked exactly while its server is active.
                pool.count(ServerState.ACTIVE),
                pool.queue.size() + pool.dedicated.size() + pool.dedicatedLogins,
                pool.cancelsActive.size(),
                pool.cancelsWaiting.size(),
                pool.count(ServerState.LOGIN),
                pool.count(ServerState.IDLE),
                pool.count(ServerState.ACTIVE),
                pool.count(ServerState.USED),
                pool.count(ServerState.TESTED),
                pool.count(ServerState.BEING_CANCELED),
                pool.count(ServerState.CLOSING),
                pool.queue.isEmpty() ? 0 : Math.max(0, now - pool.oldestWait()));
    }

    static void servers(PoolState pool, long now, List<ServerSnapshot> to) {
        for (ServerState state : ServerState.values()) {
            for (PooledServer server = pool.list(state).first(); server != null; server = server.next) {
                long unused = state == ServerState.ACTIVE ? 0 : Math.max(0, now - server.lastUsed);
                boolean closeNeeded = server.retired != null || state == ServerState.CLOSING || pool.paused;
                to.add(new ServerSnapshot(
                        server, state, server.client, Math.max(0, now - server.connectedAt), unused, closeNeeded));
            }
        }
    }
}

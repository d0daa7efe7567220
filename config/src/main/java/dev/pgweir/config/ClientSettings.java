package dev.pgweir.config;

import dev.pgweir.config.value.PoolMode;
import java.time.Duration;

/**
 * What is in force for the clients of one database that log in as one user. Where the database forces a user on the
 * server, clients of one pool can have different ones. A limit of zero means none.
 *
 * @param poolMode when their server connection goes back
 * @param queryWait how long they may wait for a server
 * @param queryWaitNotify how long they wait before they are told; zero: they are not
 * @param query how long a query may run
 * @param transaction how long a transaction may last
 * @param idleTransaction how long they may be idle in a transaction
 * @param idle how long they may be idle
 * @param maxDbClientConnections clients of this database
 * @param maxUserClientConnections clients of this login user
 */
public record ClientSettings(
        PoolMode poolMode,
        Duration queryWait,
        Duration queryWaitNotify,
        Duration query,
        Duration transaction,
        Duration idleTransaction,
        Duration idle,
        int maxDbClientConnections,
        int maxUserClientConnections) {

    /** The same with another pool mode. */
    public ClientSettings withPoolMode(PoolMode other) {
        return new ClientSettings(
                other,
                queryWait,
                queryWaitNotify,
                query,
                transaction,
                idleTransaction,
                idle,
                maxDbClientConnections,
                maxUserClientConnections);
    }
}

package dev.pgweir.proxy.pool;

/**
 * One line of SHOW POOLS, all figures of one moment.
 *
 * @param pool the pool itself
 * @param clientsConnected clients that are logged in to the pool
 * @param clientsLinked clients that are linked to a server
 * @param clientsWaiting clients in the queue
 * @param cancelsActive cancel requests that are on their way to PostgreSQL, each a connection of its own
 * @param cancelsWaiting cancel requests that wait for a place
 * @param login servers that connect or log in
 * @param idle servers ready for the next client
 * @param active servers linked to a client
 * @param used servers that need a check before the next client
 * @param tested servers on which a check or reset query runs
 * @param beingCanceled released servers with a cancel request still on its way
 * @param closing servers that were told to close
 * @param maxWaitNanos how long the oldest waiting client has waited
 */
public record PoolSnapshot(
        Pool pool,
        int clientsConnected,
        int clientsLinked,
        int clientsWaiting,
        int cancelsActive,
        int cancelsWaiting,
        int login,
        int idle,
        int active,
        int used,
        int tested,
        int beingCanceled,
        int closing,
        long maxWaitNanos) {
    /** All servers that count, whatever their state. */
    public int servers() {
        return login + idle + active + used + tested + beingCanceled + closing;
    }
}

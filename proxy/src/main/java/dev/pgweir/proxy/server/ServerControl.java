package dev.pgweir.proxy.server;

/** What the pool may ask of a server connection. Every method may be called from any thread and returns at once. */
public interface ServerControl {
    /** The index of the event loop the connection lives on, 0 … {@code worker_threads - 1}. */
    int loopIndex();

    /** Closes the connection, politely if it is idle; {@link ServerOwner#onClosed} follows when the socket is closed. */
    void close(DisconnectReason reason);

    /** Closes the connection at once, whatever it does; {@link ServerOwner#onClosed} follows. */
    void abort(DisconnectReason reason);

    /** Runs {@code server_check_query}; {@link ServerOwner#onTaskDone} or {@code onClosed} follows. */
    void runCheck();

    /** Runs {@code server_reset_query}; {@link ServerOwner#onTaskDone} or {@code onClosed} follows. */
    void runReset();
}

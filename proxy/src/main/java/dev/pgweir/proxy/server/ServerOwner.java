package dev.pgweir.proxy.server;

/** Told what becomes of a server connection. Called on the server's event loop, or on any thread before it has one. */
public interface ServerOwner {
    /** What clients call the database, by which the log names the connection as well. */
    String database();

    /** Login is complete, the connect query has run: the connection can serve. Called once at most. */
    void onReady(ServerControl server);

    /** The login failed. {@link #onClosed} follows once the socket is closed (or at once where none was opened). */
    void onLoginFailed(LoginFailure failure);

    /** The check or reset query ended well. */
    void onTaskDone();

    /** The socket is closed; the connection stops counting. Called exactly once, whatever happened before. */
    void onClosed(DisconnectReason reason);
}

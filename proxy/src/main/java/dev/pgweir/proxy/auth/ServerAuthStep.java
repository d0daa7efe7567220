package dev.pgweir.proxy.auth;

import java.util.concurrent.CompletionStage;

/** What to do next in a login to PostgreSQL. */
public sealed interface ServerAuthStep {
    /** Send the message, and hand over the server's next authentication request. */
    record Send(LoginMessage message) implements ServerAuthStep {}

    /** Nothing to send: hand over the server's next authentication request. */
    record Await() implements ServerAuthStep {}

    /** The server has accepted the login, and by SCRAM has proven itself. */
    record Done() implements ServerAuthStep {}

    /**
     * The login is over; the connection is of no use.
     *
     * @param sqlState five characters
     * @param message what was wrong; holds no secret
     */
    record Failure(String sqlState, String message) implements ServerAuthStep {}

    /**
     * Keys are being derived. Call {@link ServerAuthenticator#resume} on the connection's event loop when the stage is
     * complete. A request the server sends before that may be handed over: it fails the login.
     *
     * @param until completes on another thread, never exceptionally
     */
    record Pending(CompletionStage<?> until) implements ServerAuthStep {}
}

package dev.pgweir.proxy.auth;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** What to do next in a client's login. */
public sealed interface ClientAuthStep {
    /** Send the message, and hand over the client's next one. */
    record Continue(LoginMessage message) implements ClientAuthStep {}

    /**
     * The client is who it says. AuthenticationOk is the caller's to send, after {@code last}.
     *
     * @param user who it is
     * @param last a message to send before AuthenticationOk, if any
     */
    record Success(AuthenticatedUser user, @Nullable LoginMessage last) implements ClientAuthStep {}

    /**
     * The login is over.
     *
     * @param sqlState for the ErrorResponse, five characters
     * @param message for the client: the same for an unknown user, a wrong password and a malformed proof
     * @param detail for the log: what was really wrong; holds no secret
     * @param ofServer whether code and message are PostgreSQL's own
     */
    record Failure(String sqlState, String message, String detail, boolean ofServer) implements ClientAuthStep {
        Failure(String sqlState, String message, String detail) {
            this(sqlState, message, detail, false);
        }
    }

    /**
     * Something is being worked out elsewhere. Call {@link ClientAuthenticator#resume} on the connection's event loop when
     * the stage is complete.
     *
     * @param until completes on another thread, never exceptionally
     * @param unasked whether nothing was asked of the client yet, so that the channel is read on, to see whether it leaves;
     *     a message fails the login then. Else no message is to be handed over before the stage is complete
     */
    record Pending(CompletionStage<?> until, boolean unasked) implements ClientAuthStep {
        /** Keys are being derived for what the client sent. */
        public Pending(CompletionStage<?> until) {
            this(until, false);
        }
    }
}

package dev.pgweir.proxy.auth;

import java.util.concurrent.CompletionStage;

/**
 * Asks elsewhere for the credential of one user, whom the configuration does not know: {@code auth_query}. Called on event
 * loops: no method blocks.
 */
public interface CredentialLookup {
    /**
     * Asks.
     *
     * @param anew whether what is remembered will not do, because a login by it failed. That is a wish: whoever guesses
     *     passwords must not make the server answer as often as they guess
     */
    Asked ask(boolean anew);

    /** What is remembered does not count for the next login, with the same reservation. */
    void forget();

    /** A question that was asked. */
    interface Asked {
        /** Completes on any thread, never exceptionally. */
        CompletionStage<Answer> answer();

        /** The client has left; nobody waits for the answer any more. */
        void leave();
    }

    /** What came of it. */
    sealed interface Answer {
        /** Whether it was remembered from an earlier question. */
        default boolean remembered() {
            return false;
        }

        /** The user exists. */
        record Found(Credential credential, boolean remembered) implements Answer {}

        /** It does not. */
        record Unknown(boolean remembered) implements Answer {}

        /**
         * Nobody knows.
         *
         * @param sqlState for the client, five characters
         * @param message for the client
         * @param detail for the log
         * @param ofServer whether code and message are PostgreSQL's own
         */
        record Failed(String sqlState, String message, String detail, boolean ofServer) implements Answer {
            public Failed(String sqlState, String message, String detail) {
                this(sqlState, message, detail, false);
            }
        }
    }
}

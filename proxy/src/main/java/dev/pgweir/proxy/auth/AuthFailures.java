package dev.pgweir.proxy.auth;

/** The ways a client's login fails, with PgBouncer's wording where it has one. */
final class AuthFailures {
    /** The class of SQLSTATEs for what a client has shown of itself. */
    static final String INVALID_CLASS = "28";

    static final String INVALID_PASSWORD = "28P01";
    private static final String INVALID_AUTHORIZATION = "28000";
    private static final String PROTOCOL_VIOLATION = "08P01";
    private static final String CANNOT_CONNECT_NOW = "57P03";
    private static final String TOO_MANY_CONNECTIONS = "53300";

    private AuthFailures() {}

    static ClientAuthStep password(String detail) {
        return new ClientAuthStep.Failure(INVALID_PASSWORD, "password authentication failed", detail);
    }

    static ClientAuthStep sasl(String detail) {
        return new ClientAuthStep.Failure(INVALID_PASSWORD, "SASL authentication failed", detail);
    }

    static ClientAuthStep trust() {
        return new ClientAuthStep.Failure(
                INVALID_AUTHORIZATION, "\"trust\" authentication failed", "the user is not known");
    }

    /** PgBouncer's words where {@code auth_query} knows nobody of that name. */
    static ClientAuthStep noSuchUser() {
        return new ClientAuthStep.Failure(PROTOCOL_VIOLATION, "no such user", "auth_query knows no such user");
    }

    static ClientAuthStep peer(String detail) {
        return new ClientAuthStep.Failure(INVALID_AUTHORIZATION, "\"peer\" authentication failed", detail);
    }

    static ClientAuthStep certificate(String detail) {
        return new ClientAuthStep.Failure(INVALID_AUTHORIZATION, "certificate authentication failed", detail);
    }

    static ClientAuthStep ldap(String detail) {
        return new ClientAuthStep.Failure(INVALID_AUTHORIZATION, "LDAP authentication failed", detail);
    }

    /** The directory did not answer: no statement is made about the client, so it is no failure of its own. */
    static ClientAuthStep noDirectory(String detail) {
        return new ClientAuthStep.Failure(CANNOT_CONNECT_NOW, "LDAP authentication failed", detail);
    }

    /** PgBouncer's words for a client that no rule lets in. */
    static ClientAuthStep rejected(String detail) {
        return new ClientAuthStep.Failure(INVALID_AUTHORIZATION, "login rejected", detail);
    }

    static ClientAuthStep outOfTurn() {
        return new ClientAuthStep.Failure(
                PROTOCOL_VIOLATION, "unexpected password message", "a password message out of turn");
    }

    /** The executor's queue is full. The client may try again: no statement is made about its password. */
    static ClientAuthStep overloaded() {
        return new ClientAuthStep.Failure(
                TOO_MANY_CONNECTIONS,
                "too many logins at the same time, try again",
                "the queue for deriving SCRAM keys is full");
    }
}

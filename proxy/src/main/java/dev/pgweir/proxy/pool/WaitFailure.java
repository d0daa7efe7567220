package dev.pgweir.proxy.pool;

import dev.pgweir.proxy.server.LoginFailure;

/**
 * Why a client waited in vain.
 *
 * @param kind what ended the wait
 * @param sqlState five characters; PostgreSQL's own for {@link Kind#LOGIN_REFUSED}
 * @param message PostgreSQL's own text for {@link Kind#LOGIN_REFUSED}
 */
public record WaitFailure(Kind kind, String sqlState, String message) {
    /** What ended a wait. */
    public enum Kind {
        /** {@code query_wait_timeout}. */
        QUERY_WAIT_TIMEOUT,
        /** PostgreSQL refused the pool's login and no other server of the pool is left. */
        LOGIN_REFUSED,
        /** The pools are being drained. */
        POOL_CLOSED
    }

    /** PgBouncer raises protocol violation here, and drivers and tests look for the text. */
    static final WaitFailure TIMEOUT = new WaitFailure(Kind.QUERY_WAIT_TIMEOUT, "08P01", "query_wait_timeout");

    static final WaitFailure CLOSED = new WaitFailure(Kind.POOL_CLOSED, "57P01", "server shutting down");

    /** Whether it was PostgreSQL that said so: what PgWeir finds wrong with a connection has a code of class 08. */
    public boolean ofServer() {
        return kind == Kind.LOGIN_REFUSED && !sqlState.startsWith("08");
    }

    static WaitFailure refused(LoginFailure failure) {
        return new WaitFailure(Kind.LOGIN_REFUSED, failure.sqlState(), failure.message());
    }
}

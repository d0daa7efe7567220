package dev.pgweir.proxy.server;

/**
 * Why a server connection could not be made.
 *
 * @param kind what the pool should do about it
 * @param sqlState five characters, PostgreSQL's own where it gave one
 * @param message PostgreSQL's own text where it gave one
 */
public record LoginFailure(Kind kind, String sqlState, String message) {
    /** What a failed login means for the clients that wait. */
    public enum Kind {
        /** PostgreSQL said no for good (password, database, role): waiting clients are told at once, with its text. */
        REFUSED,
        /** PostgreSQL is full (53300): backpressure. Clients stay queued, the next attempt is paced. */
        TOO_MANY_CONNECTIONS,
        /** Nobody answers, or PostgreSQL is starting up or shutting down: clients stay queued, attempts are paced. */
        UNREACHABLE
    }
}

package dev.pgweir.proxy.pool;

import dev.pgweir.proxy.server.LoginFailure;
import org.jspecify.annotations.Nullable;

/**
 * How a PostgreSQL server is doing.
 *
 * @param hostPort where it is
 * @param loggedIn connections that are logged in and not closing
 * @param logins logins in progress
 * @param failure why the last login got no connection, if none has since: it does not answer, or is full
 * @param failingNanos since when that is so
 * @param leftInPeace it has ended its connections, and as no client has asked for one lately, nobody looks whether it would
 *     take another
 */
public record HostSnapshot(
        String hostPort,
        int loggedIn,
        int logins,
        @Nullable LoginFailure failure,
        long failingNanos,
        boolean leftInPeace) {
    /** Whether clients can be served, as far as anybody knows: a connection is there, or nothing bad was heard. */
    public boolean serves() {
        return loggedIn > 0 || failure == null;
    }
}

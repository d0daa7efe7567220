package dev.pgweir.proxy.pool;

import dev.pgweir.proxy.server.LoginFailure;
import dev.pgweir.proxy.server.ServerState;
import org.jspecify.annotations.Nullable;

/**
 * What the outcome of logins means for those that come after. A server that is down or full concerns every pool on it,
 * so attempts are paced per host; a refusal concerns its pool alone.
 */
final class LoginDesk {
    private final ServerBook book;

    LoginDesk(ServerBook book) {
        this.book = book;
    }

    static boolean permits(PoolState pool, long now) {
        if (!pool.budget().host().permitsLogin(now)) {
            return false;
        }
        // As long as PostgreSQL refuses the pool's login, one attempt at a time.
        return !pool.refusals.isHolding() || (pool.count(ServerState.LOGIN) == 0 && pool.refusals.isDue(now));
    }

    /** What a newcomer is told at once: the pool's login was refused lately, and it has no server left to wait for. */
    static @Nullable WaitFailure refusal(PoolState pool, long now) {
        LoginFailure refusal = pool.refusal;
        return refusal == null || pool.paused || pool.usable() > 0 || pool.refusals.isDue(now)
                ? null
                : WaitFailure.refused(refusal);
    }

    /** True if logins were held up until now, so that others may go on. */
    boolean succeeded(PooledServer server) {
        PoolState pool = server.pool;
        ServerHost host = server.budget.host();
        boolean wasHeld = host.pacer.isHolding() || pool.refusals.isHolding();
        host.answered();
        if (server.ownParameters == null) {
            pool.refusals.succeeded();
            pool.refusal = null;
        }
        return wasHeld;
    }

    void failed(PooledServer server, LoginFailure failure, long now) {
        PoolState pool = server.pool;
        ServerHost host = server.budget.host();
        book.actions().loginFailed(server, failure);
        pool.stats.loginFailures().add(failure.kind());
        if (server.retired != null) {
            // It was opened by settings that have been replaced: nothing follows for those that are in force.
            return;
        }
        if (failure.kind() == LoginFailure.Kind.REFUSED) {
            // It answered, so it is not down.
            host.answered();
            if (server.ownParameters != null) {
                // What is refused to a client of its own kind says nothing of the others' login.
                return;
            }
            pool.refusals.failed(server.openedAt, now, longestPause(server), book.random());
            pool.refusal = failure;
            // While paused they wait for RESUME, whatever becomes of logins that were under way.
            if (pool.usable() == 0 && !pool.paused) {
                book.failAllWaits(pool, WaitFailure.refused(failure), now);
            }
        } else {
            host.full = failure.kind() == LoginFailure.Kind.TOO_MANY_CONNECTIONS;
            host.failed(failure, now);
            pool.aim.failed(server.budget, pool.spec.staysWithHost());
            host.pacer.failed(server.openedAt, now, longestPause(server), book.random());
        }
    }

    /** The socket of {@code server} is closed; it was in {@code state} until then. */
    void closed(PooledServer server, ServerState state, long now) {
        ServerHost host = server.budget.host();
        if (state == ServerState.LOGIN) {
            // It ended without a word; whatever the cause, trying again at once would be a busy loop.
            host.pacer.failed(server.openedAt, now, longestPause(server), book.random());
        } else if (server.connection != null && host.full) {
            // PostgreSQL has one connection less, which is what it was short of.
            host.pacer.hurry(now);
        }
    }

    /** The pool's settings have changed: what PostgreSQL said to the old ones does not count any more. */
    static void forget(PoolState pool) {
        pool.refusals.succeeded();
        pool.refusal = null;
    }

    private static long longestPause(PooledServer server) {
        return server.pool.spec.waiting().loginRetryNanos();
    }
}

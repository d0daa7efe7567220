package dev.pgweir.proxy.pool;

import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.LoginFailure;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Clients with a server of their own: replication connections, whose login PostgreSQL has to see with the client's own
 * parameters and which end as something that no other client could use. One server is opened for each; it counts against
 * the pool's size and every cap as any other does, and where one of them is reached, an unused server is closed for it.
 *
 * <p>A client stands in {@link PoolState#dedicated} until its server is being opened, and again if that fails for a
 * reason that may pass.
 */
final class DedicatedDesk {
    private final ServerBook book;
    private final Supply supply;

    DedicatedDesk(ServerBook book, Supply supply) {
        this.book = book;
        this.supply = supply;
    }

    void request(PoolState pool, PoolClient client, long now) {
        if (client.membership != PoolClient.Membership.NONE) {
            throw new IllegalStateException("the client is " + client.membership + " already");
        }
        WaitFailure failure = supply.isStopped() ? WaitFailure.CLOSED : LoginDesk.refusal(pool, now);
        if (failure != null) {
            book.actions().waitFailed(pool, client, failure);
            return;
        }
        client.membership = PoolClient.Membership.WAITING;
        client.waitingSince = now;
        pool.dedicated.add(client);
        serve(pool, now);
    }

    /** Opens a server for each that waits, as far as limits allow, and makes room for the next one. */
    void serve(PoolState pool, long now) {
        while (!pool.dedicated.isEmpty() && !supply.isStopped() && !pool.paused) {
            pool.aim.take(pool.spec.staysWithHost(), now);
            if (!LoginDesk.permits(pool, now)) {
                return;
            }
            if (!hasRoom(pool) || !pool.budget().hasRoom()) {
                makeRoom(pool);
                return;
            }
            PoolClient client = pool.dedicated.remove();
            PooledServer server = book.openFor(pool, client, now);
            client.reserved = server;
        }
    }

    /** The reserve is for clients that wait for one another. */
    private static boolean hasRoom(PoolState pool) {
        int size = pool.spec.sizes().pool();
        return size == 0 || pool.servers < size;
    }

    private void makeRoom(PoolState pool) {
        if (pool.owed >= pool.dedicated.size()) {
            // It is on its way.
            return;
        }
        PooledServer victim;
        if (hasRoom(pool)) {
            Cap cap = pool.budget().firstExhausted();
            victim = cap == null ? null : Evictor.anyUnused(cap);
        } else {
            PooledServer used = pool.used.last();
            victim = used != null ? used : pool.idle.last();
        }
        if (victim != null) {
            book.evict(victim, pool);
        }
    }

    /** Whether a server that has just become free has to go, so that a client gets one of its own. */
    boolean claims(PooledServer server) {
        PoolState pool = server.pool;
        PoolClient first = pool.dedicated.peek();
        return first != null
                && pool.owed < pool.dedicated.size()
                && first.waitingSince <= pool.oldestWait()
                && (!hasRoom(pool) || (!pool.budget().hasRoom() && server.budget.coversExhaustedOf(pool.budget())));
    }

    /**
     * A server that was opened for a client has logged in.
     *
     * @param end why it must not serve all the same
     */
    void ready(PooledServer server, @Nullable DisconnectReason end, long now) {
        PoolClient client = server.reservedFor;
        if (client == null) {
            book.close(server, DisconnectReason.CLIENT_UNEXPECTED_EOF);
        } else if (end != null) {
            again(server, client);
            book.close(server, end);
        } else {
            client.reserved = null;
            client.membership = PoolClient.Membership.NONE;
            server.pool.stats.waited(now - client.waitingSince);
            book.link(server, client);
            book.actions().assigned(client, server);
        }
    }

    /** Its login failed, or its socket was closed before that was over. */
    void failed(PooledServer server, @Nullable LoginFailure failure) {
        PoolClient client = server.reservedFor;
        if (client == null) {
            return;
        }
        if (failure != null && failure.kind() == LoginFailure.Kind.REFUSED) {
            server.reservedFor = null;
            end(server.pool, client, WaitFailure.refused(failure));
        } else {
            again(server, client);
        }
    }

    private static void again(PooledServer server, PoolClient client) {
        server.reservedFor = null;
        client.reserved = null;
        server.pool.dedicated.addFirst(client);
    }

    private void end(PoolState pool, PoolClient client, WaitFailure failure) {
        client.reserved = null;
        client.membership = PoolClient.Membership.NONE;
        book.actions().waitFailed(pool, client, failure);
    }

    /** True if the client waited: it will not be told anything any more. */
    boolean abandon(PoolState pool, PoolClient client) {
        if (client.membership != PoolClient.Membership.WAITING) {
            return false;
        }
        client.membership = PoolClient.Membership.NONE;
        PooledServer server = client.reserved;
        if (server != null) {
            client.reserved = null;
            server.reservedFor = null;
        } else {
            pool.dedicated.remove(client);
        }
        return true;
    }

    void tick(PoolState pool, long now) {
        for (PoolClient client : List.copyOf(pool.dedicated)) {
            if (client.isLate(pool, now)) {
                pool.dedicated.remove(client);
                end(pool, client, WaitFailure.TIMEOUT);
            }
        }
        serve(pool, now);
    }

    void failAll(PoolState pool, WaitFailure failure) {
        while (!pool.dedicated.isEmpty()) {
            end(pool, pool.dedicated.remove(), failure);
        }
    }
}

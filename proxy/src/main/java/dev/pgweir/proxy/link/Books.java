package dev.pgweir.proxy.link;

import dev.pgweir.proxy.pool.PoolStats;
import dev.pgweir.proxy.prepare.ClientStatements;
import dev.pgweir.proxy.prepare.Effect;
import dev.pgweir.proxy.prepare.PreparedStatement;
import dev.pgweir.proxy.prepare.ServerStatements;
import org.jspecify.annotations.Nullable;

/**
 * A client's book of prepared statements and that of the server that it has, as the group of messages that is being sent finds
 * and changes them. On the client's loop.
 */
final class Books {
    private final ServerSide server;
    private final RequestQueue requests;
    private final ClientStatements client = new ClientStatements();

    Books(ServerSide server, RequestQueue requests) {
        this.server = server;
        this.requests = requests;
    }

    /** The client's own names. */
    ClientStatements client() {
        return client;
    }

    /** What the bound server is believed to have prepared. */
    ServerStatements prepared() {
        return server.server().statements();
    }

    PoolStats stats() {
        return server.stats();
    }

    /** The number of the group. */
    long group() {
        return requests.group();
    }

    // ---- what is uncertain ----

    /** Whether an answer to an earlier group may change what the name means. */
    boolean isOpen(ClientStatements.@Nullable Name name) {
        return name != null && name.isOpenBefore(group());
    }

    /** Whether an answer to an earlier group may change whether the server has it. */
    boolean isOpen(@Nullable PreparedStatement statement) {
        return statement != null && prepared().isOpenBefore(statement, group());
    }

    /** Whether it is not known yet what there is to deallocate. */
    boolean isAnythingOpen() {
        return client.isOpenBefore(group()) || prepared().isOpenBefore(group());
    }

    // ---- changes ----

    /** The client's statement of this name is about to be another one, or none. */
    Effect change(String name, @Nullable PreparedStatement to) {
        return client.change(name, to, group());
    }

    /** The client's unnamed statement is about to be none. */
    Effect closeUnnamed() {
        return client.closeUnnamed(prepared(), group());
    }

    /** The server is about to have it. */
    Effect preparing(PreparedStatement statement) {
        return prepared().preparing(statement, group());
    }

    /** The server is about not to have it any more. */
    Effect closing(PreparedStatement statement) {
        return prepared().closing(statement, group());
    }
}

package dev.pgweir.proxy.client;

import io.netty.buffer.ByteBuf;

/** The console behind the databases {@code pgbouncer} and {@code pgweir}. Called on the client's event loop. */
@FunctionalInterface
public interface ConsoleAccess {
    /**
     * Answers one query of the simple protocol.
     *
     * @param admin whether the user may do more than look
     * @param out takes the whole answer, ReadyForQuery included
     */
    void execute(String sql, String user, boolean admin, ByteBuf out);
}

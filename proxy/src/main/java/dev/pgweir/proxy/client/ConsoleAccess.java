package dev.pgweir.proxy.client;

/** The console behind the databases {@code pgbouncer} and {@code pgweir}. For any thread. */
@FunctionalInterface
public interface ConsoleAccess {
    /**
     * Begins a conversation, which is held on the client's event loop.
     *
     * @param admin whether the user may do more than look
     */
    ConsoleConversation converse(String user, boolean admin, ConsoleClient client);
}

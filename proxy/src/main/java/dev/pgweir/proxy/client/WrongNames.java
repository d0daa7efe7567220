package dev.pgweir.proxy.client;

import dev.pgweir.proxy.link.WrongName;
import dev.pgweir.proxy.server.DisconnectReason;

/** What comes of a statement's name that a client should not have used. On the client's loop. */
final class WrongNames {
    private WrongNames() {}

    /**
     * Writes it to the log.
     *
     * @param compatible whether to do as PgBouncer does, for which a missing statement is the end of the client
     * @return whether the client has to leave
     */
    static boolean refuses(ClientSession session, WrongName name, boolean compatible) {
        if (name.kind() == WrongName.Kind.TAKEN) {
            session.strangers()
                    .error(
                            "prepared statement was already prepared",
                            session,
                            "prepared statement '" + name.shown() + "' was already prepared");
            return false;
        }
        if (compatible) {
            session.strangers()
                    .error(
                            "prepared statement not found",
                            session,
                            "prepared statement '" + name.shown() + "' not found");
        } else if (ClientSession.LOG.isDebugEnabled()) {
            ClientSession.LOG.debug("{} {}: '{}'", session, DisconnectReason.STATEMENT_MISSING.text(), name.shown());
        }
        return compatible;
    }
}

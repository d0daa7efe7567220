package dev.pgweir.proxy.client;

import dev.pgweir.config.DatabaseConfig;
import dev.pgweir.config.ProxyConfig;
import dev.pgweir.proxy.log.LogPrefix;

/**
 * What lines of the log call a client while it logs in. That is what it says of itself, unless PgWeir is to be compatible
 * with PgBouncer: there a line has the user once it is known whose password is asked for, and the database once that user
 * and the database both exist. On the client's loop.
 */
final class ShownNames {
    private final ClientSession session;
    private final ProxyConfig config;
    private final String user;
    private final String database;
    private final Runnable attempt;
    /** Nobody has said yet whether there is such a user. */
    private boolean open = true;

    private boolean known;

    /**
     * @param user and the database as the client has sent them
     * @param attempt writes that it wants to log in; run once it has the name for that
     */
    ShownNames(ClientSession session, ProxyConfig config, String user, String database, Runnable attempt) {
        this.session = session;
        this.config = config;
        this.user = user;
        this.database = database;
        this.attempt = attempt;
    }

    /** The startup packet has come. */
    void begin() {
        if (!config.compatible()) {
            session.shows(session.user(), session.database());
            attempt.run();
        }
    }

    /** Whether nobody has said yet what is known of the user. */
    boolean isOpen() {
        return open;
    }

    /** Whether there is such a user remains to be seen: {@link #isKnown} follows if somebody can tell. */
    void isLookedUp() {
        open = false;
    }

    /** The user is being looked up in a database. */
    void asks(String where) {
        // Once more it is asked for somebody whose name is known.
        if (config.compatible() && !known) {
            session.shows(null, where);
        }
    }

    /**
     * Somebody's password is asked for.
     *
     * @param exists whether there is such a user
     */
    void isKnown(boolean exists) {
        open = false;
        known = true;
        if (config.compatible()) {
            boolean real = DatabaseConfig.isConsole(database)
                    || config.database(database).isPresent();
            session.shows(user, exists && real ? database : null);
            attempt.run();
        }
    }

    /** It has logged in. */
    void loggedIn() {
        // As the session has them by now, which is once for all who share them.
        session.shows(session.user(), session.database());
    }

    /** How PgBouncer calls a client whose database comes to be with it: by nothing yet. */
    static Object asNewcomer(ClientSession session, boolean compatible) {
        LogPrefix prefix = session.prefix();
        return compatible ? new LogPrefix(prefix.side(), prefix.id(), null, null, prefix.peer()) : session;
    }
}

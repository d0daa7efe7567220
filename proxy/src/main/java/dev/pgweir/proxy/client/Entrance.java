package dev.pgweir.proxy.client;

import dev.pgweir.config.ClientSettings;
import dev.pgweir.config.DatabaseConfig;
import dev.pgweir.config.ProxyConfig;
import dev.pgweir.config.value.AuthType;
import dev.pgweir.proxy.auth.AuthenticatedUser;
import dev.pgweir.proxy.link.DatabasePool;
import dev.pgweir.proxy.server.DisconnectReason;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whom a login lets in: the places under the limits of clients, and the pool that a client may use. Whoever gets none is
 * told why, which ends its session. On the client's loop.
 */
final class Entrance {
    private static final Logger LOG = LoggerFactory.getLogger(Entrance.class);

    private final ClientSession session;
    private final Clients clients;
    private final String user;
    private final String database;

    Entrance(ClientSession session, Clients clients, String user, String database) {
        this.session = session;
        this.clients = clients;
        this.user = user;
        this.database = database;
    }

    /** PgWeir is ending: only the console takes somebody in. */
    void refuseIfClosed() {
        if (clients.isClosed(session) && !DatabaseConfig.isConsole(database)) {
            session.fail("57P03", "the pooler is shutting down", DisconnectReason.SHUTDOWN);
        }
    }

    /** Whether there was a place. The console needs none: administrators get in when everything else is full. */
    boolean holdPlaceAmongAll(ProxyConfig config) {
        int limit = config.limits().maxClientConn();
        return DatabaseConfig.isConsole(database) || holdPlace(clients.limits().total(limit), "max_client_conn", limit);
    }

    private boolean holdPlace(ClientLimits.@Nullable Place place, String setting, int limit) {
        if (place != null) {
            session.holds(place);
            return true;
        }
        session.fail(
                "53300",
                clients.configuration().compatible()
                        ? "no more connections allowed (" + setting + ")"
                        : "no more connections allowed: " + setting + " is " + limit,
                DisconnectReason.CLIENT_LIMIT);
        return false;
    }

    /**
     * The pool of a client that is no stranger any more, which it holds from then on.
     *
     * @param config the one that is in force now: the password may have taken its time
     * @return null if it gets none
     */
    @Nullable
    DatabasePool pool(ProxyConfig config, AuthenticatedUser who) {
        if (config.database(database).isEmpty()) {
            return noSuchDatabase();
        }
        if (clients.isDisabled(database)) {
            session.fail("57P03", "database \"" + database + "\" is disabled", DisconnectReason.CLIENT_LOGIN_FAILED);
            return null;
        }
        ClientSettings settings = config.clientSettings(database, user);
        int ofDatabase = settings.maxDbClientConnections();
        int ofUser = settings.maxUserClientConnections();
        ClientLimits.Named inDatabase = clients.limits().database(database, ofDatabase);
        if (!holdPlace(inDatabase, "max_db_client_connections", ofDatabase)) {
            return null;
        }
        ClientLimits.Named asUser = clients.limits().user(user, ofUser);
        if (!holdPlace(asUser, "max_user_client_connections", ofUser)) {
            return null;
        }
        if (inDatabase != null && asUser != null) {
            session.sharesNames(asUser.name(), inDatabase.name());
        }
        boolean ownUser = config.poolSettings(database, user).target().userForced();
        if (config.auth().authType() == AuthType.ANY && !ownUser) {
            session.fail(
                    "28000",
                    "auth_type = any needs a database with a user of its own (user = …)",
                    DisconnectReason.CLIENT_LOGIN_FAILED);
            return null;
        }
        if (clients.isNewAutomatic(config, database)) {
            LOG.info(
                    "{} registered new auto-database: {}",
                    ShownNames.asNewcomer(session, config.compatible()),
                    database);
        }
        DatabasePool pool = clients.pool(database, who);
        if (pool == null) {
            return noSuchDatabase();
        }
        session.holds(pool.pool()::letGo);
        return pool;
    }

    private @Nullable DatabasePool noSuchDatabase() {
        session.fail("3D000", "no such database: " + database, DisconnectReason.CLIENT_LOGIN_FAILED);
        return null;
    }
}

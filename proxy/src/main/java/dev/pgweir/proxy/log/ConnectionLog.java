package dev.pgweir.proxy.log;

import java.net.SocketAddress;
import org.slf4j.Logger;

/**
 * The log lines about one connection, in PgBouncer's words. Belongs to that connection's event loop. The prefix is put
 * together when a line is really written, so a quiet connection costs a few references.
 */
public final class ConnectionLog {

    private final Logger logger;
    private LogPrefix prefix;

    private ConnectionLog(Logger logger, LogPrefix prefix) {
        this.logger = logger;
        this.prefix = prefix;
    }

    /**
     * For a connection that a client has opened, whose database and user are not known yet.
     *
     * @param id number of the connection, as the console shows it
     */
    public static ConnectionLog client(Logger logger, long id, SocketAddress peer) {
        return new ConnectionLog(logger, new LogPrefix(LogPrefix.Side.CLIENT, id, null, null, peer));
    }

    /**
     * For a connection that PgWeir opens.
     *
     * @param id number of the connection, as the console shows it
     */
    public static ConnectionLog server(Logger logger, long id, String database, String user, SocketAddress peer) {
        return new ConnectionLog(logger, new LogPrefix(LogPrefix.Side.SERVER, id, database, user, peer));
    }

    /** From now on lines name the database and user. */
    public void identify(String database, String user) {
        prefix = new LogPrefix(prefix.side(), prefix.id(), database, user, prefix.peer());
    }

    /**
     * A client asks to log in; PgBouncer writes this where {@code log_connections} is on, once the password was right.
     *
     * @param tls {@code no}, or protocol and cipher as in {@code TLSv1.3/TLS_AES_256_GCM_SHA384}
     */
    public void loginAttempt(String database, String user, String tls, boolean replication) {
        if (logger.isInfoEnabled()) {
            logger.info(
                    "{} login attempt: db={} user={} tls={} replication={}",
                    prefix,
                    LogText.name(database),
                    LogText.name(user),
                    tls,
                    replication ? "yes" : "no");
        }
    }

    /** A server connection has been made, from this address on our side. */
    public void connectedToServer(SocketAddress local) {
        if (logger.isInfoEnabled()) {
            logger.info("{} new connection to server (from {})", prefix, ConnectionAddress.text(local));
        }
    }

    /** The connection ends; PgBouncer writes this where {@code log_disconnections} is on. */
    public void closing(String reason, long ageSeconds) {
        logger.info("{} closing because: {} (age={}s)", prefix, reason, ageSeconds);
    }

    /** PgWeir sends this error to the client; PgBouncer writes this where {@code log_pooler_errors} is on. */
    public void poolerError(String text) {
        logger.warn("{} pooler error: {}", prefix, text);
    }

    /** A line of the usual detail. */
    public void log(String text) {
        logger.info("{} {}", prefix, text);
    }

    public void warning(String text) {
        logger.warn("{} {}", prefix, text);
    }

    public void error(String text) {
        logger.error("{} {}", prefix, text);
    }

    /** A mistake in PgWeir itself, with its stack. */
    public void error(String text, Throwable cause) {
        logger.error("{} {}", prefix, text, cause);
    }

    public void debug(String text) {
        logger.debug("{} {}", prefix, text);
    }

    public boolean isDebugEnabled() {
        return logger.isDebugEnabled();
    }

    /** What the lines begin with. */
    public LogPrefix prefix() {
        return prefix;
    }
}

package dev.pgweir.proxy.log;

import dev.pgweir.config.LogConfig;
import java.net.SocketAddress;
import java.util.function.Supplier;
import org.slf4j.Logger;

/**
 * The log lines about one connection to PostgreSQL, in PgBouncer's words. Belongs to that connection's event loop. The prefix is
 * put together when a line is really written, so a quiet connection costs a few references.
 */
public final class ServerLog {

    private final Logger logger;
    private final Supplier<LogConfig> config;
    private final LogPrefix prefix;

    /**
     * @param config in force at the moment
     * @param id number of the connection, as the console shows it
     */
    public ServerLog(
            Logger logger, Supplier<LogConfig> config, long id, String database, String user, SocketAddress peer) {
        this.logger = logger;
        this.config = config;
        this.prefix = new LogPrefix(LogPrefix.Side.SERVER, id, database, user, peer);
    }

    /** The connection has been made, from this address on our side; not where {@code log_connections} is off. */
    public void connected(SocketAddress local) {
        if (logger.isInfoEnabled() && config.get().logConnections()) {
            logger.info("{} new connection to server (from {})", prefix, ConnectionAddress.text(local));
        }
    }

    /** The connection ends; not where {@code log_disconnections} is off. */
    public void closing(String reason, long ageSeconds) {
        if (config.get().logDisconnections()) {
            logger.info("{} closing because: {} (age={}s)", prefix, reason, ageSeconds);
        }
    }

    /** A line of the usual detail. */
    public void log(String text) {
        logger.info("{} {}", prefix, text);
    }

    public void warning(String text) {
        logger.warn("{} {}", prefix, text);
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

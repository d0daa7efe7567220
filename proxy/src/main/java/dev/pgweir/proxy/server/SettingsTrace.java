package dev.pgweir.proxy.server;

import dev.pgweir.proxy.log.LogSubject;
import dev.pgweir.proxy.log.LogText;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What becomes of a client's settings on a server, in PgBouncer's words, for a log of all details. Any thread. */
public final class SettingsTrace {
    private static final Logger LOG = LoggerFactory.getLogger(SettingsTrace.class);

    private SettingsTrace() {}

    /** The server is about to be told what the client wants. */
    public static void applied(ServerConnection server, SessionParameters wanted) {
        if (LOG.isDebugEnabled()) {
            LOG.debug(
                    "{} varcache_apply: {}",
                    server,
                    LogText.line(server.parameters().describedToSuit(wanted)));
        }
    }

    /**
     * The server has taken what the client wants. To be called before the client takes over how PostgreSQL spells it.
     *
     * @param server what PostgreSQL has reported
     */
    public static void canonical(LogSubject client, SessionParameters wanted, SessionParameters server) {
        if (LOG.isDebugEnabled()) {
            wanted.differences(
                    server,
                    (name, asked, has) -> LOG.debug(
                            "{} varcache_set_canonical: setting {} to its canonical version {} -> {}",
                            client,
                            name,
                            LogText.line(asked),
                            LogText.line(has)));
        }
    }
}

package dev.pgweir.proxy.cli;

import dev.pgweir.proxy.Shutdown;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a signal means, as with PgBouncer: HUP reloads, USR1 pauses and USR2 resumes, TERM waits for the clients (within
 * {@code shutdown_timeout}, which PgBouncer does not have), INT for the server connections, and the second of these two ends it
 * at once; so does the first if the console has begun the end and it would not hasten that. Any thread.
 */
final class SignalOrders {

    private static final Logger LOG = LoggerFactory.getLogger(SignalOrders.class);

    /** Who follows the orders. */
    interface Target {
        /** Whether the console or a signal has begun the end. */
        boolean isEnding();

        /** Whether this order would begin the end, or hasten it. */
        boolean hastens(Shutdown how);

        void shutdown(Shutdown how);

        void reload();

        void pause();

        void resume();
    }

    private final Target proxy;
    private final AtomicBoolean isStopping = new AtomicBoolean();

    SignalOrders(Target proxy) {
        this.proxy = proxy;
    }

    void onTerm() {
        stop("SIGTERM", Shutdown.GRACEFUL, "waiting for all clients to disconnect");
    }

    void onInt() {
        stop("SIGINT", Shutdown.WAIT_FOR_SERVERS, "waiting for all server connections to be released");
    }

    void onHup() {
        if (isEnding()) {
            LOG.info("got SIGHUP while shutting down, ignoring");
        } else {
            LOG.info("got SIGHUP, re-reading config");
            proxy.reload();
        }
    }

    void onUsr1() {
        if (isEnding()) {
            LOG.info("got SIGUSR1 while shutting down, ignoring");
        } else {
            LOG.info("got SIGUSR1, pausing all activity");
            proxy.pause();
        }
    }

    void onUsr2() {
        if (isEnding()) {
            LOG.info("got SIGUSR2 while shutting down, ignoring");
        } else {
            LOG.info("got SIGUSR2, resuming all activity");
            proxy.resume();
        }
    }

    private boolean isEnding() {
        return isStopping.get() || proxy.isEnding();
    }

    private void stop(String signal, Shutdown how, String waiting) {
        if (isStopping.compareAndSet(false, true) && proxy.hastens(how)) {
            LOG.info("got {}, shutting down, {}", signal, waiting);
            proxy.shutdown(how);
        } else {
            LOG.info("got {} while shutting down, fast exit", signal);
            proxy.shutdown(Shutdown.IMMEDIATE);
        }
    }
}

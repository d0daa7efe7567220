package dev.pgweir.proxy.cli;

import dev.pgweir.proxy.Shutdown;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a signal means, as with PgBouncer: TERM waits for the clients, INT for the server connections, and either of them
 * while it waits ends it at once. The others that PgBouncer knows must not end the process, which is what they do by
 * default; PgWeir says that it does not have what they ask for. Any thread.
 */
final class SignalOrders {

    private static final Logger LOG = LoggerFactory.getLogger(SignalOrders.class);

    private final Consumer<Shutdown> proxy;
    private final AtomicBoolean isStopping = new AtomicBoolean();

    SignalOrders(Consumer<Shutdown> proxy) {
        this.proxy = proxy;
    }

    void onTerm() {
        stop("SIGTERM", Shutdown.WAIT_FOR_CLIENTS, "waiting for all clients to disconnect");
    }

    void onInt() {
        stop("SIGINT", Shutdown.WAIT_FOR_SERVERS, "waiting for all server connections to be released");
    }

    void onHup() {
        LOG.warn("got SIGHUP, but this version cannot reload its configuration: restart it to apply a change");
    }

    /** PgBouncer's PAUSE (USR1) and RESUME (USR2). */
    void onUser(String signal) {
        LOG.warn("got SIG{}, which this version ignores", signal);
    }

    private void stop(String signal, Shutdown how, String waiting) {
        if (isStopping.compareAndSet(false, true)) {
            LOG.info("got {}, shutting down, {}", signal, waiting);
            proxy.accept(how);
        } else {
            LOG.info("got {} while shutting down, fast exit", signal);
            proxy.accept(Shutdown.IMMEDIATE);
        }
    }
}

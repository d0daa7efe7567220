package dev.pgweir.proxy;

import dev.pgweir.config.ProxyConfig;
import dev.pgweir.proxy.admin.ConsoleException;
import java.util.concurrent.CompletableFuture;

/** What a running PgWeir as a whole can be told. For any thread; nothing here blocks. */
interface Lifecycle {
    /** The configuration in force. */
    ProxyConfig config();

    /** Puts another configuration in force that differs in reloadable settings only. */
    void apply(ProxyConfig next);

    /** Reads the configuration anew; fails with a {@link ConsoleException} if it cannot be put in force. */
    CompletableFuture<Void> reload() throws ConsoleException;

    /** Begins to end. */
    void shutdown(Shutdown how);

    /** Whether it has begun to end. */
    boolean isEnding();
}

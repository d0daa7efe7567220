package dev.pgweir.proxy;

import dev.pgweir.config.ProxyConfig;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/** What a running PgWeir as a whole can be told. For any thread; nothing here blocks. */
interface Lifecycle {
    /** The configuration in force. */
    ProxyConfig config();

    /** Reads the configuration anew and puts it in force. */
    CompletableFuture<ReloadResult> reload();

    /** Puts another configuration in force, made from the one that is. */
    CompletableFuture<ReloadResult> change(UnaryOperator<ProxyConfig> how);

    /** Begins to end. */
    void shutdown(Shutdown how);

    /** Whether it has begun to end. */
    boolean isEnding();
}

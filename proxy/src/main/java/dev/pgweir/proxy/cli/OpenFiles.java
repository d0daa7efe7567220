package dev.pgweir.proxy.cli;

import dev.pgweir.config.DatabaseConfig;
import dev.pgweir.config.PoolSizes;
import dev.pgweir.config.ProxyConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether the process may open as many sockets as the configuration lets it. */
final class OpenFiles {
    private static final Logger LOG = LoggerFactory.getLogger(OpenFiles.class);

    /** Listening sockets, event loops, jar, log: fewer than this. */
    private static final int OWN = 50;

    private OpenFiles() {}

    /** Logs the limit in PgBouncer's words, as a warning if it is too low. Where the system does not tell, nothing. */
    static void log(ProxyConfig config) {
        OptionalLong limit = limit(Path.of("/proc/self/limits"));
        if (limit.isEmpty()) {
            return;
        }
        long expected = expected(config);
        String line = "kernel file descriptor limit: " + limit.getAsLong() + "; max_client_conn: "
                + config.limits().maxClientConn() + ", max expected fd use: " + expected;
        if (limit.getAsLong() < expected) {
            LOG.warn("{}: clients beyond it will be refused; raise it (LimitNOFILE=, ulimit -n)", line);
        } else {
            LOG.info("{}", line);
        }
    }

    /** A place for each client, and for each server connection of the databases and users that are known now. */
    static long expected(ProxyConfig config) {
        long servers = 0;
        for (DatabaseConfig database : config.databases().values()) {
            PoolSizes sizes = config.poolSettings(
                            database.name().equals(DatabaseConfig.FALLBACK) ? "" : database.name(), "")
                    .sizes();
            int users =
                    database.forcedUser() == null ? Math.max(1, config.users().size()) : 1;
            servers += (long) (sizes.poolSize() + sizes.reservePoolSize()) * users;
        }
        return config.limits().maxClientConn() + servers + OWN;
    }

    /**
     * What the JVM may open; it has raised its soft limit to the hard one.
     *
     * @param limits what Linux says: {@code Max open files  SOFT  HARD  files}
     */
    static OptionalLong limit(Path limits) {
        try {
            for (String line : Files.readAllLines(limits)) {
                if (line.startsWith("Max open files")) {
                    return OptionalLong.of(
                            Long.parseLong(line.substring(14).strip().split(" +", -1)[0]));
                }
            }
        } catch (IOException | NumberFormatException e) {
            LOG.debug("the limit of open files is not known: {}", e.toString());
        }
        return OptionalLong.empty();
    }
}

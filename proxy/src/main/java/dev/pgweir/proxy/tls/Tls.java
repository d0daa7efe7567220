package dev.pgweir.proxy.tls;

import dev.pgweir.config.DatabaseConfig;
import dev.pgweir.config.ProxyConfig;
import dev.pgweir.config.TlsConfig;
import dev.pgweir.config.setting.DatabaseSettings;
import dev.pgweir.config.value.SslMode;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS in force on both sides, replaced as a whole. Reading is for any thread and costs nothing; {@link #prepare} reads
 * files and is for the thread that reloads. Connections keep what they were opened with.
 */
public final class Tls implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Tls.class);

    /** Threads for the checks of certificates: a storm of logins must not take the processors from the queries. */
    private static final int THREADS = 1;

    /** Both sides at a moment. */
    private record State(
            ProxyConfig config,
            FileStamps files,
            @Nullable ClientTls client,
            @Nullable ServerTls server) {}

    private final ThreadPoolExecutor tasks;
    private final Handshakes clientHandshakes = new Handshakes();
    private final Handshakes serverHandshakes = new Handshakes();
    /** Null until TLS is needed for the first time: loading the library takes a tenth of a second. */
    private @Nullable TlsEngine engine;

    private volatile State current;

    /**
     * Reads what the configuration names; blocks.
     *
     * @throws TlsException if it cannot be used
     */
    public Tls(ProxyConfig config) throws TlsException {
        tasks = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                // A minute of silence later the thread may go.
                60,
                TimeUnit.SECONDS,
                // Bounded by the connections: each has one task at a time.
                new LinkedBlockingQueue<>(),
                new DefaultThreadFactory("pgweir-tls", true));
        tasks.allowCoreThreadTimeOut(true);
        current = load(config);
    }

    /**
     * Whether TLS could be set up as configured; blocks, and opens nothing.
     *
     * @throws TlsException if it could not
     */
    public static void check(ProxyConfig config) throws TlsException {
        try (Tls tried = new Tls(config)) {
            LOG.debug("TLS can be set up, towards clients: {}", tried.client() != null);
        }
    }

    /** Towards clients; null where it is switched off. */
    public @Nullable ClientTls client() {
        return current.client();
    }

    /** Towards servers; null where no database has it. */
    public @Nullable ServerTls server() {
        return current.server();
    }

    /** Those with clients, over all reloads. */
    public Handshakes clientHandshakes() {
        return clientHandshakes;
    }

    /** Those with servers, over all reloads; cancel requests have their own, too. */
    public Handshakes serverHandshakes() {
        return serverHandshakes;
    }

    /**
     * Reads everything anew for a configuration that is about to be put in force; blocks.
     *
     * <p>Where the settings of TLS are the same and only a file is broken, what is in force stays, and the log says so.
     *
     * @return puts it in force
     * @throws TlsException if new settings cannot be used
     */
    public synchronized Runnable prepare(ProxyConfig next) throws TlsException {
        State state;
        try {
            state = load(next);
        } catch (TlsException e) {
            State old = current;
            if (!sameSettings(old.config(), next)) {
                throw e;
            }
            LOG.error(
                    "TLS setup failed: {}: {}; the certificates that were read before stay",
                    e.setting(),
                    e.getMessage());
            state = new State(next, FileStamps.of(files(next.tls())), old.client(), old.server());
        }
        State ready = state;
        return () -> putInForce(ready);
    }

    /** Waits for {@link #rereadChanged}, which would put back the configuration that it began with. */
    private synchronized void putInForce(State ready) {
        current = ready;
    }

    /** Reads the files anew if they are others than those that were read last; blocks. */
    synchronized void rereadChanged(FileStamps seen) {
        State old = current;
        if (seen.equals(old.files())) {
            return;
        }
        try {
            current = load(old.config());
            LOG.info("TLS certificates have changed and were read anew");
        } catch (TlsException e) {
            LOG.error(
                    "TLS setup failed: {}: {}; the certificates that were read before stay",
                    e.setting(),
                    e.getMessage());
            current = new State(old.config(), seen, old.client(), old.server());
        }
    }

    /** The files of the configuration in force, as they are on disk now; blocks. */
    FileStamps stamps() {
        return FileStamps.of(files(current.config().tls()));
    }

    private synchronized State load(ProxyConfig config) throws TlsException {
        // Before reading: what changes in between is read once more, and not missed.
        FileStamps files = FileStamps.of(files(config.tls()));
        Set<SslMode> modes = modes(config);
        boolean servers = modes.stream().anyMatch(mode -> mode != SslMode.DISABLE);
        if (config.tls().client().sslMode() == SslMode.DISABLE && !servers) {
            return new State(config, files, null, null);
        }
        TlsEngine used = engine;
        if (used == null) {
            used = TlsEngine.detect();
            engine = used;
        }
        Executor executor = tasks;
        return new State(
                config,
                files,
                ClientTls.of(config.tls().client(), used, executor, clientHandshakes),
                servers ? ServerTls.of(config.tls().server(), modes, used, executor, serverHandshakes) : null);
    }

    private static Set<SslMode> modes(ProxyConfig config) {
        Set<SslMode> modes = EnumSet.of(config.tls().server().sslMode());
        for (DatabaseConfig database : config.databases().values()) {
            SslMode own = database.values().find(DatabaseSettings.SERVER_TLS_SSLMODE);
            if (own != null) {
                modes.add(own);
            }
        }
        return modes;
    }

    private static boolean sameSettings(ProxyConfig one, ProxyConfig other) {
        return one.tls().equals(other.tls()) && modes(one).equals(modes(other));
    }

    private static List<String> files(TlsConfig tls) {
        return List.of(
                        tls.client().keyFile(),
                        tls.client().certFile(),
                        tls.client().caFile(),
                        tls.server().keyFile(),
                        tls.server().certFile(),
                        tls.server().caFile())
                .stream()
                .filter(name -> !name.isEmpty())
                .distinct()
                .toList();
    }

    /** Handshakes that are under way fail; connections go on. */
    @Override
    public void close() {
        tasks.shutdownNow();
    }
}

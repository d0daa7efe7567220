package dev.pgweir.proxy.cli;

import dev.pgweir.config.ProxyConfig;
import dev.pgweir.config.load.ConfigLoader;
import dev.pgweir.config.load.LoadResult;
import dev.pgweir.config.load.Problem;
import dev.pgweir.config.setting.SettingException;
import dev.pgweir.config.setting.SettingValues;
import dev.pgweir.config.setting.Settings;
import dev.pgweir.proxy.ConfiguredLog;
import dev.pgweir.proxy.Proxy;
import dev.pgweir.proxy.ProxyStartException;
import dev.pgweir.proxy.Shutdown;
import dev.pgweir.proxy.log.Logging;
import dev.pgweir.proxy.log.StandardError;
import dev.pgweir.proxy.net.ServiceManager;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * PgWeir in the foreground, as the command line has asked for it. It knows nothing of how the command line was read.
 *
 * @param file the configuration; null if the environment alone has it
 * @param verbosity how often {@code -v} was given
 * @param pgBouncer options of PgBouncer's that were given
 */
record Run(
        Map<String, String> environment,
        @Nullable Path file,
        boolean quiet,
        int verbosity,
        PgBouncerOptions pgBouncer) {
    private static final Logger LOG = LoggerFactory.getLogger(Run.class);

    /**
     * Starts, and returns when PgWeir has ended.
     *
     * @param hint what to say instead of the problems of a file that is none; null where its name is like no command's
     * @return the exit code
     */
    int execute(PrintWriter err, UnaryOperator<@Nullable String> hint) {
        if (pgBouncer.isRefused(err)) {
            return 1;
        }
        if (file == null
                && environment.getOrDefault("DATABASE_URL", "").isBlank()
                && !environment.containsKey("DATABASE_URL_FILE")) {
            printTwoWays(err);
            return 1;
        }
        LoadResult result = load(file);
        ProxyConfig config = result.config();
        if (config == null) {
            String advice = file == null ? null : hint.apply(file.toString());
            if (advice != null) {
                err.println("pgweir: " + advice);
                return 1;
            }
            ProblemPrinter.print(result, err);
            err.println("pgweir: not started, " + ProblemPrinter.counts(result));
            return 1;
        }
        if (quiet) {
            StandardError.quiet();
        }
        try {
            // Before anything is logged that the file should have, and before the first client is taken.
            ConfiguredLog.apply(config.log(), config.eventLog().format());
        } catch (SettingException e) {
            err.println("pgweir: not started, " + e.setting() + ": " + e.getMessage());
            return 1;
        }
        result.warnings().forEach(Run::log);
        return runWithPidFile(config);
    }

    private int runWithPidFile(ProxyConfig config) {
        Path where = config.pidfile();
        if (where == null) {
            return run(config);
        }
        PidFile pidfile;
        try {
            pidfile = PidFile.write(where);
        } catch (IOException e) {
            LOG.error(Logging.FATAL, "{}", e.getMessage());
            return 1;
        }
        try {
            return run(config);
        } finally {
            pidfile.remove();
        }
    }

    /** The configuration, in which -v counts where nothing else says how much is logged. */
    private LoadResult load(@Nullable Path from) {
        LoadResult result = ConfigLoader.load(from, environment);
        ProxyConfig config = result.config();
        if (config == null || verbosity == 0 || config.values().isSet(Settings.VERBOSE)) {
            return result;
        }
        SettingValues values = config.values().with(Settings.VERBOSE, Math.min(verbosity, 3));
        return new LoadResult(config.withValues(values), result.errors(), result.warnings());
    }

    private static void log(Problem problem) {
        if (problem.severity() == Problem.Severity.NOTE) {
            LOG.info("{}", problem);
        } else {
            LOG.warn("{}", problem);
        }
    }

    private int run(ProxyConfig config) {
        try {
            // Before the first address is listened on: whoever sees PgWeir up may stop it at once.
            CompletableFuture<Proxy> started = new CompletableFuture<>();
            Signals.install(new SignalOrders(new WhenStarted(started)));
            Proxy proxy = Proxy.start(
                    config, inForce -> load(inForce.conffile()), new ServiceManager(environment), VersionText.number());
            started.complete(proxy);
            LOG.info("process up: PgWeir {}, Java {} ({})", VersionText.number(), Runtime.version(), proxy.transport());
            pgBouncer.explain();
            IgnoredSignals.warn();
            OpenFiles.log(config);
            proxy.terminated().toCompletableFuture().join();
            LOG.info("process down");
            return 0;
        } catch (ProxyStartException e) {
            LOG.error(Logging.FATAL, "{}", e.getMessage());
            return 1;
        } catch (CompletionException e) {
            LOG.error(Logging.FATAL, "ended by a mistake of PgWeir itself", e.getCause());
            return 1;
        }
    }

    /** Orders that come before there is anybody to follow them. */
    private record WhenStarted(CompletableFuture<Proxy> started) implements SignalOrders.Target {
        @Override
        public boolean isEnding() {
            return started.isDone() && started.join().isShuttingDown();
        }

        @Override
        public boolean hastens(Shutdown how) {
            return !started.isDone() || started.join().hastens(how);
        }

        @Override
        public void shutdown(Shutdown how) {
            started.thenAccept(proxy -> proxy.shutdown(how));
        }

        @Override
        public void reload() {
            started.thenAccept(Proxy::reload);
        }

        @Override
        public void pause() {
            started.thenAccept(Proxy::pause);
        }

        @Override
        public void resume() {
            started.thenAccept(Proxy::resume);
        }
    }

    private static void printTwoWays(PrintWriter err) {
        err.println("PgWeir needs to know where PostgreSQL is. Either by a file:");
        err.println();
        err.println("    pgweir conf/pgweir.toml");
        err.println();
        err.println("or by the URL that your application uses now:");
        err.println();
        err.println("    DATABASE_URL=postgresql://user:password@host:5432/dbname pgweir");
        err.println();
        err.println("It then listens on 127.0.0.1:6432: let your application connect there. More: pgweir --help");
    }
}

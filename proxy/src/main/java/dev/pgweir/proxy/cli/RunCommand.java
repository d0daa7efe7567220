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
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pgweir [FILE]}: runs until a signal ends it. */
@Command(
        name = "pgweir",
        mixinStandardHelpOptions = true,
        versionProvider = VersionText.class,
        synopsisHeading = "Usage: ",
        customSynopsis = {
            "pgweir [-hqRVv] [-u USER] [FILE]",
            "       pgweir check FILE",
            "       pgweir convert FILE",
            "       pgweir certificate [NAME...]"
        },
        descriptionHeading = "%n",
        parameterListHeading = "%n",
        optionListHeading = "%n",
        commandListHeading = "%nOther commands:%n",
        footerHeading = "%n",
        description = "PgWeir, a PostgreSQL connection pooler: many clients on few server connections.",
        footer = {
            "Without FILE it takes the URL in the environment variable DATABASE_URL and listens on 127.0.0.1:6432.",
            "Each setting can be given as PGWEIR_ and its name in upper case, for instance PGWEIR_LISTEN_PORT=6543.",
            "DATABASE_URL_FILE and PGWEIR_..._FILE name a file that holds the value.",
            "",
            "SIGHUP   reads the configuration anew; a mistake in it changes nothing",
            "SIGUSR1  PAUSE: lets go of all server connections; clients wait until SIGUSR2, which is RESUME",
            "SIGTERM  takes no new clients; sends idle ones away, the others within shutdown_timeout",
            "SIGINT   takes no new clients; disconnects each at the end of its transaction",
            "Either of them a second time ends it at once."
        })
final class RunCommand implements Callable<Integer> {

    private static final Logger LOG = LoggerFactory.getLogger(RunCommand.class);

    private final Map<String, String> environment;

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(
            paramLabel = "FILE",
            arity = "0..1",
            description = "The configuration: in PgBouncer's format if the name ends in .ini or the file has a section"
                    + " [pgbouncer], else in TOML.")
    private @Nullable Path file;

    @Option(
            names = {"-q", "--quiet"},
            description = "Writes warnings and errors only to the standard error; the log file gets everything.")
    private boolean quiet;

    @Option(
            names = {"-v", "--verbose"},
            description = "Logs more; -vv everything.")
    private boolean[] verbose = {};

    @Mixin
    private PgBouncerOptions pgBouncer = new PgBouncerOptions();

    RunCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() {
        PrintWriter err = Objects.requireNonNull(spec).commandLine().getErr();
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
            String hint = file == null
                    ? null
                    : CommandHint.of(Objects.requireNonNull(spec).commandLine(), file.toString());
            if (hint != null) {
                err.println("pgweir: " + hint);
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
        result.warnings().forEach(RunCommand::log);
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
        if (config == null || verbose.length == 0 || config.values().isSet(Settings.VERBOSE)) {
            return result;
        }
        SettingValues values = config.values().with(Settings.VERBOSE, Math.min(verbose.length, 3));
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
            LOG.info("process up: PgWeir {}, Java {}", VersionText.number(), Runtime.version());
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

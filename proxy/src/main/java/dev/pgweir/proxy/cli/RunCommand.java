package dev.pgweir.proxy.cli;

import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
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
        CommandLine program = Objects.requireNonNull(spec).commandLine();
        return new Run(environment, file, quiet, verbose.length, pgBouncer)
                .execute(program.getErr(), name -> CommandHint.of(program, name));
    }
}

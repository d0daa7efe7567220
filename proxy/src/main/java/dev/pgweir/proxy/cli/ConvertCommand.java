package dev.pgweir.proxy.cli;

import dev.pgweir.config.ProxyConfig;
import dev.pgweir.config.load.ConfigLoader;
import dev.pgweir.config.load.LoadResult;
import dev.pgweir.config.load.TomlConfigWriter;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pgweir convert FILE}: PgBouncer's format in, TOML out. */
@Command(
        name = "convert",
        mixinStandardHelpOptions = true,
        versionProvider = VersionText.class,
        description = {
            "Reads a pgbouncer.ini and prints the same as TOML, passwords included. What is wrong with it goes to the"
                    + " standard error. The environment does not count.",
            "Exit code 0 if PgWeir would take the file, else 1, with nothing printed."
        })
final class ConvertCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "The configuration in PgBouncer's format.")
    private @Nullable Path file;

    @Override
    public Integer call() {
        CommandSpec command = Objects.requireNonNull(spec);
        PrintWriter err = command.commandLine().getErr();
        LoadResult result = ConfigLoader.load(file, Map.of("HOME", System.getProperty("user.home", "")));
        ProblemPrinter.print(result, err);
        ProxyConfig config = result.config();
        if (config == null) {
            err.println("pgweir: not converted, " + ProblemPrinter.counts(result));
            return 1;
        }
        PrintWriter out = command.commandLine().getOut();
        out.print(TomlConfigWriter.write(config));
        out.flush();
        return 0;
    }
}

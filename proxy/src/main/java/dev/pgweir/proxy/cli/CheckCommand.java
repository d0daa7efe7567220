package dev.pgweir.proxy.cli;

import dev.pgweir.config.load.ConfigLoader;
import dev.pgweir.config.load.LoadResult;
import dev.pgweir.config.load.Problem;
import dev.pgweir.proxy.log.StandardError;
import dev.pgweir.proxy.tls.Tls;
import dev.pgweir.proxy.tls.TlsException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pgweir check FILE}: would PgWeir start with this? */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        versionProvider = VersionText.class,
        description = {
            "Reads FILE and the PGWEIR_… environment variables as a start would, prints everything that is wrong, and"
                    + " starts nothing.",
            "Exit code 0 if PgWeir would take it, else 1."
        })
final class CheckCommand implements Callable<Integer> {

    private final Map<String, String> environment;

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "The configuration, in TOML or PgBouncer's format.")
    private @Nullable Path file;

    CheckCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() {
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        // What a start would tell of its work is no part of the answer.
        StandardError.quiet();
        LoadResult result = withTls(ConfigLoader.load(file, environment));
        ProblemPrinter.print(result, out);
        out.println(file + ": " + ProblemPrinter.counts(result));
        return result.config() == null ? 1 : 0;
    }

    /** With what the files of keys and certificates add. */
    private LoadResult withTls(LoadResult read) {
        if (read.config() == null) {
            return read;
        }
        try {
            Tls.check(read.config());
            return read;
        } catch (TlsException e) {
            Problem problem = new Problem(
                    Problem.Severity.ERROR,
                    read.places().getOrDefault(e.setting(), String.valueOf(file)),
                    e.setting(),
                    "TLS setup failed: " + e.getMessage());
            return new LoadResult(null, List.of(problem), read.warnings());
        }
    }
}

package dev.pgweir.proxy.cli;

import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.Map;
import picocli.CommandLine;

/** The program {@code pgweir}. */
public final class Main {

    private Main() {}

    /** Runs a command and ends the JVM with its exit code: 0 if all went well, else 1. */
    public static void main(String[] args) {
        PrintWriter out = new PrintWriter(System.out, true, Charset.defaultCharset());
        PrintWriter err = new PrintWriter(System.err, true, Charset.defaultCharset());
        System.exit(execute(args, System.getenv(), out, err));
    }

    /**
     * Runs a command; returns when it has ended.
     *
     * @return the exit code
     */
    static int execute(String[] args, Map<String, String> environment, PrintWriter out, PrintWriter err) {
        return new CommandLine(new RunCommand(environment))
                .addSubcommand(new CheckCommand(environment))
                .addSubcommand(new ConvertCommand())
                .addSubcommand(new CertificateCommand())
                .setOut(out)
                .setErr(err)
                .setParameterExceptionHandler(Main::wrongArguments)
                .execute(args);
    }

    /** One line and where to read on, instead of the whole help under which the mistake would drown. */
    private static int wrongArguments(CommandLine.ParameterException e, String[] args) {
        PrintWriter err = e.getCommandLine().getErr();
        String command = CommandHint.of(e.getCommandLine(), args);
        if (command == null) {
            err.println("pgweir: " + e.getMessage());
            CommandLine.UnmatchedArgumentException.printSuggestions(e, err);
        } else {
            err.println("pgweir: " + command);
        }
        err.println("Try pgweir --help");
        return 1;
    }
}

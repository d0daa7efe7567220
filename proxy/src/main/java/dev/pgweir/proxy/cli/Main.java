package dev.pgweir.proxy.cli;

import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine;

/** The program {@code pgweir}. */
public final class Main {

    /** The names of the subcommands. */
    static final Set<String> COMMANDS = Set.of("check", "convert", "certificate");

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
        if (isPlain(args)) {
            Path file = args.length == 0 ? null : Path.of(args[0]);
            return new Run(environment, file, false, 0, new PgBouncerOptions())
                    .execute(err, name -> CommandHint.of(program(environment, out, err), name));
        }
        return program(environment, out, err).execute(args);
    }

    /**
     * Whether there is nothing to read in the arguments but the name of a file, as in nearly all starts: picocli, which reads
     * the others, takes a fifth of the time of a start, since the JVM's archive cannot hold its classes.
     */
    private static boolean isPlain(String[] args) {
        return args.length == 0
                || (args.length == 1
                        && !args[0].isEmpty()
                        && "-@".indexOf(args[0].charAt(0)) < 0
                        && !COMMANDS.contains(args[0]));
    }

    /** Reads what is more than the name of a file. */
    static CommandLine program(Map<String, String> environment, PrintWriter out, PrintWriter err) {
        return new CommandLine(new RunCommand(environment))
                .addSubcommand(new CheckCommand(environment))
                .addSubcommand(new ConvertCommand())
                .addSubcommand(new CertificateCommand())
                .setOut(out)
                .setErr(err)
                .setParameterExceptionHandler(Main::wrongArguments);
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

package dev.pgweir.proxy.cli;

import dev.pgweir.config.setting.Suggestion;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** Finds a misspelt command, which by itself would be taken for the name of a configuration file. */
final class CommandHint {
    private CommandHint() {}

    /**
     * What to say of the arguments if the first is no option, no file, and like the name of a command, or stands before a
     * second one; else null.
     */
    static @Nullable String of(CommandLine program, String... args) {
        if (args.length == 0
                || args[0].startsWith("-")
                || program.getSubcommands().containsKey(args[0])
                || isFile(args[0])) {
            return null;
        }
        String near = Suggestion.nearest(args[0], program.getSubcommands().keySet())
                .map(name -> ", did you mean " + name + "?")
                .orElse(null);
        boolean another = args.length > 1 && !args[1].startsWith("-");
        return near == null && !another
                ? null
                : "there is neither a command nor a file '" + args[0] + "'" + (near == null ? "" : near);
    }

    private static boolean isFile(String name) {
        try {
            return Files.exists(Path.of(name));
        } catch (InvalidPathException e) {
            return false;
        }
    }
}

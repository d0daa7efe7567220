package dev.pgweir.proxy.cli;

import dev.pgweir.config.load.LoadResult;
import dev.pgweir.config.load.Problem;
import dev.pgweir.proxy.log.LogText;
import java.io.PrintWriter;
import java.util.List;

/** Writes what is wrong with a configuration: all of it, a line each. */
final class ProblemPrinter {

    private ProblemPrinter() {}

    /** Errors first, then the rest, then how many there were. */
    static void print(LoadResult result, PrintWriter to) {
        result.errors().forEach(problem -> to.println(line(problem)));
        result.warnings().forEach(problem -> to.println(line(problem)));
    }

    /** {@code ERROR file:line:column: key: message}. */
    static String line(Problem problem) {
        return problem.severity() + " " + LogText.line(problem.toString());
    }

    /** {@code 2 errors, 1 warning}, with notes only if there are some. */
    static String counts(LoadResult result) {
        String counts = count(result.errors().size(), "error") + ", "
                + count(number(result.warnings(), Problem.Severity.WARNING), "warning");
        int notes = number(result.warnings(), Problem.Severity.NOTE);
        return notes == 0 ? counts : counts + ", " + count(notes, "note");
    }

    private static int number(List<Problem> problems, Problem.Severity severity) {
        return (int) problems.stream()
                .filter(problem -> problem.severity() == severity)
                .count();
    }

    private static String count(int number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }
}

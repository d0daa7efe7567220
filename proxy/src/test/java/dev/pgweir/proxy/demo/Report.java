package dev.pgweir.proxy.demo;

import java.io.PrintStream;
import java.util.Locale;
import java.util.Optional;
import org.HdrHistogram.Histogram;

/** What the demo prints while it runs. Used by one thread. */
final class Report {

    private static final String HEAD = String.format(
            "%8s %8s %8s %12s %15s %9s %9s",
            "seconds", "clients", "waiting", "connections", "transactions/s", "p50 ms", "p99 ms");

    private final PrintStream out;
    private final Histogram all = new Histogram(3);
    private String lastQuiet = "";
    private int lines;

    Report(PrintStream out) {
        this.out = out;
    }

    void say(String text) {
        out.println(text);
        out.flush();
    }

    /** A line of figures; the head again from time to time. */
    void second(int second, int clients, Optional<Console.Figures> console, int connections, Histogram latencies) {
        if (lines++ % 20 == 0) {
            say(HEAD);
        }
        all.add(latencies);
        say(String.format(
                Locale.ROOT,
                "%8d %8d %8s %12d %15d %9s %9s",
                second,
                console.map(Console.Figures::clients).orElse(clients),
                console.map(figures -> Integer.toString(figures.waiting())).orElse("-"),
                connections,
                latencies.getTotalCount(),
                millis(latencies, 50),
                millis(latencies, 99)));
    }

    /** Without a load: a line only when something has changed. */
    void quiet(Optional<Console.Figures> console, int connections) {
        String line =
                console.map(figures -> figures.clients() + " clients, " + figures.waiting() + " of them waiting, ")
                                .orElse("")
                        + connections + " connections at PostgreSQL";
        if (!line.equals(lastQuiet)) {
            say("  " + line);
            lastQuiet = line;
        }
    }

    long transactions() {
        return all.getTotalCount();
    }

    /** Over everything so far. */
    String latencies() {
        return "p50 " + millis(all, 50) + " ms, p99 " + millis(all, 99) + " ms, longest " + millis(all, 100) + " ms";
    }

    private static String millis(Histogram histogram, double percentile) {
        if (histogram.getTotalCount() == 0) {
            return "-";
        }
        return String.format(Locale.ROOT, "%.1f", histogram.getValueAtPercentile(percentile) / 1_000.0);
    }
}

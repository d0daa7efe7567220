package dev.pgweir.proxy.testing;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A program that runs beside this JVM and does not outlive it, even if the JVM is killed: a watcher in the child waits
 * for the end of a pipe that only this JVM holds open. The program gets a terminal session of its own where
 * {@code setsid} exists, so Ctrl-C reaches it only through whoever started it. Safe for use by several threads.
 */
final class ChildProcess {

    /** Enough for the story of a failure, little enough for a server that logs every statement. */
    private static final int LINES_KEPT = 5_000;

    /** Variables that PostgreSQL, libpq and PgWeir take as settings: those of the developer are not the test's. */
    private static final Pattern SETTING = Pattern.compile("PG[A-Z_]*|DATABASE_URL");

    /** For the reader to fetch the last lines; a grandchild may hold the pipe open for longer. */
    private static final Duration LAST_LINES = Duration.ofMillis(500);

    /**
     * $1: directory to remove when the JVM has died, or empty; the rest: the command. The watcher is orphaned on purpose
     * (double fork), so that the program never sees a child it did not start.
     */
    private static final String WATCHED = """
            remove=$1; shift
            exec 3<&0
            ( {
                if read -r line <&3; then exit 0; fi
                kill -TERM $$
                n=0
                while kill -0 $$ && [ $n -lt 100 ]; do sleep 0.1; n=$((n + 1)); done
                kill -KILL $$
                if [ -n "$remove" ]; then rm -rf "$remove"; fi
            } >/dev/null 2>&1 & )
            exec "$@" </dev/null 3<&-
            """;

    private final String name;
    private final Process process;
    private final Thread reader;
    private final Deque<String> lines = new ArrayDeque<>();
    private boolean ended;

    private ChildProcess(String name, Process process) {
        this.name = name;
        this.process = process;
        this.reader = new Thread(this::read, "output of " + name);
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * Starts the command in the root directory.
     *
     * @param prefix goes before the shell, to change the user for instance
     * @param removedWithJvm removed if the JVM dies without {@link #release}, or null
     */
    static ChildProcess start(
            String name,
            List<String> prefix,
            List<String> command,
            Map<String, String> environment,
            @Nullable Path removedWithJvm) {
        List<String> all = new ArrayList<>();
        if (Files.isExecutable(Path.of("/usr/bin/setsid"))) {
            all.add("/usr/bin/setsid");
        }
        all.addAll(prefix);
        all.addAll(List.of("sh", "-c", WATCHED, "sh", removedWithJvm == null ? "" : removedWithJvm.toString()));
        all.addAll(command);
        ProcessBuilder builder =
                new ProcessBuilder(all).redirectErrorStream(true).directory(new File("/"));
        builder.environment().keySet().removeIf(SETTING.asMatchPredicate());
        builder.environment().putAll(environment);
        try {
            return new ChildProcess(name, builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** What it has written so far, standard output and standard error together; the newest {@value #LINES_KEPT}. */
    List<String> lines() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }

    /** The first line that contains the text; throws with the whole output if the program ends or the time is up. */
    String awaitLine(String text, Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        try {
            synchronized (lines) {
                while (true) {
                    for (String line : lines) {
                        if (line.contains(text)) {
                            return line;
                        }
                    }
                    long left = deadline - System.nanoTime();
                    if (ended || left <= 0) {
                        throw failure((ended ? "ended" : "went on") + " without a line with '" + text + "'");
                    }
                    TimeUnit.NANOSECONDS.timedWait(lines, left);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Sends a signal by its name without SIG, for instance TERM. */
    void signal(String signal) {
        signal(signal, pid());
    }

    static void signal(String signal, long pid) {
        try {
            // The shell's own kill: the program of that name is missing from small images.
            new ProcessBuilder("sh", "-c", "kill -" + signal + " " + pid)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Sends the watcher home: from now on the program may end without anything being removed. */
    void release() {
        try {
            process.getOutputStream().write('\n');
            process.getOutputStream().flush();
        } catch (IOException e) {
            // The watcher is gone, so nobody is left to be told.
            return;
        }
    }

    /** Waits for the end and gives the exit code; throws with the output if the time is up. */
    int awaitExit(Duration patience) {
        if (!hasEnded(patience)) {
            throw failure("did not end in " + patience);
        }
        return process.exitValue();
    }

    /** Waits for the end; false if the time is up. */
    boolean hasEnded(Duration patience) {
        try {
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                return false;
            }
            reader.join(LAST_LINES.toMillis());
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Kills the program and all its descendants at once, and waits until they are gone. */
    void kill() {
        List<ProcessHandle> family = process.descendants().toList();
        process.destroyForcibly();
        family.forEach(ProcessHandle::destroyForcibly);
        awaitExit(Duration.ofSeconds(10));
        family.forEach(member -> member.onExit().orTimeout(10, TimeUnit.SECONDS).join());
    }

    /** An exception that shows the output. */
    IllegalStateException failure(String what) {
        return new IllegalStateException(name + " " + what + "; it wrote:\n" + String.join("\n", lines()));
    }

    private void read() {
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                add(line);
            }
        } catch (IOException e) {
            add("(output lost: " + e.getMessage() + ")");
        }
        synchronized (lines) {
            ended = true;
            lines.notifyAll();
        }
    }

    private void add(String line) {
        synchronized (lines) {
            if (lines.size() == LINES_KEPT) {
                lines.removeFirst();
            }
            lines.addLast(line);
            lines.notifyAll();
        }
    }
}

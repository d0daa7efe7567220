package dev.pgweir.proxy.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The program as users run it: a process of its own, from the built jar if the system property {@code pgweir.jar} names
 * it (integration tests, demo), else from this JVM's class path. It listens on the loopback at a free port and ends with
 * this JVM. Used by one thread at a time.
 */
public final class PgWeirProcess implements AutoCloseable {

    private static final String MAIN = "dev.pgweir.proxy.cli.Main";

    private static final String CONFIG = "pgweir.toml";

    /** A JVM's start on a machine that is busy with something else. */
    private static final Duration BOOT = Duration.ofSeconds(30);

    private static final Duration POLL = Duration.ofMillis(20);

    private final ChildProcess process;
    private final int port;
    private final @Nullable Path directory;

    private PgWeirProcess(ChildProcess process, int port, @Nullable Path directory) {
        this.process = process;
        this.port = port;
        this.directory = directory;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Always the loopback. */
    public String host() {
        return "127.0.0.1";
    }

    public int port() {
        return port;
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** URL for pgjdbc. */
    public String jdbcUrl(String database) {
        return "jdbc:postgresql://" + host() + ":" + port + "/" + database;
    }

    /** All it has written so far. */
    public List<String> lines() {
        return process.lines();
    }

    /** Waits for a line that contains the text, written already or yet to come; throws with the output if none does. */
    public String awaitLine(String text) {
        return process.awaitLine(text, BOOT);
    }

    /** Sends a signal by its name without SIG, for instance HUP. */
    public void signal(String signal) {
        process.signal(signal);
    }

    /** Replaces the configuration file, which the next reload reads; {@code ${port}} as at the start. */
    public void rewriteConfig(String toml) {
        if (directory == null) {
            throw new IllegalStateException("started without a configuration file");
        }
        try {
            // As an editor does: nobody sees half a file.
            Path next = Files.writeString(directory.resolve("next"), toml.replace("${port}", Integer.toString(port)));
            Files.move(next, directory.resolve(CONFIG), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until it has ended by itself or after a signal, and gives its exit code. */
    public int awaitExit() {
        return process.awaitExit(BOOT);
    }

    /**
     * Ends it as a service manager does, by TERM, upon which it waits for its clients; by another TERM if some have not
     * left in that time, and by KILL if that has not helped either.
     */
    public void stop(Duration patience) {
        for (int i = 0; i < 2 && process.isAlive(); i++) {
            signal("TERM");
            process.hasEnded(patience);
        }
        close();
    }

    /** Kills it. What it wrote stays readable. */
    @Override
    public void close() {
        process.release();
        process.kill();
        if (directory != null) {
            Directories.remove(directory);
        }
    }

    private void awaitPort() {
        long deadline = System.nanoTime() + BOOT.toNanos();
        while (!answers()) {
            if (!process.isAlive()) {
                process.awaitExit(BOOT);
                throw process.failure("ended at its start");
            }
            if (System.nanoTime() > deadline) {
                throw process.failure("does not listen on port " + port);
            }
            try {
                TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    private boolean answers() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host(), port), 1_000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** What a {@link PgWeirProcess} starts with. */
    public static final class Builder {

        private final Map<String, String> environment = new LinkedHashMap<>();
        private final List<String> launcher = new ArrayList<>();
        private final List<String> arguments = new ArrayList<>();
        private final List<String> jvmOptions = new ArrayList<>(List.of("-Xmx256m", "-XX:+UseSerialGC"));
        private @Nullable String config;
        private int port;

        private Builder() {}

        /** Text of the configuration file, with PORT as {@code ${port}} if it has to say it; without it: none. */
        public Builder config(String toml) {
            this.config = toml;
            return this;
        }

        /** A variable of its environment, for instance DATABASE_URL; those of this JVM that configure it are left out. */
        public Builder environment(String name, String value) {
            environment.put(name, value);
            return this;
        }

        /** An argument of the command line, before the configuration file. */
        public Builder argument(String argument) {
            arguments.add(argument);
            return this;
        }

        /** An option of its JVM, for instance {@code -Xmx64m}. */
        public Builder jvmOption(String option) {
            jvmOptions.add(option);
            return this;
        }

        /** A program that does something first and then becomes the command behind its own words. */
        public Builder launcher(String... command) {
            launcher.addAll(List.of(command));
            return this;
        }

        /** The port to listen on, instead of any free one. */
        public Builder port(int number) {
            this.port = number;
            return this;
        }

        /** Starts it and returns when it takes connections; throws with its output if it does not come to that. */
        public PgWeirProcess start() {
            PgWeirProcess process = run();
            try {
                process.awaitPort();
                return process;
            } catch (RuntimeException e) {
                process.close();
                throw e;
            }
        }

        /** Starts it and returns at once, for runs that are to end by themselves: {@code --version}, a bad file. */
        public PgWeirProcess run() {
            int listenPort = port == 0 ? PostgresInstance.freePort() : port;
            // Few clients are to meet servers of other loops, as many do.
            environment.putIfAbsent("PGWEIR_WORKER_CLIENTS", "1");
            // All tests on another transport than the one that is taken by itself: mvn verify -Dpgweir.transport=epoll
            String transport = System.getProperty("pgweir.transport", "");
            if (!transport.isEmpty()) {
                environment.putIfAbsent("PGWEIR_TRANSPORT", transport);
            }
            environment.putIfAbsent("PGWEIR_LISTEN_ADDR", "127.0.0.1");
            environment.putIfAbsent("PGWEIR_LISTEN_PORT", Integer.toString(listenPort));
            // One port for all that run at the same time would do for the first only.
            if (config == null || !config.contains("http_addr")) {
                environment.putIfAbsent("PGWEIR_HTTP_ADDR", "");
            }
            List<String> command = new ArrayList<>(launcher);
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(jvmOptions);
            String jar = System.getProperty("pgweir.jar");
            if (jar == null) {
                command.addAll(List.of("-cp", classPath(), MAIN));
            } else {
                command.addAll(List.of("-jar", jar));
            }
            command.addAll(arguments);
            Path directory = null;
            if (config != null) {
                directory = writeConfig(config.replace("${port}", Integer.toString(listenPort)));
                command.add(directory.resolve(CONFIG).toString());
            }
            ChildProcess process = ChildProcess.start("PgWeir", List.of(), command, environment, directory);
            return new PgWeirProcess(process, listenPort, directory);
        }

        /** Without the tests' own classes, whose logging configuration would count for the program too. */
        private static String classPath() {
            return Arrays.stream(System.getProperty("java.class.path", "").split(File.pathSeparator, -1))
                    .filter(entry -> !entry.endsWith("test-classes"))
                    .collect(Collectors.joining(File.pathSeparator));
        }

        private static Path writeConfig(String text) {
            try {
                Path directory = Files.createTempDirectory("pgweir-config");
                Files.writeString(directory.resolve(CONFIG), text);
                return directory;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}

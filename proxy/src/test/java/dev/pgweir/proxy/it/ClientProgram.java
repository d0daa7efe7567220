package dev.pgweir.proxy.it;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A client from outside Java, as it is installed on this machine. The build needs none of them: one that is not there is
 * named in the output and has no tests. Where CI=true is set, all must be there.
 *
 * @param command goes before the arguments
 */
public record ClientProgram(List<String> command) {

    /** For a run that waits for connections on a busy machine; one that hangs must not hang the build. */
    private static final int PATIENCE_SECONDS = 60;

    /** How a run ended, and what it wrote to standard output and standard error together. */
    public record Run(int exitCode, String output) {}

    static Optional<ClientProgram> psql() {
        return find("psql", Stream.of(List.of("psql")), "--version");
    }

    /** pgbench, which Debian ships with the server. */
    static Optional<ClientProgram> pgbench() {
        return find("pgbench", Stream.of(List.of("pgbench")), "--version");
    }

    static Optional<ClientProgram> pgReceivewal() {
        return find("pg_receivewal", Stream.of(List.of("pg_receivewal")), "--version");
    }

    static Optional<ClientProgram> pgBasebackup() {
        return find("pg_basebackup", Stream.of(List.of("pg_basebackup")), "--version");
    }

    /** Node with node-postgres and its companions. */
    static Optional<ClientProgram> nodePostgres() {
        return node("node-postgres.js", "pg", "pg-copy-streams", "pg-cursor");
    }

    static Optional<ClientProgram> psycopg() {
        return python("psycopg3.py", "psycopg");
    }

    /** A script for Node that needs those packages, from PGWEIR_NODE_PATH or where Node itself looks. */
    public static Optional<ClientProgram> node(String script, String... packages) {
        return find(
                        "Node with " + String.join(", ", packages) + " (PGWEIR_NODE_PATH)",
                        Stream.of(List.of("node")),
                        "-e",
                        Stream.of(packages)
                                .map(it -> "require.resolve('" + it + "');")
                                .collect(Collectors.joining()))
                .map(node -> node.with(script(script)));
    }

    /** A script for Python that needs that module. The system's own may have it when another comes first on the PATH. */
    public static Optional<ClientProgram> python(String script, String module) {
        Stream<List<String>> pythons = Stream.of(System.getenv("PGWEIR_PYTHON"), "python3", "/usr/bin/python3")
                .filter(Objects::nonNull)
                .map(List::of);
        return find("a Python with " + module + " (PGWEIR_PYTHON)", pythons, "-c", "import " + module)
                .map(python -> python.with(script(script)));
    }

    /** A script for PHP that needs that extension. */
    public static Optional<ClientProgram> php(String script, String extension) {
        return find(
                        "PHP with " + extension,
                        Stream.of(List.of("php")),
                        "-r",
                        "exit(extension_loaded('" + extension + "') ? 0 : 1);")
                .map(php -> php.with(script(script)));
    }

    /** A program for Go that needs that package, from PGWEIR_GOPATH or where Debian's packages of sources go. */
    public static Optional<ClientProgram> go(String source, String path) {
        String sources = Objects.requireNonNullElse(System.getenv("PGWEIR_GOPATH"), "/usr/share/gocode");
        return find(
                        "Go with " + path + " (PGWEIR_GOPATH)",
                        // Without modules it asks nobody for anything.
                        Stream.of(List.of("env", "GO111MODULE=off", "GOPATH=" + sources, "go")),
                        "list",
                        path)
                .map(go -> go.with("run").with(script(source)));
    }

    private static Optional<ClientProgram> find(String name, Stream<List<String>> commands, String... probe) {
        Optional<ClientProgram> found =
                commands.map(ClientProgram::new).filter(it -> it.works(probe)).findFirst();
        if (found.isEmpty()) {
            if ("true".equals(System.getenv("CI"))) {
                throw new IllegalStateException(name + " is not installed; .ci/run installs all clients");
            }
            System.out.println("NOT TESTED, because it is not installed: " + name);
        }
        return found;
    }

    private static String script(String name) {
        URL url = Objects.requireNonNull(ClientProgram.class.getResource(name), name);
        try {
            return Path.of(url.toURI()).toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private ClientProgram with(String argument) {
        List<String> longer = new ArrayList<>(command);
        longer.add(argument);
        return new ClientProgram(longer);
    }

    private boolean works(String... probe) {
        try {
            return run(Map.of(), "", probe).exitCode() == 0;
        } catch (UncheckedIOException e) {
            // No such program.
            return false;
        }
    }

    /** Runs it to its end with that input. */
    public Run run(Map<String, String> environment, String input, String... arguments) {
        return finish(start(environment, input, arguments));
    }

    /** Starts it with that input, for several at a time. */
    Process start(Map<String, String> environment, String input, String... arguments) {
        List<String> all = new ArrayList<>(command);
        all.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(all).redirectErrorStream(true);
        // Settings of the developer's are not the test's.
        builder.environment().keySet().removeIf(name -> name.matches("PG[A-Z]+|DATABASE_URL|NODE_OPTIONS"));
        builder.environment().putAll(Map.of("LC_ALL", "C.UTF-8", "PGCONNECT_TIMEOUT", "30"));
        String modules = System.getenv("PGWEIR_NODE_PATH");
        if (modules != null) {
            builder.environment().merge("NODE_PATH", modules, (old, more) -> more + File.pathSeparator + old);
        }
        builder.environment().putAll(environment);
        try {
            // By a file: a program that does not read its input must not hold up this one.
            Path file = Files.createTempFile("pgweir-input", null);
            try {
                Files.writeString(file, input);
                return builder.redirectInput(file.toFile()).start();
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for its end; kills it and throws if that does not come. Its output must fit into a pipe until then. */
    static Run finish(Process process) {
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("did not end; it wrote:\n" + output(process));
            }
            return new Run(process.exitValue(), output(process));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ctrl-C at its terminal. */
    static void interrupt(Process process) {
        try {
            new ProcessBuilder("sh", "-c", "kill -INT " + process.pid())
                    .inheritIO()
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String output(Process process) throws IOException {
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}

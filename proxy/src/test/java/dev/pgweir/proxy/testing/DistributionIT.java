package dev.pgweir.proxy.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The distribution as a user unpacks it, and its launcher. */
final class DistributionIT {

    private static final String VERSION = property("pgweir.version");

    /** Options of the JVM that only newer ones know, and need. */
    private static final String NEWER = "--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow ";

    private record Run(int exitCode, String output, long pid) {}

    private final Path directory;
    private final Path home;

    DistributionIT(@TempDir Path directory) {
        this.directory = directory;
        this.home = directory.resolve("pgweir-" + VERSION);
    }

    @BeforeEach
    void unpack() throws IOException {
        run(Map.of(), "tar", "xzf", property("pgweir.distribution"), "-C", directory.toString());
    }

    @Test
    void holdsWhatItTakesToRun() {
        assertThat(home.resolve("bin/pgweir")).isExecutable();
        assertThat(home).isDirectoryRecursivelyContaining("glob:**/lib/pgweir.jar");
        assertThat(home.resolve("conf/pgweir.toml")).isNotEmptyFile();
        assertThat(home.resolve("systemd/pgweir.service"))
                .content()
                .contains("Type=notify", "ExecReload=/bin/kill -HUP $MAINPID", "KillSignal=SIGINT", "NonBlocking=yes");
        assertThat(home.resolve("systemd/pgweir.socket")).content().contains("[Socket]", "ListenStream=127.0.0.1:6432");
        assertThat(home.resolve("LICENSE")).isNotEmptyFile();
        assertThat(home.resolve("README.md")).isNotEmptyFile();
    }

    @Test
    void tellsItsVersionThroughLinksFromAnywhere() throws IOException {
        Path absolute = Files.createSymbolicLink(directory.resolve("absolute"), home.resolve("bin/pgweir"));
        Path relative = Files.createSymbolicLink(directory.resolve("relative"), Path.of("absolute"));
        assertThat(Files.isSymbolicLink(absolute)).isTrue();

        Run run = run(javaHome(Path.of(property("java.home"))), relative.toString(), "--version");

        assertThat(run.output()).isEqualTo("PgWeir " + VERSION + "\n");
        assertThat(run.exitCode()).isZero();
    }

    @Test
    void shipsAConfigurationWithoutMistakes() throws IOException {
        Run run = run(
                javaHome(Path.of(property("java.home"))),
                home.resolve("bin/pgweir").toString(),
                "check",
                home.resolve("conf/pgweir.toml").toString());

        assertThat(run.output()).endsWith("pgweir.toml: 0 errors, 0 warnings\n");
        assertThat(run.exitCode()).isZero();
    }

    @Test
    void startsFromAnArchiveOfItsClasses() throws IOException {
        Map<String, String> java = javaHome(Path.of(property("java.home")));
        Run made = run(java, home.resolve("bin/pgweir-archive").toString());
        assertThat(made.output()).isEmpty();
        assertThat(made.exitCode()).isZero();
        // The names of the classes stand in it: those of a client with a server, too.
        assertThat(Files.readString(home.resolve("lib/pgweir.jsa"), StandardCharsets.ISO_8859_1))
                .contains("dev/pgweir/proxy/link/Answers");

        Map<String, String> environment = new HashMap<>(java);
        environment.put("PGWEIR_JAVA_OPTS", "-Xlog:class+load");
        Run run = run(environment, home.resolve("bin/pgweir").toString(), "--version");

        assertThat(run.output())
                .contains("dev.pgweir.proxy.cli.Main source: shared objects file (top)")
                .contains("PgWeir " + VERSION + "\n");
    }

    @Test
    void startsWithoutAWordBesideAnArchiveThatDoesNotFit() throws IOException {
        Files.writeString(home.resolve("lib/pgweir.jsa"), "of another Java");

        Run run = run(
                javaHome(Path.of(property("java.home"))),
                home.resolve("bin/pgweir").toString(),
                "--version");

        assertThat(run.output()).isEqualTo("PgWeir " + VERSION + "\n");
        assertThat(run.exitCode()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "17.0.8, false, false, false",
        "17.0.15, false, false, true",
        "21, false, false, false",
        "21.0.1, false, false, true",
        "24, true, false, true",
        "25.0.3, true, true, true"
    })
    void givesEachJavaTheOptionsItKnows(String version, boolean newer, boolean compact, boolean trims)
            throws IOException {
        Run run = run(javaHome(fakeJava(version)), home.resolve("bin/pgweir").toString(), "a b", "c");

        assertThat(run.exitCode()).isEqualTo(7);
        assertThat(run.output())
                .startsWith((newer ? NEWER : "") + (compact ? "-XX:+UseCompactObjectHeaders " : "")
                        + (trims ? "-XX:TrimNativeHeapInterval=5000 " : "") + "-XX:+UseSerialGC ")
                .endsWith("-jar " + home.toRealPath().resolve("lib/pgweir.jar") + " [a b] [c] pid " + run.pid() + "\n");
    }

    @Test
    void passesOptionsOfTheUserOnBehindItsOwn() throws IOException {
        Map<String, String> environment =
                Map.of("JAVA_HOME", fakeJava("17").toString(), "PGWEIR_JAVA_OPTS", "-Xmx64m -Dany=*");

        Run run = run(environment, home.resolve("bin/pgweir").toString());

        assertThat(run.output()).contains("-Xmx512m ").contains(" -Xms0 -Xmx64m -Dany=* -jar ");
    }

    @ParameterizedTest
    @CsvSource({
        "PGWEIR_JAVA_OPTS, -Dany=UseSerialGC -XX:+UseParallelGC",
        "PGWEIR_JAVA_OPTS, -XX:+UseG1GC -Xmx64m",
        "JAVA_TOOL_OPTIONS, -XX:+UseG1GC",
        "JDK_JAVA_OPTIONS, -XX:+UseSerialGC"
    })
    void leavesTheChoiceOfACollectorToWhoeverMakesOne(String variable, String options) throws IOException {
        Map<String, String> environment = Map.of("JAVA_HOME", property("java.home"), variable, options);

        Run run = run(environment, home.resolve("bin/pgweir").toString(), "--version");

        assertThat(run.output()).endsWith("PgWeir " + VERSION + "\n");
        assertThat(run.exitCode()).isZero();
    }

    @Test
    void keepsItsOwnCollectorBesideOptionsThatAreNotAboutOne() throws IOException {
        Map<String, String> environment = Map.of(
                "JAVA_HOME", fakeJava("17").toString(), "PGWEIR_JAVA_OPTS", "-XX:+UseGCOverheadLimit -Dgc=-XX:+UseZGC");

        Run run = run(environment, home.resolve("bin/pgweir").toString());

        assertThat(run.output()).startsWith("-XX:+UseSerialGC -Xmn8m -Xms32m ");
    }

    @Test
    void saysWhichJavaItNeeds() throws IOException {
        String launcher = home.resolve("bin/pgweir").toString();

        Run old = run(javaHome(fakeJava("11.0.2")), launcher);
        assertThat(old.output()).endsWith("/bin/java is Java 11; PgWeir needs Java 17 or newer\n");
        assertThat(old.exitCode()).isEqualTo(1);

        Run none = run(javaHome(directory), launcher);
        assertThat(none.output()).contains("there is no bin/java in it; PgWeir needs Java 17 or newer");
        assertThat(none.exitCode()).isEqualTo(1);
    }

    /** A Java that shows how it was called, one line, and ends with 7. */
    private Path fakeJava(String version) throws IOException {
        Path javaHome = directory.resolve("java-" + version);
        Path bin = Files.createDirectories(javaHome.resolve("bin"));
        Files.writeString(javaHome.resolve("release"), "IMPLEMENTOR=\"X\"\nJAVA_VERSION=\"" + version + "\"\n");
        Path program = Files.writeString(bin.resolve("java"), """
                #!/bin/sh
                seen=
                for argument; do
                    if [ -n "$seen" ]; then printf '[%s] ' "$argument"; else printf '%s ' "$argument"; fi
                    case $argument in */pgweir.jar) seen=1 ;; esac
                done
                echo pid $$
                exit 7
                """);
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        return javaHome;
    }

    private static Map<String, String> javaHome(Path path) {
        return Map.of("JAVA_HOME", path.toString());
    }

    private static Run run(Map<String, String> environment, String... command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(List.of(command))).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("PGWEIR_") || name.endsWith("_OPTIONS"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            return new Run(process.waitFor(), output, process.pid());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String property(String name) {
        return Objects.requireNonNull(System.getProperty(name), name);
    }
}

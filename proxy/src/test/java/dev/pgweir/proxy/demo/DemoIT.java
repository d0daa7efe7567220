package dev.pgweir.proxy.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RealPostgres.class)
final class DemoIT {

    /** What it is told to do, then what it says and how it ends. */
    private record Run(int exitCode, String output) {}

    @Test
    void serves60ClientsOnFewConnectionsAndEndsByItself() throws Exception {
        Run run = finish(start("", freePort(), "-Dclients=60", "-Dseconds=3"));

        assertThat(run.output())
                .contains("lets 22 connections in")
                .contains("60 clients, ")
                .contains("18 were allowed.")
                .contains("No client saw an error.");
        assertThat(run.exitCode()).isZero();
    }

    @Test
    void endsAllItStartedWhenItIsToldTo() throws Exception {
        Process demo = start("", freePort(), "-Dclients=10");
        BufferedReader output = demo.inputReader(StandardCharsets.UTF_8);
        String line = output.readLine();
        while (line != null && !line.contains("10 clients connect")) {
            line = output.readLine();
        }
        List<ProcessHandle> family = demo.descendants().toList();
        assertThat(family).hasSizeGreaterThan(2);

        // Not the process: that would close its output too.
        demo.toHandle().destroy();
        String rest = String.join("\n", output.lines().toList());

        assertThat(demo.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(rest)
                .contains("10 clients, ")
                .contains("No client saw an error.")
                .doesNotContain("Exception");
        for (ProcessHandle member : family) {
            member.onExit().get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void leavesTheDatabaseOfTheUserAsItWas(TestDatabase database) throws Exception {
        Run run = finish(start(database.url(), freePort(), "-Dclients=10", "-Dseconds=2", "-Dload=true"));

        assertThat(run.output()).contains("10 clients, ").contains("No client saw an error.");
        assertThat(run.output()).doesNotContain(":" + database.password() + "@");
        assertThat(run.exitCode()).isZero();
        assertThat(database.value("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'pgweir_demo%'"))
                .isEqualTo("0");
    }

    @Test
    void standsInFrontOfTheDatabaseOfTheUserWithoutALoad(TestDatabase database) throws Exception {
        Run run = finish(start(database.url(), freePort(), "-Dseconds=1"));

        assertThat(run.output()).contains("connect:  psql ").doesNotContain("clients connect");
        assertThat(run.exitCode()).isZero();
    }

    @Test
    void saysThatThePortIsTaken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Run run = finish(start("", taken.getLocalPort()));

            assertThat(run.output())
                    .isEqualTo("demo: port " + taken.getLocalPort()
                            + " of 127.0.0.1 is taken; another one is chosen by -Dport=6432\n");
            assertThat(run.exitCode()).isEqualTo(1);
        }
    }

    private static Process start(String databaseUrl, int port, String... options) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (String name : List.of("pgweir.jar", "pgweir.postgres.directory")) {
            command.add("-D" + name + "=" + System.getProperty(name));
        }
        command.add("-Dport=" + port);
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path", ""), Demo.class.getName()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
        builder.environment().put("DATABASE_URL", databaseUrl);
        return builder.start();
    }

    private static Run finish(Process demo) throws IOException, InterruptedException {
        String output = new String(demo.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(demo.waitFor(), output);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}

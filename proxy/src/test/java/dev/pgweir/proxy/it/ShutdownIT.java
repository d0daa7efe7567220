package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.it.Configured.entry;
import static dev.pgweir.proxy.testing.WireBytes.query;
import static dev.pgweir.proxy.testing.WireBytes.startup;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pgweir.proxy.testing.PgWeirProcess;
import dev.pgweir.proxy.testing.PostgresInstance;
import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.UnixBridge;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** How PgWeir ends on each signal, and what it leaves behind. */
@ExtendWith(RealPostgres.class)
final class ShutdownIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Test
    void termWaitsForClientsAndTakesNoNewOnes(TestDatabase database, @TempDir Path directory) throws IOException {
        Path log = directory.resolve("pgweir.log");
        Path pidfile = directory.resolve("pgweir.pid");
        String[] settings = {
            "logfile = \"" + log + "\"",
            "pidfile = \"" + pidfile + "\"",
            "unix_socket_dir = \"" + directory + "\"",
            entry("app", database)
        };
        Path unix;
        try (Configured weir = Configured.start(database, PgWeirProcess.builder(), settings);
                WireClient client = weir.login("app");
                WireClient early = weir.connect()) {
            unix = directory.resolve(".s.PGSQL." + weir.process().port());
            assertThat(unix).exists();
            assertThat(pidfile).hasContent(weir.process().pid() + "\n");
            assertThat(log).content().contains("listening on").contains(" login attempt: db=app");
            theFileIsOpenedAnew(weir, log);
            assertThat(refused(settings))
                    .contains("names process " + weir.process().pid());
            client.query("BEGIN");

            weir.process().signal("TERM");
            weir.awaitLine("got SIGTERM, shutting down, waiting for all clients to disconnect");

            assertThat(client.value("SELECT 1")).isEqualTo("1");
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThatThrownBy(weir::connect).isInstanceOf(ConnectException.class));
            early.send(startup("user", database.user(), "database", "app"));
            WireMessage answer = early.read();
            assertThat(answer.sqlState()).isEqualTo("57P03");
            assertThat(answer.message()).isEqualTo("the pooler is shutting down");
            weir.process().signal("HUP");
            weir.awaitLine("got SIGHUP while shutting down, ignoring");
            weir.process().signal("USR2");
            weir.awaitLine("got SIGUSR2 while shutting down, ignoring");
            theUnixSocketStillLeadsToTheConsole(unix);
            client.query("COMMIT");
            assertThat(weir.process().isAlive()).isTrue();
            client.terminate();
            assertThat(weir.process().awaitExit()).isZero();
        }
        assertThat(unix).doesNotExist();
        assertThat(pidfile).doesNotExist();
        assertThat(log).content().contains("process down");
    }

    private static void theFileIsOpenedAnew(Configured weir, Path log) throws IOException {
        Path rotated = log.resolveSibling("pgweir.log.1");
        Files.move(log, rotated);
        weir.hup("configuration reloaded");
        assertThat(rotated).content().contains("re-reading config");
        // The standard error, by which the reload was seen, has each line before the file.
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(log).content().contains("configuration reloaded"));
        assertThat(log).content().doesNotContain("listening on");
    }

    private static void theUnixSocketStillLeadsToTheConsole(Path unix) throws IOException {
        try (UnixBridge bridge = UnixBridge.to(unix);
                WireClient console = WireClient.connect(bridge.port()).login("pgbouncer", "pgbouncer", "")) {
            assertThat(console.rows("SHOW CLIENTS").toString()).contains("app");
            console.send(query("RESUME"));
            assertThat(console.readUntil('Z'))
                    .anySatisfy(message -> assertThat(message.message()).contains("shutting down"));
        }
    }

    /** What a second process with the same pidfile says. */
    private static String refused(String... settings) {
        try (PgWeirProcess second = PgWeirProcess.builder()
                .config("[pgweir]\nauth_type = \"trust\"\n" + String.join("\n", settings))
                .run()) {
            assertThat(second.awaitExit()).isEqualTo(1);
            return String.join("\n", second.lines());
        }
    }

    @Test
    void whatWasSuspendedGoesOnToTheEnd(TestDatabase database) throws IOException {
        try (Configured weir = Configured.start(database, PgWeirProcess.builder(), entry("app", database));
                WireClient admin = weir.login("pgbouncer");
                WireClient client = weir.login("app")) {
            client.query("BEGIN");
            admin.query("SUSPEND");
            client.send(query("SELECT 'served'"));

            weir.process().signal("TERM");

            assertThat(client.readUntil('Z').get(1).values()).containsExactly("served");
            for (String order : List.of("SUSPEND", "PAUSE")) {
                assertThat(admin.query(order))
                        .anySatisfy(message -> assertThat(message.message()).contains("shutting down"));
            }
            client.query("COMMIT");
            client.terminate();
            assertThat(weir.process().awaitExit()).isZero();
        }
    }

    @Test
    void aSecondTermEndsAtOnceAndCancelsWhatRuns(TestDatabase database) throws IOException {
        try (Configured weir = Configured.start(database, PgWeirProcess.builder(), entry("app", database));
                WireClient client = weir.login("app")) {
            client.send(query("SELECT pg_sleep(600)"));
            String running = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(600)%'";
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(database.value(running)).isEqualTo("1"));

            weir.process().signal("TERM");
            weir.awaitLine("got SIGTERM, shutting down");
            weir.process().signal("TERM");

            assertThat(client.read().message()).isEqualTo("server shutting down");
            assertThat(weir.process().awaitExit()).isZero();
            assertThat(weir.process().lines())
                    .anyMatch(line -> line.contains("got SIGTERM while shutting down, fast exit"))
                    .noneMatch(line -> line.contains("could not be sent"))
                    .noneMatch(line -> line.contains("ERROR"));
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(database.value(running)).isEqualTo("0"));
        }
    }

    @Test
    void whoWaitsForAPauseToEndIsToldAtOnce(TestDatabase database) throws IOException {
        try (Configured weir = Configured.start(
                        database, PgWeirProcess.builder(), "shutdown_timeout = 600", entry("app", database));
                WireClient admin = weir.login("pgbouncer");
                WireClient first = weir.login("app");
                WireClient second = weir.login("app")) {
            second.query("BEGIN");
            admin.send(query("PAUSE"));
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(weir.console("SHOW STATE")).contains(List.of("paused", "yes")));
            first.send(query("SELECT 1"));
            await().atMost(PATIENCE)
                    .untilAsserted(() ->
                            assertThat(weir.console("SHOW POOLS").get(0).get(3)).isEqualTo("1"));

            weir.process().signal("TERM");

            assertThat(first.read().message()).isEqualTo("server shutting down");
            second.query("COMMIT");
            second.send(query("SELECT 1"));
            assertThat(second.read().sqlState()).isEqualTo("57P01");
            assertThat(weir.process().awaitExit()).isZero();
        }
    }

    @Test
    void termBehindAnEndByTheConsoleSetsItsTimeLimit(TestDatabase database) throws IOException {
        termEndsWhatTheConsoleHasBegun(
                database,
                "shutdown_timeout = 1",
                "SHUTDOWN WAIT_FOR_SERVERS",
                "shutdown_timeout (1 s) is over, 1 clients are disconnected");
    }

    @Test
    void anySignalBehindAnEndByTheConsoleEndsAtOnceWhereItIsToBeLikePgBouncer(TestDatabase database)
            throws IOException {
        termEndsWhatTheConsoleHasBegun(
                database,
                "pgbouncer_compatibility = 1",
                "SHUTDOWN WAIT_FOR_CLIENTS",
                "got SIGTERM while shutting down, fast exit");
    }

    private static void termEndsWhatTheConsoleHasBegun(TestDatabase database, String setting, String order, String line)
            throws IOException {
        try (Configured weir = Configured.start(database, PgWeirProcess.builder(), setting, entry("app", database));
                WireClient busy = weir.login("app")) {
            busy.query("BEGIN");
            weir.console(order);
            assertThat(busy.value("SELECT 1")).isEqualTo("1");

            weir.process().signal("TERM");

            weir.awaitLine(line);
            assertThat(busy.read().message()).isEqualTo("server shutting down");
            assertThat(weir.process().awaitExit()).isZero();
        }
    }

    @Test
    void intWaitsForServersAndTellsTheOthers(TestDatabase database) throws IOException {
        try (Configured weir = Configured.start(
                        database, PgWeirProcess.builder(), "default_pool_size = 1", entry("app", database));
                WireClient busy = weir.login("app");
                WireClient idle = weir.login("app");
                WireClient waiting = weir.login("app")) {
            busy.query("BEGIN");
            waiting.send(query("SELECT 1"));
            await().atMost(PATIENCE)
                    .untilAsserted(() ->
                            assertThat(weir.console("SHOW POOLS").get(0).get(3)).isEqualTo("1"));

            weir.process().signal("INT");

            for (WireClient client : List.of(waiting, idle)) {
                WireMessage told = client.read();
                assertThat(told.message()).isEqualTo("server shutting down");
                assertThat(told.sqlState()).isEqualTo("57P01");
            }
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThatThrownBy(weir::connect).isInstanceOf(ConnectException.class));
            assertThat(busy.value("SELECT 'mine'")).isEqualTo("mine");
            assertThat(weir.process().isAlive()).isTrue();
            busy.query("COMMIT");
            assertThat(weir.process().awaitExit()).isZero();
            assertThat(weir.count("closing because: server shutting down")).isGreaterThanOrEqualTo(3);
        }
    }

    @Test
    void systemdOpensTheSocketsAndIsToldOfStartReloadAndEnd(TestDatabase database, @TempDir Path directory)
            throws Exception {
        int port = PostgresInstance.freePort();
        Path unix = directory.resolve(".s.PGSQL." + port);
        // What the configuration says of addresses does not count then.
        PgWeirProcess.Builder service = PgWeirProcess.builder().port(port).environment("PGWEIR_LISTEN_PORT", "1");
        ClientProgram activation = ClientProgram.python("sockets.py", "socket").orElse(null);
        if (activation == null) {
            service.environment("PGWEIR_LISTEN_PORT", Integer.toString(port))
                    .environment("PGWEIR_UNIX_SOCKET_DIR", directory.toString());
        } else {
            service.launcher(activation.command().toArray(String[]::new))
                    .launcher(Integer.toString(port), directory.toString());
        }
        try (NotifySocket systemd = new NotifySocket(directory.resolve("notify"));
                Configured weir = Configured.start(
                        database, service.environment("NOTIFY_SOCKET", systemd.path()), entry("app", database))) {
            assertThat(systemd.next()).startsWith("READY=1\n");
            try (WireClient byTcp = weir.login("app");
                    UnixBridge bridge = UnixBridge.to(unix);
                    WireClient byUnix = WireClient.connect(bridge.port()).login("pgbouncer", "pgbouncer", "")) {
                assertThat(byTcp.value("SELECT 1")).isEqualTo("1");
                assertThat(byUnix.rows("SHOW CLIENTS").toString()).contains("unix, " + port);
            }
            weir.process().signal("HUP");
            assertThat(systemd.next()).startsWith("RELOADING=1\nMONOTONIC_USEC=");
            assertThat(systemd.next()).startsWith("READY=1\n");
            weir.process().signal("TERM");
            assertThat(systemd.next()).startsWith("STOPPING=1\n");
            assertThat(weir.process().awaitExit()).isZero();
            // A socket that systemd has made stays, and with it those who connect until the next start.
            assertThat(Files.exists(unix)).isEqualTo(activation != null);
        }
    }
}

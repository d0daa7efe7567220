package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.testing.WireBytes.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgweir.proxy.testing.PgWeirProcess;
import dev.pgweir.proxy.testing.PostgresInstance;
import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.UnixBridge;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Three PgWeirs in a row, connected by Unix sockets: {@code outer} (NIO, in a directory where a dead socket lies), {@code
 * middle} (the transport of most tests, peer authentication), {@code inner} (epoll, an abstract name), which reaches
 * PostgreSQL by TCP. So each kind of socket is used from both sides, whatever PostgreSQL the tests have been given.
 */
@ExtendWith(RealPostgres.class)
final class UnixSocketIT {

    /** Who runs this test, and so every PgWeir it starts. */
    private static final String SELF = System.getProperty("user.name");

    @TempDir
    private static Path outerDirectory;

    @TempDir
    private static Path middleDirectory;

    private static PgWeirProcess inner;
    private static PgWeirProcess middle;
    private static PgWeirProcess outer;
    private static UnixBridge toMiddle;
    private static UnixBridge toOuter;

    @BeforeAll
    static void start(TestDatabase database) throws IOException {
        String name = "@pgweir-" + UUID.randomUUID();
        inner = PgWeirProcess.builder()
                .environment("PGWEIR_TRANSPORT", "epoll")
                .config("""
                        [databases.app]
                        host = "%s"
                        port = %d
                        dbname = "%s"
                        [users.%s]
                        password = "%s"
                        [pgweir]
                        auth_type = "trust"
                        unix_socket_dir = "%s"
                        """.formatted(
                        database.host(), database.port(), database.name(), database.user(), database.password(), name))
                .start();
        middle = PgWeirProcess.builder()
                .config("""
                        [databases.session]
                        host = "%1$s"
                        port = %2$d
                        dbname = "app"
                        user = "%3$s"
                        [databases.transaction]
                        host = "%1$s"
                        port = %2$d
                        dbname = "app"
                        user = "%3$s"
                        pool_mode = "transaction"
                        pool_size = 1
                        [users.%4$s]
                        password = "none asks for it"
                        [users.other]
                        password = "none asks for it"
                        [pgweir]
                        auth_type = "peer"
                        unix_socket_dir = "%5$s"
                        unix_socket_mode = "0740"
                        """.formatted(name, inner.port(), database.user(), SELF, middleDirectory))
                .start();
        int port = PostgresInstance.freePort();
        leaveDeadSocket(outerDirectory.resolve(".s.PGSQL." + port));
        outer = PgWeirProcess.builder()
                .environment("PGWEIR_TRANSPORT", "nio")
                .port(port)
                .config("""
                        [databases."*"]
                        host = "%s"
                        port = %d
                        user = "%s"
                        [users.%s]
                        password = "none asks for it"
                        [pgweir]
                        auth_type = "trust"
                        unix_socket_dir = "%s"
                        """.formatted(middleDirectory, middle.port(), SELF, SELF, outerDirectory))
                .start();
        toMiddle = UnixBridge.to(socket(middleDirectory, middle));
        toOuter = UnixBridge.to(socket(outerDirectory, outer));
    }

    /** As a process leaves it that is killed. */
    private static void leaveDeadSocket(Path file) throws IOException {
        try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(file));
        }
        assertThat(file).exists();
    }

    private static Path socket(Path directory, PgWeirProcess of) {
        return directory.resolve(".s.PGSQL." + of.port());
    }

    @AfterAll
    static void stop() {
        toOuter.close();
        toMiddle.close();
        outer.close();
        middle.close();
        inner.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"session", "transaction"})
    void queriesAndCancelsPassThroughUnixSocketsOnBothSides(String mode, TestDatabase database) throws Exception {
        try (WireClient client = WireClient.connect(toOuter.port()).login(SELF, mode, "")) {
            assertThat(client.value("SELECT current_user")).isEqualTo(database.user());
            client.query("BEGIN");
            assertThat(client.value("SELECT length(repeat('x', 1000000))")).isEqualTo("1000000");
            client.query("COMMIT");

            client.send(query("SELECT pg_sleep(600)"));
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> "1"
                            .equals(database.value("SELECT count(*) FROM pg_stat_activity"
                                    + " WHERE wait_event = 'PgSleep' AND datname = current_database()")));
            client.cancel();

            assertThat(client.readUntil('Z'))
                    .filteredOn(message -> message.type() == 'E')
                    .singleElement()
                    .extracting(WireMessage::sqlState)
                    .isEqualTo("57014");
        }
    }

    @Test
    void psqlConnectsThroughTheDirectory() {
        Optional<ClientProgram> psql = ClientProgram.psql();
        if (psql.isPresent()) {
            Map<String, String> where = Map.of(
                    "PGHOST",
                    outerDirectory.toString(),
                    "PGPORT",
                    Integer.toString(outer.port()),
                    "PGUSER",
                    SELF,
                    "PGDATABASE",
                    "transaction");
            ClientProgram.Run run = psql.get().run(where, "SELECT 'through';", "-X", "-A", "-t");
            assertThat(run.output()).isEqualTo("through\n");
        }
        assertThat(socket(outerDirectory, outer)).exists();
    }

    @Test
    void socketHasTheModeOfTheConfiguration() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket(middleDirectory, middle))))
                .isEqualTo("rwxr-----");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket(outerDirectory, outer))))
                .isEqualTo("rwxrwxrwx");
    }

    @Test
    void peerIsWhoTheOperatingSystemSays() throws IOException {
        try (WireClient self = WireClient.connect(toMiddle.port());
                WireClient other = WireClient.connect(toMiddle.port());
                WireClient byTcp = WireClient.connect(middle.port())) {
            assertThat(self.login(SELF, "session", "").value("SELECT 1")).isEqualTo("1");
            assertThat(other.tryLogin("other", "session", ""))
                    .last()
                    .asString()
                    .contains("28000")
                    .contains("\"peer\" authentication failed");
            assertThat(byTcp.tryLogin(SELF, "session", ""))
                    .last()
                    .asString()
                    .contains("\"peer\" authentication failed");
        }
        assertThat(middle.awaitLine("login refused: the client's process is run by " + SELF))
                .matches(".*C-0x[0-9a-f]+: session/other@unix\\([0-9]+\\):" + middle.port() + " .*");
    }

    @Test
    void ownUserIsTheConsolesAdministratorWithoutAPassword() throws IOException {
        for (UnixBridge bridge : List.of(toMiddle, toOuter)) {
            try (WireClient console = WireClient.connect(bridge.port()).login("pgbouncer", "pgbouncer", "")) {
                assertThat(console.rows("SHOW CLIENTS").toString())
                        .contains("pgbouncer, pgbouncer, none, active, unix, ");
            }
        }
        try (WireClient byTcp = WireClient.connect(middle.port())) {
            assertThat(byTcp.tryLogin("pgbouncer", "pgbouncer", ""))
                    .last()
                    .extracting(WireMessage::type)
                    .isEqualTo('E');
        }
    }

    @Test
    void socketThatSomebodyListensOnIsLeftToHim() {
        try (PgWeirProcess second = PgWeirProcess.builder()
                .port(middle.port())
                .config("""
                        [databases.app]
                        host = "127.0.0.1"
                        user = "nobody"
                        [pgweir]
                        auth_type = "any"
                        unix_socket_dir = "%s"
                        """.formatted(middleDirectory))
                .run()) {
            assertThat(second.awaitExit()).isNotZero();
            assertThat(second.lines())
                    .anyMatch(
                            line -> line.contains(socket(middleDirectory, middle) + ": another process listens there"));
        }
        assertThat(socket(middleDirectory, middle)).exists();
    }
}

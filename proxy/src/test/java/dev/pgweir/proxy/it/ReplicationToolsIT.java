package dev.pgweir.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgweir.proxy.testing.PostgresInstance;
import dev.pgweir.proxy.testing.PostgresVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * PostgreSQL's own programs for replication connections, as they are installed, through PgWeir in transaction mode. The
 * server is the old one, since the programs refuse one that is newer than they are.
 */
final class ReplicationToolsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private static Path directory;

    private static PostgresInstance postgres;
    private static FromIni weir;

    @BeforeAll
    static void start() throws IOException {
        postgres = PostgresInstance.builder()
                .major(PostgresVersion.OLD)
                .setting("wal_level", "replica")
                .setting("max_wal_senders", "4")
                .auth("scram-sha-256")
                .start();
        postgres.execute(
                "CREATE ROLE repl LOGIN REPLICATION PASSWORD 'secret'",
                "CREATE ROLE asking SUPERUSER LOGIN" + " PASSWORD 'secret'",
                "CREATE ROLE found LOGIN REPLICATION PASSWORD 'secret'");
        weir = FromIni.start(
                directory,
                List.of("repl", "secret", "asking", "secret"),
                "auth_type = scram-sha-256",
                "auth_user = asking",
                "pool_mode = transaction",
                "[databases]",
                // Before PostgreSQL 17 the programs ask for a database of that name.
                "replication = host=" + postgres.host() + " port=" + postgres.port() + " dbname=postgres");
    }

    @AfterAll
    static void stop() {
        weir.close();
        postgres.close();
    }

    private static Map<String, String> environment(String user) {
        return Map.of(
                "PGHOST", "127.0.0.1",
                "PGPORT", Integer.toString(weir.port()),
                "PGUSER", user,
                "PGPASSWORD", "secret",
                "PGSSLMODE", "disable");
    }

    private static String value(String sql) {
        try (Connection connection = postgres.connect("postgres");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return String.valueOf(rows.getString(1));
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    private static void awaitNoWalSender() {
        await().atMost(PATIENCE)
                .until(() ->
                        "0".equals(value("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'walsender'")));
    }

    @TestFactory
    Stream<DynamicTest> pgReceivewalFollowsTheLogAndStopsWhenItIsInterrupted() {
        return Stream.of("repl", "found")
                .flatMap(user -> ClientProgram.pgReceivewal().stream()
                        .map(program -> DynamicTest.dynamicTest(user, () -> receive(program, user))));
    }

    private static void receive(ClientProgram program, String user) throws IOException {
        Path log = Files.createDirectory(directory.resolve("wal of " + user));
        Process running = program.start(environment(user), "", "-D", log.toString(), "--no-loop", "--verbose");
        await().atMost(PATIENCE)
                .until(() -> "1".equals(value("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'")));
        postgres.execute("CREATE TABLE of_" + user + " AS SELECT 1");
        String segment = value("SELECT pg_walfile_name(pg_switch_wal())");
        await().atMost(PATIENCE).until(() -> names(log).contains(segment));
        ClientProgram.interrupt(running);
        ClientProgram.Run run = ClientProgram.finish(running);
        assertThat(run.output()).contains("received interrupt signal").doesNotContain("error:");
        assertThat(run.exitCode()).as(run.output()).isZero();
        awaitNoWalSender();
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @TestFactory
    Stream<DynamicTest> pgBasebackupCopiesTheClusterAndItsLog() {
        return ClientProgram.pgBasebackup().stream()
                .map(program -> DynamicTest.dynamicTest("with the log as a stream", () -> {
                    Path copy = directory.resolve("copy");
                    ClientProgram.Run run = program.run(
                            environment("repl"), "", "-D", copy.toString(), "--checkpoint=fast", "--wal-method=stream");
                    assertThat(run.exitCode()).as(run.output()).isZero();
                    assertThat(names(copy)).contains("backup_label", "backup_manifest", "global", "pg_wal");
                    assertThat(names(copy.resolve("pg_wal"))).anyMatch(name -> name.matches("[0-9A-F]{24}"));
                    awaitNoWalSender();
                }));
    }
}

package dev.pgweir.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.testing.PgWeirProcess;
import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The pgbouncer.ini of a team whose 50 tasks share 10 connections starts as it is, and converted to TOML. */
@ExtendWith(RealPostgres.class)
final class PgBouncerIniIT {

    /** As it stood in front of the managed server, with this machine's addresses; the port is the environment's. */
    private static final String FIELD = """
            ;; PgBouncer for the ECS tasks
            [databases]
            # the application
            appdb = host=${host} port=${server} dbname=${dbname}
            * = host=${host} port=${server}

            [pgbouncer]
              listen_addr = 127.0.0.1
              listen_port = 6432
            auth_type = scram-sha-256
            auth_file = ${userlist}
            admin_users = ${user}
            stats_users = monitoring, ${user}

            pool_mode = transaction
            max_client_conn = 500
            default_pool_size = 20
            reserve_pool_size = 5
            reserve_pool_timeout = 3
            server_reset_query = DISCARD ALL
            server_check_query = select 1
            server_check_delay = 30
            server_idle_timeout = 600.0
            server_tls_sslmode = prefer
            ignore_startup_parameters = extra_float_digits,options

            unix_socket_dir =
            pkt_buf = 8192
            sbuf_loopcnt = 10
            resolv_conf = /etc/resolv.conf
            log_disconnections = 0
            """;

    @TempDir
    static Path directory;

    private static TestDatabase database;
    private static Path ini;
    private static PgWeirProcess weir;

    @BeforeAll
    static void start(TestDatabase real) throws IOException {
        database = real;
        Path userlist = Files.writeString(
                directory.resolve("userlist.txt"), "\"" + real.user() + "\" \"" + real.password() + "\"\n");
        ini = Files.writeString(
                directory.resolve("pgbouncer.ini"),
                FIELD.replace("${host}", real.host())
                        .replace("${server}", Integer.toString(real.port()))
                        .replace("${dbname}", real.name())
                        .replace("${user}", real.user())
                        // Relative to the directory it runs in, which is the root, not to that of the file.
                        .replace(
                                "${userlist}", Path.of("/").relativize(userlist).toString()));
        weir = PgWeirProcess.builder()
                .argument("-v")
                .argument("-R")
                .argument("-u")
                .argument("nobody-here")
                .argument(ini.toString())
                .start();
    }

    @AfterAll
    static void stop() {
        weir.close();
    }

    @Test
    void fieldIniStartsUnchangedAndServesQueries() throws SQLException {
        assertThat(answers(weir)).isEqualTo(42);
    }

    @Test
    void psqlFindsTheDatabaseAndTheFallback() {
        ClientProgram psql = ClientProgram.psql().orElse(null);
        if (psql != null) {
            for (String name : List.of("appdb", database.name())) {
                ClientProgram.Run run = psql.run(
                        Map.of(
                                "PGHOST", weir.host(),
                                "PGPORT", Integer.toString(weir.port()),
                                "PGUSER", database.user(),
                                "PGPASSWORD", database.password()),
                        "",
                        "-XAtc",
                        "SELECT current_database()",
                        name);
                assertThat(run.output()).isEqualTo(database.name() + "\n");
            }
        }
    }

    @Test
    void whatHasNoEffectStandsInOneLine() {
        weir.awaitLine("process up");
        assertThat(weir.lines().stream().filter(line -> line.contains("without effect")))
                .singleElement()
                .asString()
                .contains(" WARNING " + ini + ": settings without effect: ")
                .contains("pkt_buf", "sbuf_loopcnt", "resolv_conf")
                .doesNotContain("pool_mode");
    }

    @Test
    void optionsOfPgBouncerThatCannotBeFollowedAreAnswered() {
        assertThat(weir.awaitLine("-u nobody-here")).contains(" WARNING -u nobody-here has no effect: PgWeir runs as ");
        assertThat(weir.awaitLine("-R has")).contains(" WARNING -R has no effect: ", "SIGTERM");
    }

    @Test
    void startupParametersThatAreNeitherFollowedNorIgnoredAreRefused() throws IOException {
        try (WireClient client = WireClient.connect(weir.port())) {
            assertRefused(
                    client.tryLogin(database.user(), "appdb", database.password(), "search_path", "public"),
                    "unsupported startup parameter: search_path");
        }
        try (WireClient client = WireClient.connect(weir.port())) {
            client.login(
                    database.user(),
                    "appdb",
                    database.password(),
                    "extra_float_digits",
                    "3",
                    "options",
                    "-c enable_seqscan=off -c IntervalStyle=iso_8601");
            assertThat(client.value("SHOW enable_seqscan")).isEqualTo("on");
            assertThat(client.value("SHOW IntervalStyle")).isEqualTo("iso_8601");
        }
    }

    private static void assertRefused(List<WireMessage> answer, String message) {
        assertThat(answer).last().satisfies(error -> {
            assertThat(error.type()).isEqualTo('E');
            assertThat(error.sqlState()).isEqualTo("08P01");
            assertThat(error.message()).isEqualTo(message);
        });
    }

    @Test
    void firstLineOfVersionIsWhatShowVersionShows() throws IOException {
        try (PgWeirProcess version = PgWeirProcess.builder().argument("-V").run();
                WireClient console = console(weir)) {
            assertThat(version.awaitExit()).isZero();
            assertThat(version.lines().get(0)).isEqualTo(console.value("SHOW VERSION"));
        }
    }

    @Test
    void convertedToTomlItStartsWithTheSameConfiguration() throws IOException, SQLException {
        List<String> toml;
        try (PgWeirProcess convert = PgWeirProcess.builder()
                .argument("convert")
                .argument(ini.toString())
                .run()) {
            assertThat(convert.awaitExit()).isZero();
            toml = convert.lines().stream()
                    .filter(line -> !line.startsWith("WARNING "))
                    .toList();
        }
        Path file = Files.write(directory.resolve("converted.toml"), toml);

        try (PgWeirProcess converted =
                PgWeirProcess.builder().argument("-q").argument(file.toString()).start()) {
            assertThat(answers(converted)).isEqualTo(42);
            Map<String, @Nullable String> before = config(weir);
            Map<String, @Nullable String> after = config(converted);
            // The environment of each run says the port, -v of one how much is logged; a relative path is absolute now.
            for (String different : List.of("conffile", "listen_port", "auth_file", "verbose")) {
                before.remove(different);
                after.remove(different);
            }
            assertThat(after).isEqualTo(before).containsEntry("max_client_conn", "500");
            converted.awaitLine("pkt_buf");
            // Quiet: logins are not written to the standard error, warnings are.
            assertThat(converted.lines()).isNotEmpty().allMatch(line -> line.contains(" WARNING "));
        }
    }

    @Test
    void daemonModeIsRefusedWithAdvice() {
        try (PgWeirProcess daemon = PgWeirProcess.builder()
                .argument("-d")
                .argument("-q")
                .argument(ini.toString())
                .run()) {
            assertThat(daemon.awaitExit()).isEqualTo(1);
            assertThat(daemon.lines()).singleElement().asString().contains("not started, -d: ", "systemd");
        }
    }

    private static Map<String, @Nullable String> config(PgWeirProcess process) throws IOException {
        try (WireClient console = console(process)) {
            return console.rows("SHOW CONFIG").stream()
                    .collect(Collectors.toMap(row -> String.valueOf(row.get(0)), row -> String.valueOf(row.get(1))));
        }
    }

    private static WireClient console(PgWeirProcess process) throws IOException {
        return WireClient.connect(process.port()).login(database.user(), "pgbouncer", database.password());
    }

    /** What pgjdbc gets for a prepared query; it sends extra_float_digits at login. */
    private static int answers(PgWeirProcess process) throws SQLException {
        Properties login = new Properties();
        login.setProperty("user", database.user());
        login.setProperty("password", database.password());
        try (Connection connection = DriverManager.getConnection(process.jdbcUrl("appdb"), login);
                PreparedStatement statement = connection.prepareStatement("SELECT ?::int + 2")) {
            statement.setInt(1, 40);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getInt(1);
            }
        }
    }
}

package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.testing.WireBytes.bind;
import static dev.pgweir.proxy.testing.WireBytes.execute;
import static dev.pgweir.proxy.testing.WireBytes.parse;
import static dev.pgweir.proxy.testing.WireBytes.query;
import static dev.pgweir.proxy.testing.WireBytes.sync;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgweir.proxy.testing.PgWeirProcess;
import dev.pgweir.proxy.testing.PostgresInstance;
import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * The log of a PgWeir that was started with a pgbouncer.ini, in the words that scripts look for. What a client is told
 * stands in the file by then.
 */
@ExtendWith(RealPostgres.class)
final class LogLinesIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private static Path directory;

    private static TestDatabase database;
    private static PgWeirProcess weir;
    private static Path log;

    @BeforeAll
    static void start(TestDatabase real) throws IOException {
        database = real;
        log = directory.resolve("pgbouncer.log");
        String user = real.user();
        String server = "host=" + real.host() + " port=" + real.port();
        Files.writeString(
                directory.resolve("userlist.txt"),
                "\"" + user + "\" \"" + real.password() + "\"\n\"other\" \"secret\"\n");
        Path ini = Files.writeString(directory.resolve("pgbouncer.ini"), """
                [databases]
                app = %1$s dbname=%2$s
                small = %1$s dbname=%2$s pool_size=1 reserve_pool_size=1
                nowhere = host=127.0.0.1 port=%3$d
                nameless = host=no-such-host.invalid
                * = %1$s
                [pgbouncer]
                listen_addr = 127.0.0.1
                unix_socket_dir =
                auth_type = scram-sha-256
                auth_file = %4$s
                admin_users = %5$s
                logfile = %6$s
                pool_mode = transaction
                reserve_pool_timeout = 0.1
                server_login_retry = 0.5
                client_login_timeout = 4
                server_idle_timeout = 0.2
                pool_idle_timeout = 0.2
                """.formatted(
                server, real.name(), PostgresInstance.freePort(), directory.resolve("userlist.txt"), user, log));
        weir = PgWeirProcess.builder().argument("-q").argument(ini.toString()).start();
    }

    @AfterAll
    static void stop() {
        weir.close();
    }

    /** How a line about a client of this test begins, behind time and process. */
    private static String client(String of, String user) {
        return " LOG C-0x[0-9a-f]+: " + of + "/" + user + "@127\\.0\\.0\\.1:\\d+ ";
    }

    private static WireMessage refused(String user, String name, String password) throws IOException {
        try (WireClient client = WireClient.connect(weir.port())) {
            List<WireMessage> answer = client.tryLogin(user, name, password);
            assertThat(answer).last().extracting(WireMessage::type).isEqualTo('E');
            return answer.get(answer.size() - 1);
        }
    }

    private static void has(String pattern) {
        assertThat(log).content().containsPattern(pattern);
    }

    private static void gets(String pattern) {
        await().atMost(PATIENCE).untilAsserted(() -> has(pattern));
    }

    private static WireClient login(String name) throws IOException {
        return WireClient.connect(weir.port()).login(database.user(), name, database.password());
    }

    @Test
    void eachLineHasTimeProcessAndLevel() {
        gets("(?m)^[0-9-]{10} [0-9:.]{12} UTC \\[" + weir.pid() + "\\] LOG ");
        gets(" LOG kernel file descriptor limit: \\d+; max_client_conn: 100, max expected fd use: \\d+");
    }

    @Test
    void refusedLoginStandsThereBeforeTheClientKnows() throws IOException {
        refused(database.user(), "app", "wrong");
        has(client("app", database.user()) + "closing because: SASL authentication failed \\(age=\\d+s\\)");
        refused("nobody", "app", "wrong");
        has(client("\\(nodb\\)", "nobody") + "closing because: SASL authentication failed");
    }

    @Test
    void serversRefusalIsWrittenInBothForms() throws IOException {
        WireMessage told = refused(database.user(), "missing_database", database.password());

        assertThat(told.message()).isEqualTo("database \"missing_database\" does not exist");
        has(client("\\(nodb\\)", "\\(nouser\\)") + "registered new auto-database: missing_database");
        has(" ERROR S: login failed: FATAL: database \"missing_database\" does not exist");
        has(" WARNING server login failed: FATAL database \"missing_database\" does not exist");
        gets(" LOG S-0x[0-9a-f]+: missing_database/.* closing because: login failed \\(age=\\d+s\\)");
        has(client("missing_database", database.user())
                + "closing because: database \"missing_database\" does not exist \\(age=");
    }

    @Test
    void serverThatIsNotThereIsToldByItsReason() throws IOException {
        CompletableFuture<WireMessage> nameless = CompletableFuture.supplyAsync(() -> {
            try {
                return refused(database.user(), "nameless", database.password());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        String told = "client_login_timeout (server down)";
        assertThat(refused(database.user(), "nowhere", database.password()).message())
                .startsWith(told);
        assertThat(nameless.join().message()).startsWith(told);
        has(" WARNING S-0x[0-9a-f]+: nowhere/.*@127.0.0.1:\\d+ cannot connect: ");
        has(" LOG S-0x[0-9a-f]+: nowhere/.*@127.0.0.1:\\d+ closing because: connect failed \\(age=\\d+s\\)");
        has(client("nowhere", database.user()) + "closing because: client_login_timeout \\(server down\\)");
        has(" LOG S-0x[0-9a-f]+: nameless/.* closing because: server DNS lookup failed \\(age=\\d+s\\)");
    }

    @Test
    void connectionsComeAndGo() throws IOException {
        try (WireClient client = login("app")) {
            client.query("SELECT 1");
            has(client("app", database.user()) + "login attempt: db=app user=" + database.user()
                    + " tls=no replication=no");
            has(" LOG S-0x[0-9a-f]+: app/" + database.user() + "@.* new connection to server \\(from .*:\\d+\\)");
            client.terminate();
        }
        gets(client("app", database.user()) + "closing because: client close request \\(age=");
        gets(" LOG S-0x[0-9a-f]+: app/.* closing because: server idle timeout \\(age=");
        gets(" LOG cleaning up idle pool for user " + database.user()
                + " on db app because: pool idle timeout \\(age=");
    }

    @Test
    void simpleQueriesAreRefusedWhereTheyAreNotWanted() throws IOException {
        try (Fronted strict = Fronted.start(database, "disable_pqexec = true");
                WireClient extended = strict.login();
                WireClient simple = strict.login()) {
            extended.send(parse("", "SELECT 'extended'"), bind("", ""), execute("", 0), sync());
            assertThat(extended.readUntil('Z')).extracting(WireMessage::type).contains('D');
            simple.send(query("SELECT 1; DROP TABLE x"));
            assertThat(simple.read().message()).isEqualTo("PQexec disallowed");
            strict.process().awaitLine("closing because: PQexec disallowed");
        }
    }

    @Test
    void reserveAndWaitAreWarnedAbout() throws IOException {
        try (WireClient first = login("small");
                WireClient second = login("small")) {
            first.query("BEGIN");
            assertThat(second.value("SELECT 1")).isEqualTo("1");
            has(client("small", database.user()).replace(" LOG ", " WARNING ") + "taking connection from reserve_pool");
            first.query("COMMIT");
        }
    }
}

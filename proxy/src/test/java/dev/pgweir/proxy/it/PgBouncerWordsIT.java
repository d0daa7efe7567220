package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.it.Answers.types;
import static dev.pgweir.proxy.testing.WireBytes.bind;
import static dev.pgweir.proxy.testing.WireBytes.describe;
import static dev.pgweir.proxy.testing.WireBytes.execute;
import static dev.pgweir.proxy.testing.WireBytes.parse;
import static dev.pgweir.proxy.testing.WireBytes.query;
import static dev.pgweir.proxy.testing.WireBytes.sync;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pgweir.proxy.testing.PgWeirProcess;
import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireBytes;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a PgWeir that was started with a pgbouncer.ini says and shows where it would say more by itself; all of its log. */
@ExtendWith(RealPostgres.class)
final class PgBouncerWordsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String NOBODY = "(nodb)/(nouser)";

    @TempDir
    private static Path directory;

    private static TestDatabase database;
    private static PgWeirProcess weir;
    private static Path log;
    /** Takes connections and says nothing. */
    private static ServerSocket silent;

    @BeforeAll
    static void start(TestDatabase real) throws IOException {
        database = real;
        silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        log = directory.resolve("pgbouncer.log");
        Files.writeString(
                directory.resolve("userlist.txt"),
                "\"%s\" \"%s\"\n\"boss\" \"x\"\n".formatted(real.user(), real.password()));
        Path ini = Files.writeString(directory.resolve("pgbouncer.ini"), """
                [databases]
                app = %1$s pool_size=1
                killed = %1$s
                kept = %1$s user=%2$s password=%3$s min_pool_size=5 max_db_connections=2
                asking = %1$s user=%2$s password=%3$s auth_user=%2$s
                asking_wrong = %1$s auth_user=%2$s auth_query='SELECT usename, passwd FROM not_pg_shadow WHERE usename = $1'
                asking_nobody = %1$s auth_user=%2$s auth_dbname=nobody
                asking_console = %1$s auth_user=%2$s auth_dbname=pgbouncer
                silent = host=127.0.0.1 port=%4$d
                [pgbouncer]
                listen_addr = 127.0.0.1
                unix_socket_dir =
                auth_type = plain
                auth_file = %5$s
                auth_query = SELECT $1::text, 'secret'::text WHERE $1::text = 'found'
                admin_users = boss
                logfile = %6$s
                pool_mode = transaction
                max_prepared_statements = 100
                max_db_client_connections = 3
                client_login_timeout = 60
                login_failure_delay = 0
                verbose = 1
                """.formatted(
                        "host=" + real.host() + " port=" + real.port() + " dbname=" + real.name(),
                        real.user(),
                        real.password(),
                        silent.getLocalPort(),
                        directory.resolve("userlist.txt"),
                        log));
        weir = PgWeirProcess.builder().argument("-q").argument(ini.toString()).start();
    }

    @AfterAll
    static void stop() throws IOException {
        weir.close();
        silent.close();
    }

    private static WireClient connect() throws IOException {
        return WireClient.connect(weir.port());
    }

    private static WireClient login(String name, String... parameters) throws IOException {
        return connect().login(database.user(), name, database.password(), parameters);
    }

    private static WireClient console() throws IOException {
        return connect().login("boss", "pgbouncer", "x");
    }

    private static List<List<@Nullable String>> shown(String what) throws IOException {
        try (WireClient console = console()) {
            return console.rows("SHOW " + what);
        }
    }

    private static String refusal(String user, String name, String password) throws IOException {
        try (WireClient client = connect()) {
            return told(client.tryLogin(user, name, password));
        }
    }

    /** Severity, code and text of the last message. */
    private static String told(List<WireMessage> answer) {
        WireMessage error = answer.get(answer.size() - 1);
        return error.field('S') + " " + error.sqlState() + " " + error.message();
    }

    /** A line, with what stands for its client's or server's number and address. */
    private static void has(String level, String who, String text) throws IOException {
        assertThat(count(level, who, text)).as(level + " " + who + " " + text).isPositive();
    }

    private static void gets(String level, String who, String text) {
        await().atMost(PATIENCE).untilAsserted(() -> has(level, who, text));
    }

    private static long count(String level, String who, String text) throws IOException {
        return Files.readAllLines(log).stream()
                .filter(line ->
                        line.contains("] " + level + " ") && line.contains(": " + who + "@") && line.contains(text))
                .count();
    }

    private static String app() {
        return "app/" + database.user();
    }

    // ---- prepared statements ----

    @Test
    void nameThatIsTakenIsAnErrorAndALine() throws IOException {
        try (WireClient client = login("app")) {
            client.send(parse("test", "SELECT 1"), sync());
            client.readUntil('Z');
            client.send(parse("test", "SELECT 2"), sync());
            List<WireMessage> answer = client.readUntil('Z');

            assertThat(types(answer)).isEqualTo("EZ");
            assertThat(answer.get(0).sqlState()).isEqualTo("42P05");
            has("ERROR", app(), "prepared statement 'test' was already prepared");
            assertThat(client.value("SELECT 'still here'")).isEqualTo("still here");
        }
    }

    @Test
    void textThatIsWrongByItselfIsNotToldAsTaken() throws IOException {
        try (WireClient client = login("app")) {
            client.send(parse("wrong", "SELECT 1"), sync());
            client.readUntil('Z');
            client.send(parse("wrong", "SELEKT"), sync());

            assertThat(client.readUntil('Z').get(0).sqlState()).isEqualTo("42601");
            assertThat(count("ERROR", app(), "'wrong' was already prepared")).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"DEALLOCATE ALL", "DISCARD ALL"})
    void statementThatIsGoneEndsItsClientAlone(String command) throws IOException {
        try (WireClient client = login("app");
                WireClient other = login("app")) {
            for (WireClient each : List.of(client, other)) {
                each.send(parse("mine", "SELECT pg_backend_pid()"), sync());
                each.readUntil('Z');
            }
            client.query(command);
            // What stands behind it, as far as it has an answer already, is not to be seen.
            client.send(
                    parse("", "SELECT 'before'"),
                    bind("", ""),
                    execute("", 0),
                    bind("", "mine"),
                    sync(),
                    parse("other", "SELECT 1"),
                    sync(),
                    parse("other", "SELECT 2"),
                    sync(),
                    query("SET TimeZone = 'UTC'"),
                    query("RESET ALL"));
            List<WireMessage> answer = client.readUntil('E');

            assertThat(types(answer)).isEqualTo("12DCE");
            assertThat(told(answer)).isEqualTo("FATAL 08P01 prepared statement did not exist");
            assertThatThrownBy(client::read).isInstanceOf(IOException.class);
            has("ERROR", app(), "prepared statement 'mine' not found");
            has("LOG", app(), "closing because: prepared statement did not exist (age=");
            other.send(bind("", "mine"), execute("", 0), sync());
            assertThat(types(other.readUntil('Z'))).isEqualTo("2DCZ");
        }
    }

    @Test
    void serverOfAClientThatWasEndedServesTheNext() throws IOException {
        String before;
        try (WireClient client = login("app")) {
            before = client.value("SELECT pg_backend_pid()");
            client.send(describe('S', "nothing"));
            client.send(WireBytes.flush());
            assertThat(told(client.readUntil('E'))).isEqualTo("FATAL 08P01 prepared statement did not exist");
        }
        try (WireClient next = login("app")) {
            assertThat(next.value("SELECT pg_backend_pid()")).isEqualTo(before);
        }
    }

    @Test
    void messageThatIsSkippedEndsNobody() throws IOException {
        try (WireClient client = login("app")) {
            client.send(parse("bad", "SELEKT"), bind("", "bad"), bind("", "nothing"), execute("", 0), sync());

            assertThat(types(client.readUntil('Z'))).isEqualTo("EZ");
            assertThat(client.value("SELECT 'still here'")).isEqualTo("still here");
        }
    }

    @Test
    void whereNamesAreNotFollowedOrWordsAreOursThePostgresErrorPasses() throws IOException {
        try (WireClient console = console()) {
            console.query("SET max_prepared_statements = 0");
            missingIsAnError("passed");
            console.query("SET max_prepared_statements = 100");
            assertThat(count("ERROR", app(), "'passed' not found")).isZero();
            console.query("SET pgbouncer_compatibility = 0");
            missingIsAnError("followed");
            gets("DEBUG", app(), "prepared statement did not exist: 'followed'");
            console.query("SET pgbouncer_compatibility = 1");
        }
    }

    private static void missingIsAnError(String name) throws IOException {
        try (WireClient client = login("app")) {
            client.send(bind("", name), execute("", 0), sync());
            List<WireMessage> answer = client.readUntil('Z');

            assertThat(types(answer)).isEqualTo("EZ");
            assertThat(answer.get(0).sqlState()).isEqualTo("26000");
            assertThat(answer.get(0).message()).contains("\"" + name + "\"");
            assertThat(client.value("SELECT 'still here'")).isEqualTo("still here");
        }
    }

    // ---- logins ----

    @Test
    void lineHasTheUserAndTheDatabaseOnceBothAreKnown() throws IOException {
        String user = database.user();
        assertThat(refusal(user, "app", "wrong")).isEqualTo("FATAL 08P01 password authentication failed");
        has("LOG", app(), "login attempt: db=app user=" + user + " tls=no replication=no");
        has("LOG", app(), "closing because: password authentication failed (age=");
        has("WARNING", app(), "pooler error: password authentication failed");
        refusal("stranger", "app", "wrong");
        has("LOG", "(nodb)/stranger", "login attempt: db=app user=stranger");
        has("LOG", "(nodb)/stranger", "closing because: password authentication failed (age=");
        refusal(user, "nosuchdb", "wrong");
        has("LOG", "(nodb)/" + user, "closing because: password authentication failed (age=");
        assertThat(refusal(user, "nosuchdb", database.password())).isEqualTo("FATAL 08P01 no such database: nosuchdb");
        has("LOG", "(nodb)/" + user, "closing because: no such database: nosuchdb (age=");
    }

    @Test
    void clientThatIsLookedUpHasTheDatabaseThatIsAsked() throws IOException {
        assertThat(refusal("lost", "asking", "secret")).isEqualTo("FATAL 08P01 no such user");
        has("LOG", "asking/(nouser)", "closing because: no such user (age=");
        assertThat(log).content().doesNotContain("login attempt: db=asking user=lost");
        refusal("found", "asking", "wrong");
        has("LOG", "asking/found", "login attempt: db=asking user=found");
        has("LOG", "asking/found", "closing because: password authentication failed (age=");
        try (WireClient client = connect().login("found", "asking", "secret")) {
            assertThat(client.value("SELECT 1")).isEqualTo("1");
        }
        assertThat(refusal("lost", "asking_wrong", "secret")).isEqualTo("FATAL 08P01 bouncer config error");
        assertThat(log)
                .content()
                .contains(" ERROR S: error in auth_query: ERROR: relation \"not_pg_shadow\" does not exist\n");
        assertThat(refusal("lost", "asking_nobody", "secret")).isEqualTo("FATAL 08P01 bouncer config error");
        has("ERROR", NOBODY, "authentication database \"nobody\" is not configured.");
        assertThat(refusal("lost", "asking_console", "secret")).isEqualTo("FATAL 08P01 bouncer config error");
        has("ERROR", NOBODY, "cannot use the reserved \"pgbouncer\" database as an auth_dbname");
    }

    @Test
    void limitIsToldInPgBouncersWords() throws IOException {
        try (WireClient one = login("killed");
                WireClient two = login("killed");
                WireClient three = login("killed")) {
            assertThat(refusal(database.user(), "killed", database.password()))
                    .isEqualTo("FATAL 08P01 no more connections allowed (max_db_client_connections)");
            for (WireClient each : List.of(one, two, three)) {
                assertThat(each.value("SELECT 1")).isEqualTo("1");
            }
        }
    }

    // ---- settings ----

    @Test
    void settingsThatAreAppliedAndRespelledStandInTheDetailedLog() throws IOException {
        String line = "varcache_set_canonical: setting DateStyle to its canonical version ISO -> ISO, MDY";
        try (WireClient client = login("app", "options", "-c DateStyle=ISO")) {
            client.query("SELECT 1");
            client.query("SELECT 1");
            assertThat(Files.readAllLines(log))
                    .anyMatch(it -> it.matches(
                            ".* DEBUG S-0x[0-9a-f]+: " + app() + "@\\S+ varcache_apply: .*SET DateStyle='ISO';.*"));
            assertThat(count("DEBUG", app(), line)).isEqualTo(1);
        }
    }

    // ---- the console ----

    @Test
    void killedClientsAndServersAreToldThatTheDatabaseIsRemoved() throws IOException {
        try (WireClient console = console();
                WireClient client = login("killed")) {
            client.query("BEGIN");
            console.query("KILL killed");

            assertThat(told(client.readUntil('E'))).isEqualTo("FATAL 08P01 database removed");
            String who = "killed/" + database.user();
            for (String side : List.of("C", "S")) {
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(log)
                                .content()
                                .containsPattern(" LOG " + side + "-0x[0-9a-f]+: " + who
                                        + "@\\S+ closing because: database removed \\(age="));
            }
            console.query("RESUME killed");
        }
    }

    @Test
    void serverInItsLoginIsShown() throws IOException {
        try (WireClient client = connect()) {
            client.send(WireBytes.startup("user", database.user(), "database", "silent"));
            assertThat(client.read().type()).isEqualTo('R');
            client.send(WireBytes.message('p', database.password()));

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(of("silent", 2, shown("SERVERS")))
                            .containsSubsequence("S", database.user(), "silent", "none", "new", "127.0.0.1"));
            assertThat(of("silent", 0, shown("POOLS")).get(12)).isEqualTo("1");
            assertThat(shown("SOCKETS"))
                    .filteredOn(row -> "S".equals(row.get(0)) && "silent".equals(row.get(2)))
                    .extracting(row -> row.get(4))
                    .containsExactly("sv_login");
        }
    }

    /** The one row about a database. */
    private static List<@Nullable String> of(String name, int column, List<List<@Nullable String>> rows) {
        return rows.stream()
                .filter(row -> name.equals(row.get(column)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no row of " + name + " in " + rows));
    }

    @Test
    void consolesOwnUserIsShown() throws IOException {
        assertThat(shown("USERS")).extracting(row -> row.get(0)).contains("pgbouncer", "boss", database.user());
        assertThat(shown("LISTS"))
                .filteredOn(row -> "users".equals(row.get(0)))
                .extracting(row -> row.get(1))
                .containsExactly(Integer.toString(shown("USERS").size()));
    }

    @Test
    void minimumThatACapForbidsIsLogged() throws IOException {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(log)
                        .content()
                        .contains(" DEBUG pool kept/" + database.user()
                                + ": launching new connection to satisfy min_pool_size")
                        .contains(" DEBUG launch_new_connection: database 'kept' full (2 >= 2): pool kept/"));
        assertThat(log)
                .content()
                .containsPattern(
                        " WARNING .*pgbouncer.ini:\\d+:\\d+: databases.kept.max_db_connections: lets a pool have 2"
                                + " connections, fewer than min_pool_size, which is 5");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(shown("SERVERS"))
                        .filteredOn(row -> "kept".equals(row.get(2)))
                        .hasSize(2));
    }
}

package dev.pgweir.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgweir.proxy.testing.PgWeirProcess;
import dev.pgweir.proxy.testing.PostgresInstance;
import dev.pgweir.proxy.testing.WireBytes;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Users whom only PostgreSQL knows. One PgWeir asks by SCRAM and remembers answers for a minute, the other one does as
 * PgBouncer does.
 */
final class AuthQueryIT {
    private static final String PASSWORD = "pencil";

    private static PostgresInstance postgres;
    private static PgWeirProcess weir;
    private static PgWeirProcess compatible;

    @BeforeAll
    static void start() {
        postgres = PostgresInstance.builder().auth("scram-sha-256").start();
        postgres.execute(
                "CREATE ROLE auth SUPERUSER LOGIN PASSWORD 'secret of auth'",
                "CREATE ROLE limited LOGIN PASSWORD 'secret of limited'",
                "CREATE ROLE app LOGIN PASSWORD 'secret of app'",
                "CREATE SEQUENCE asked",
                "CREATE FUNCTION public.secret_of(text) RETURNS TABLE (a text, b text) SECURITY DEFINER"
                        + " LANGUAGE sql AS 'SELECT nextval(''public.asked''), $1; SELECT rolname::text,"
                        + " rolpassword FROM pg_authid WHERE rolname = $1'",
                "CREATE SCHEMA evil",
                "CREATE FUNCTION evil.secret_of(text) RETURNS TABLE (a text, b text)"
                        + " LANGUAGE sql AS 'SELECT $1, ''evil''::text'",
                "CREATE DATABASE capped CONNECTION LIMIT 2",
                "CREATE ROLE someone LOGIN PASSWORD '" + PASSWORD + "'",
                "CREATE ROLE expired LOGIN PASSWORD '" + PASSWORD + "' VALID UNTIL '2001-01-01'",
                "CREATE ROLE cannot NOLOGIN PASSWORD '" + PASSWORD + "'");
        weir = PgWeirProcess.builder().config(configuration()).start();
        compatible = PgWeirProcess.builder()
                .config("""
                    [pgweir]
                    pgbouncer_compatibility = true
                    auth_type = "plain"
                    auth_user = "limited"
                    auth_query = "SELECT * FROM secret_of($1)"
                    pool_mode = "transaction"
                    [users.limited]
                    password = "secret of limited"
                    """ + entry("app", "dbname = 'postgres'"))
                .start();
    }

    private static String configuration() {
        return """
                [pgweir]
                auth_type = "scram-sha-256"
                auth_user = "auth"
                auth_query_ttl = 60
                login_failure_delay = 0
                pool_mode = "transaction"
                admin_users = "auth"
                [users.auth]
                password = "secret of auth"
                [users.limited]
                password = "secret of limited"
                """
                + entry("app", "dbname = 'postgres'")
                + entry("elsewhere", "dbname = 'nosuchdb'\nauth_dbname = 'app'")
                + entry("missing", "dbname = 'nosuchdb'")
                + entry("unconfigured", "dbname = 'postgres'\nauth_dbname = 'nosuchentry'")
                + entry("reserved", "dbname = 'postgres'\nauth_dbname = 'pgbouncer'")
                + entry("off", "dbname = 'postgres'\nauth_dbname = 'switchedoff'")
                + entry("switchedoff", "dbname = 'postgres'")
                + entry("failing", "dbname = 'postgres'\nauth_query = 'SELECT * FROM not_pg_shadow WHERE a = $1'")
                + answering("path", "SELECT $1::text, current_setting('search_path')")
                + answering("other", "SELECT 'auth'::text, '" + PASSWORD + "'::text WHERE $1::text IS NOT NULL")
                + answering("nameless", "SELECT NULL, '" + PASSWORD + "'::text WHERE $1::text IS NOT NULL")
                + answering("secretless", "SELECT $1::text, NULL")
                + answering("empty", "SELECT $1::text, ''")
                + answering("nobody", "SELECT $1::text, '" + PASSWORD + "'::text WHERE false")
                + answering(
                        "locked",
                        "SELECT $1::text, '" + PASSWORD + "'::text || CASE WHEN $1 LIKE 'invented%'"
                                + " THEN pg_advisory_xact_lock_shared(42)::text ELSE '' END")
                + answering("narrow", "SELECT $1::text")
                + answering("two", "SELECT $1::text, n::text FROM pg_catalog.generate_series(1, 2) n")
                + entry(
                        "counted",
                        "dbname = 'postgres'\nauth_user = 'limited'\n"
                                + "auth_query = 'SELECT * FROM public.secret_of($1)'")
                + entry(
                        "capped",
                        "auth_user = 'limited'\nmax_db_connections = 2\nauth_dbname = 'capped'\n"
                                + "auth_query = \"SELECT $1::text, 'secret of ' || $1\"");
    }

    /** With a user of its own, so that whoever is let in has a server. */
    private static String answering(String name, String query) {
        return entry(
                name, "dbname = 'postgres'\nuser = 'app'\npassword = 'secret of app'\nauth_query = \"" + query + "\"");
    }

    private static String entry(String name, String keys) {
        return """
            [databases.%s]
            host = "%s"
            port = %d
            %s
            """.formatted(name, postgres.host(), postgres.port(), keys);
    }

    @AfterAll
    static void stop() {
        weir.close();
        compatible.close();
        postgres.close();
    }

    @Test
    void logsInWhoOnlyTheServerKnowsAsThemselves() throws IOException {
        try (WireClient client = login("someone", "app", PASSWORD)) {
            assertThat(client.value("SELECT current_user")).isEqualTo("someone");
        }
        try (WireClient client = WireClient.connect(compatible.port())) {
            client.login("someone", "app", PASSWORD);
            assertThat(client.value("SELECT current_user")).isEqualTo("someone");
        }
    }

    @ParameterizedTest
    @CsvSource({"nosuchuser", "expired", "cannot", "someone"})
    void doesNotTellWhoExists(String user) throws IOException {
        List<WireMessage> answers = refused(weir, user, "app", "crayon");
        assertThat(answers.stream().map(WireMessage::type)).containsExactly('R', 'R', 'E');
        assertThat(answers.get(2).message()).isEqualTo("SASL authentication failed");
        assertThat(answers.get(2).sqlState()).isEqualTo("28P01");
    }

    @Test
    void saysWhoDoesNotExistAsPgBouncerDoes() throws IOException {
        assertThat(error(compatible, "nosuchuser", "app", "x")).isEqualTo("no such user");
        assertThat(error(compatible, "someone", "app", "crayon")).isEqualTo("password authentication failed");
    }

    @Test
    void passwordThatHasExpiredIsRefusedThoughItIsRemembered() throws IOException {
        assertThat(error(weir, "expired", "app", PASSWORD)).isEqualTo("SASL authentication failed");
        postgres.execute("CREATE ROLE brief LOGIN PASSWORD '" + PASSWORD + "'");
        execute("ALTER ROLE brief VALID UNTIL '" + value("SELECT now() + interval '2 seconds'") + "'");
        login("brief", "app", PASSWORD).close();
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() ->
                        assertThat(error(weir, "brief", "app", PASSWORD)).isEqualTo("SASL authentication failed"));
    }

    @Test
    void changedPasswordCountsAtOnceOrAfterTheFirstRefusal() throws IOException {
        postgres.execute("CREATE ROLE changing LOGIN PASSWORD 'old'");
        login("changing", "app", "old").close();
        execute("ALTER ROLE changing PASSWORD 'new'");
        assertThat(error(weir, "changing", "app", "new")).isEqualTo("SASL authentication failed");
        login("changing", "app", "new").close();
        assertThat(error(weir, "changing", "app", "old")).isEqualTo("SASL authentication failed");

        try (WireClient client = WireClient.connect(compatible.port())) {
            client.login("changing", "app", "new");
        }
        execute("ALTER ROLE changing PASSWORD 'newer'");
        try (WireClient client = WireClient.connect(compatible.port())) {
            client.login("changing", "app", "newer");
        }
    }

    @Test
    void newRoleLogsInThoughItWasRefusedAMomentAgo() throws IOException {
        assertThat(error(weir, "late", "app", PASSWORD)).isEqualTo("SASL authentication failed");
        postgres.execute("CREATE ROLE late LOGIN PASSWORD '" + PASSWORD + "'");
        login("late", "app", PASSWORD).close();
    }

    @ParameterizedTest
    @CsvSource({
        "other, someone",
        "other, auth2",
        "nameless, someone",
        "nobody, someone",
        "secretless, someone",
        "empty, ghost"
    })
    void nobodyIsTakenForSomebodyElse(String database, String user) throws IOException {
        assertThat(error(weir, user, database, PASSWORD)).isEqualTo("SASL authentication failed");
        assertThat(error(weir, user, database, "")).isEqualTo("SASL authentication failed");
    }

    @ParameterizedTest
    @CsvSource({"narrow", "two", "failing"})
    void queryThatIsNoneLetsNobodyIn(String database) throws IOException {
        assertThat(error(weir, "someone", database, PASSWORD)).isEqualTo("bouncer config error");
    }

    @Test
    void failingQueryIsInTheLogWithTheServersText() throws IOException {
        assertThat(error(weir, "someone", "failing", PASSWORD)).isEqualTo("bouncer config error");
        assertThat(weir.awaitLine("error in auth_query: ERROR: relation"))
                .contains("relation \"not_pg_shadow\" does not exist");
    }

    @Test
    void clientsSettingsDoNotReachTheQuery() throws IOException {
        // The password is the search_path under which the query ran.
        try (WireClient ofPool = login("auth", "path", "secret of auth", "search_path", "evil");
                WireClient client = login("ghost", "path", "pg_catalog, pg_temp", "search_path", "evil")) {
            assertThat(ofPool.value("SHOW search_path")).isEqualTo("evil");
            assertThat(client.value("SHOW search_path")).isEqualTo("evil");
        }
        try (WireClient compatibleClient = WireClient.connect(compatible.port())) {
            compatibleClient.login("limited", "app", "secret of limited");
            compatibleClient.query("SET search_path = evil");
            assertThat(compatibleClient.value("SHOW search_path")).isEqualTo("evil");
            assertThat(error(compatible, "limited2", "app", "evil")).isEqualTo("no such user");
        }
    }

    @Test
    void asksInAnotherDatabaseAndSaysWhatIsWrongWithIt() throws IOException {
        assertThat(error(weir, "someone", "elsewhere", PASSWORD)).isEqualTo("database \"nosuchdb\" does not exist");
        assertThat(error(weir, "someone", "elsewhere", "crayon")).isEqualTo("SASL authentication failed");
        // What PostgreSQL says is for the log: nobody has shown a password yet.
        assertThat(error(weir, "someone", "missing", PASSWORD)).isEqualTo("bouncer config error");
        weir.awaitLine("auth_query could not run: database \"nosuchdb\" does not exist");
        assertThat(error(weir, "someone", "unconfigured", PASSWORD)).isEqualTo("bouncer config error");
        weir.awaitLine("authentication database \"nosuchentry\" is not configured.");
        assertThat(error(weir, "someone", "reserved", PASSWORD)).isEqualTo("bouncer config error");
        assertThat(error(weir, "someone", "pgbouncer", PASSWORD)).isEqualTo("bouncer config error");
        weir.awaitLine("cannot use the reserved \"pgbouncer\" database as an auth_dbname");
        try (WireClient console = login("auth", "pgbouncer", "secret of auth")) {
            console.query("DISABLE switchedoff");
            assertThat(error(weir, "someone", "off", PASSWORD))
                    .isEqualTo("authentication database \"switchedoff\" is disabled");
        }
    }

    @Test
    void unknownDatabaseIsNotToldBeforeThePassword() throws IOException {
        assertThat(error(weir, "someone", "nosuchentry", PASSWORD)).isEqualTo("SASL authentication failed");
        assertThat(error(weir, "auth", "nosuchentry", "crayon")).isEqualTo("SASL authentication failed");
    }

    @Test
    void databaseThatPostgresqlDoesNotHaveIsToldAfterThePasswordOnly() throws IOException {
        try (PgWeirProcess any =
                PgWeirProcess.builder().config("""
                    [pgweir]
                    auth_type = "scram-sha-256"
                    auth_user = "auth"
                    login_failure_delay = 0
                    [users.auth]
                    password = "secret of auth"
                    """ + entry("\"*\"", "")).start()) {
            assertThat(error(any, "someone", "nosuchdb", PASSWORD)).isEqualTo("SASL authentication failed");
            assertThat(error(any, "nobody", "nosuchdb", PASSWORD)).isEqualTo("SASL authentication failed");
            assertThat(error(any, "auth", "nosuchdb", "secret of auth"))
                    .isEqualTo("database \"nosuchdb\" does not exist");
            try (WireClient client = WireClient.connect(any.port())) {
                client.login("someone", "postgres", PASSWORD);
                assertThat(client.value("SELECT current_user")).isEqualTo("someone");
            }
        }
    }

    @Test
    void strangersThatInventNamesTakeAFewServersAndKeepNobodyOutWhoIsKnown() throws Exception {
        login("someone", "locked", PASSWORD).close();
        List<WireClient> strangers = new ArrayList<>();
        try (Connection holder = postgres.connect("postgres");
                Statement statement = holder.createStatement()) {
            statement.execute("SELECT pg_advisory_lock(42)");
            for (int i = 0; i < 30; i++) {
                WireClient stranger = WireClient.connect(weir.port());
                strangers.add(stranger);
                stranger.send(WireBytes.startup("user", "invented" + i, "database", "locked"));
            }
            String waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
            await().atMost(Duration.ofSeconds(30)).until(() -> value(waiting).equals("4"));

            login("someone", "locked", PASSWORD).close();
            login("auth", "locked", "secret of auth").close();
            try (WireClient console = login("auth", "pgbouncer", "secret of auth")) {
                assertThat(console.rows("SHOW SERVERS"))
                        .filteredOn(row -> "auth".equals(row.get(1)) && "locked".equals(row.get(2)))
                        .hasSize(4);
            }
            assertThat(value(waiting)).isEqualTo("4");
            // Who leaves gives up a place in the line.
            strangers.remove(29).close();
        }
        for (WireClient stranger : strangers) {
            try (stranger) {
                assertThat(stranger.read().type()).isEqualTo('R');
            }
        }
    }

    @Test
    void stormOfLoginsAsksOnce() throws Exception {
        postgres.execute("CREATE ROLE busy LOGIN PASSWORD '" + PASSWORD + "'");
        long before = Long.parseLong(value("SELECT last_value FROM asked"));
        together(20, n -> login("busy", "counted", PASSWORD).close());
        assertThat(Long.parseLong(value("SELECT last_value FROM asked")) - before)
                .isEqualTo(1);
    }

    @Test
    void questionsCountAgainstTheCaps() throws Exception {
        for (int i = 0; i < 6; i++) {
            postgres.execute("CREATE ROLE u" + i + " LOGIN PASSWORD 'secret of u" + i + "'");
        }
        together(6, n -> {
            try (WireClient client = login("u" + n, "capped", "secret of u" + n)) {
                assertThat(client.value("SELECT current_user")).isEqualTo("u" + n);
            }
        });
        try (WireClient console = login("auth", "pgbouncer", "secret of auth")) {
            assertThat(console.rows("SHOW POOLS"))
                    .anyMatch(row -> "capped".equals(row.get(0)) && "limited".equals(row.get(1)));
        }
    }

    @Test
    void showsDynamicUsersOnceTheyHaveLoggedIn() throws IOException {
        postgres.execute("CREATE ROLE shown LOGIN PASSWORD '" + PASSWORD + "'");
        assertThat(error(weir, "unshown", "app", PASSWORD)).isEqualTo("SASL authentication failed");
        try (WireClient client = login("shown", "app", PASSWORD);
                WireClient console = login("auth", "pgbouncer", "secret of auth")) {
            client.query("SELECT 1");
            assertThat(console.rows("SHOW USERS").stream().map(row -> row.get(0)))
                    .contains("shown")
                    .doesNotContain("unshown");
        }
    }

    private static WireClient login(String user, String database, String password, String... parameters)
            throws IOException {
        return WireClient.connect(weir.port()).login(user, database, password, parameters);
    }

    private static List<WireMessage> refused(PgWeirProcess by, String user, String database, String password)
            throws IOException {
        try (WireClient client = WireClient.connect(by.port())) {
            return client.tryLogin(user, database, password);
        }
    }

    private static String error(PgWeirProcess by, String user, String database, String password) throws IOException {
        List<WireMessage> answers = refused(by, user, database, password);
        WireMessage last = answers.get(answers.size() - 1);
        assertThat(last.type()).isEqualTo('E');
        return last.message();
    }

    private interface Work {
        void of(int number) throws Exception;
    }

    private static void together(int count, Work work) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(count);
        try {
            List<Callable<Boolean>> all = IntStream.range(0, count)
                    .mapToObj(n -> (Callable<Boolean>) () -> {
                        work.of(n);
                        return true;
                    })
                    .toList();
            for (Future<Boolean> done : threads.invokeAll(all)) {
                assertThat(done.get()).isTrue();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static void execute(String sql) {
        postgres.execute(sql);
    }

    private static String value(String sql) {
        try (Connection connection = postgres.connect("postgres");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return String.valueOf(rows.getString(1));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}

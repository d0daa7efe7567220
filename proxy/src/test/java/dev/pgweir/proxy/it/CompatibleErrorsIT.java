package dev.pgweir.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.testing.PgWeirProcess;
import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireBytes;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** With pgbouncer_compatibility, which an ini switches on, errors have PgBouncer's code: one for all but a few. */
@ExtendWith(RealPostgres.class)
final class CompatibleErrorsIT {
    private static TestDatabase database;
    private static PgWeirProcess weir;

    @BeforeAll
    static void start(TestDatabase real) {
        database = real;
        weir = PgWeirProcess.builder().config(config("")).start();
    }

    private static String config(String more) {
        return """
                [pgweir]
                pgbouncer_compatibility = true
                auth_type = "md5"
                pool_mode = "transaction"
                admin_users = "boss"
                stats_users = "watcher"
                max_client_conn = 3
                query_wait_timeout = 1
                %4$s
                [users.%1$s]
                password = "%2$s"
                [users.boss]
                password = "x"
                [users.watcher]
                password = "x"
                [users.idler]
                password = "x"
                client_idle_timeout = 0.2
                [databases.app]
                %3$s
                dbname = "%5$s"
                pool_size = 1
                max_db_client_connections = 2
                [databases.kept]
                %3$s
                dbname = "%5$s"
                user = "%1$s"
                password = "%2$s"
                [databases.gone]
                %3$s
                dbname = "no_such_database"
                """.formatted(
                        database.user(),
                        database.password(),
                        "host = \"" + database.host() + "\"\nport = " + database.port(),
                        more,
                        database.name());
    }

    @AfterAll
    static void stop() {
        weir.close();
    }

    private static WireClient connect() throws IOException {
        return WireClient.connect(weir.port());
    }

    private static WireClient admin() throws IOException {
        return connect().login("boss", "pgbouncer", "x");
    }

    private static WireClient client() throws IOException {
        return connect().login(database.user(), "app", database.password());
    }

    private static String refusal(String name, String password, String... parameters) throws IOException {
        try (WireClient client = connect()) {
            return told(client.tryLogin(database.user(), name, password, parameters));
        }
    }

    /** Severity, code and text of the error at the end. */
    private static String told(List<WireMessage> answer) {
        WireMessage error = answer.stream()
                .filter(message -> message.type() == 'E')
                .findFirst()
                .orElseThrow();
        return error.field('S') + " " + error.sqlState() + " " + error.message();
    }

    @Test
    void loginsAreRefused() throws IOException {
        assertThat(refusal("app", "wrong")).isEqualTo("FATAL 08P01 password authentication failed");
        assertThat(refusal("dne", database.password())).isEqualTo("FATAL 08P01 no such database: dne");
        assertThat(refusal("dne", "wrong")).isEqualTo("FATAL 08P01 password authentication failed");
        assertThat(refusal("pgbouncer", database.password())).startsWith("FATAL 08P01 not allowed");
        assertThat(refusal("app", database.password(), "unheard_of", "1"))
                .isEqualTo("FATAL 08P01 unsupported startup parameter: unheard_of");
        try (WireClient admin = admin()) {
            admin.query("DISABLE app");
            assertThat(refusal("app", database.password())).isEqualTo("FATAL 08P01 database \"app\" is disabled");
            admin.query("ENABLE app");
        }
    }

    @Test
    void limitsAreNamed() throws IOException {
        try (WireClient first = client();
                WireClient second = client()) {
            assertThat(refusal("app", database.password()))
                    .startsWith("FATAL 08P01 ")
                    .contains("max_db_client_connections");
            try (WireClient third = connect().login(database.user(), "kept", database.password())) {
                assertThat(refusal("kept", database.password()))
                        .startsWith("FATAL 08P01 ")
                        .contains("max_client_conn");
                third.query("SELECT 1");
            }
            first.query("BEGIN");
            second.send(WireBytes.query("SELECT 1"));
            assertThat(told(second.readUntil('E'))).isEqualTo("FATAL 08P01 query_wait_timeout");
        }
    }

    @Test
    void whatEndsAClientIsNamed() throws IOException {
        try (WireClient idler = connect().login("idler", "kept", "x")) {
            assertThat(told(idler.readUntil('E'))).startsWith("FATAL 08P01 client_idle_timeout");
        }
        try (WireClient client = client();
                WireClient admin = admin()) {
            String id = admin.rows("SHOW CLIENTS").stream()
                    .filter(row -> "app".equals(row.get(2)))
                    .findFirst()
                    .orElseThrow()
                    .get(20);
            admin.query("KILL_CLIENT " + id);
            assertThat(told(client.readUntil('E'))).isEqualTo("FATAL 08P01 admin forced disconnect");
        }
    }

    @Test
    void whatPostgresSaysKeepsItsCode() throws IOException {
        assertThat(refusal("gone", database.password()))
                .isEqualTo("FATAL 3D000 database \"no_such_database\" does not exist");
        try (WireClient client = client()) {
            assertThat(told(client.query("SELECT 1/0"))).isEqualTo("ERROR 22012 division by zero");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "KILL dne, no such database: dne",
        "PAUSE dne, no such database: dne",
        "KILL_CLIENT 1000, client not found",
        "KILL_CLIENT some, invalid client pointer supplied",
        "RESUME, pooler is not paused/suspended",
        "RESUME app, database app is not paused",
        "DISABLE, a database is required",
        "PAUSE pgbouncer, cannot pause admin db: pgbouncer",
        "'SELECT 1', 'invalid command ''SELECT 1'', use SHOW HELP;'",
        "'HELP', 'invalid command ''HELP'', use SHOW HELP;'",
        "SET dne = 1, SET failed: there is no setting dne",
    })
    void commandsFail(String command, String text) throws IOException {
        try (WireClient admin = admin()) {
            assertThat(told(admin.query(command))).isEqualTo("ERROR 08P01 " + text);
        }
    }

    @Test
    void aStatsUserIsRefused() throws IOException {
        try (WireClient watcher = connect().login("watcher", "pgbouncer", "x")) {
            assertThat(told(watcher.query("PAUSE"))).startsWith("ERROR 08P01 admin access needed");
        }
    }

    @Test
    void aFailedReloadHasACodeOfItsOwn() throws IOException {
        try (WireClient admin = admin()) {
            weir.rewriteConfig(config("server_lifetime = \"invalid\""));
            assertThat(told(admin.query("RELOAD")))
                    .isEqualTo("ERROR F0000 RELOAD failed, see logs for additional details");
            weir.rewriteConfig(config(""));
            assertThat(admin.query("RELOAD")).extracting(WireMessage::type).containsExactly('C', 'Z');
        }
    }
}

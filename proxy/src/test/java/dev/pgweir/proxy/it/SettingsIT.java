package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.testing.WireBytes.query;
import static dev.pgweir.proxy.testing.WireBytes.startup;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
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
import org.junit.jupiter.params.provider.ValueSource;

/** A client's settings follow it over one shared server connection, and reach nobody else. */
@ExtendWith(RealPostgres.class)
final class SettingsIT {

    private static Fronted weir;

    @BeforeAll
    static void start(TestDatabase database) {
        database.execute("CREATE SCHEMA mine", "CREATE TABLE mine.hidden AS SELECT 'found' AS what");
        weir = Fronted.start(database);
    }

    @AfterAll
    static void stop() {
        weir.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "client_encoding | LATIN1 | WIN1252",
                "DateStyle | SQL, DMY | German, DMY",
                "TimeZone | Europe/Berlin | America/New_York",
                "standard_conforming_strings | off | on",
                "application_name | one | it's two",
                "IntervalStyle | iso_8601 | sql_standard"
            })
    void reportedSettingFollowsEachOfTwoClients(String name, String one, String two) throws IOException {
        try (WireClient first = weir.login();
                WireClient second = weir.login(name, two)) {
            assertThat(second.parameters()).containsEntry(name, two);
            String before = first.value("SHOW " + name);
            assertThat(first.parameters()).containsEntry(name, before);
            first.query("SET " + name + " = " + (name.equals("DateStyle") ? one : "'" + one + "'"));
            assertThat(first.parameters()).containsEntry(name, one);
            for (int i = 0; i < 3; i++) {
                assertThat(second.value("SHOW " + name)).isEqualTo(two);
                assertThat(first.value("SHOW " + name)).isEqualTo(one);
            }
            assertThat(second.parameters()).containsEntry(name, two);
            assertThat(first.parameters()).containsEntry(name, one);
            first.query("SET " + name + " TO DEFAULT");
            String reset = first.parameters().get(name);
            assertThat(second.value("SHOW " + name)).isEqualTo(two);
            assertThat(first.value("SHOW " + name)).isEqualTo(reset);
        }
    }

    @Test
    void valueThatOnlyEndsLikeDefaultIsNoReset() throws IOException {
        try (WireClient client = weir.login("application_name", "first")) {
            for (String value : List.of("my_default", "my$default", "\u00e4default")) {
                client.query("SET application_name TO " + value);
                assertThat(client.value("SHOW application_name")).isNotEqualTo("first");
                assertThat(client.parameters().get("application_name")).endsWith("default");
            }
            client.query("CREATE TEMP TABLE ends AS SELECT '' AS a, 1 AS b");
            client.query(
                    "BEGIN; UPDATE ends SET a = set_config('application_name', 'updated', false), b = DEFAULT; COMMIT");
            assertThat(client.value("SHOW application_name")).isEqualTo("updated");
            client.query("SET application_name TO/**/default");
            assertThat(client.value("SHOW application_name")).isEqualTo("first");
        }
    }

    @Test
    void seedIsNotFollowedSincePostgresDoesNotTellIt() throws IOException {
        try (WireClient client = weir.login();
                WireClient other = weir.login("work_mem", "1234kB")) {
            for (String sql : List.of("SET seed TO 0.5", "SELECT set_config('SEED', '0.5', false)")) {
                client.query(sql + "; SET work_mem = '4321kB'");
                assertThat(other.value("SHOW work_mem")).isEqualTo("1234kB");
                assertThat(client.value("SHOW work_mem")).isEqualTo("4321kB");
            }
        }
    }

    @Test
    void settingThatIsRolledBackIsNotFollowed() throws IOException {
        try (WireClient client = weir.login("application_name", "kept");
                WireClient other = weir.login("application_name", "other")) {
            client.query("BEGIN");
            client.query("SET application_name = 'lost'");
            client.query("ROLLBACK");
            assertThat(other.value("SHOW application_name")).isEqualTo("other");
            assertThat(client.value("SHOW application_name")).isEqualTo("kept");
        }
    }

    @Test
    void settingsApplyToTheFirstQueryOfEachKind() throws IOException {
        try (WireClient client = weir.login("TimeZone", "Asia/Tokyo");
                WireClient other = weir.login("TimeZone", "Asia/Kolkata")) {
            for (int i = 0; i < 2; i++) {
                assertThat(client.query("SHOW TimeZone"))
                        .extracting(WireMessage::type)
                        .containsExactly('T', 'D', 'C', 'Z');
                other.query("BEGIN");
                assertThat(other.value("SHOW TimeZone")).isEqualTo("Asia/Kolkata");
                other.query("COMMIT");
            }
        }
    }

    @Test
    void optionsOfTheStartupPacketApplyToThatClientOnly() throws IOException {
        try (WireClient client = weir.login(
                        "options", "-c search_path=mine,public --statement-timeout=12345 -cwork_mem=1234kB");
                WireClient other = weir.login()) {
            for (int i = 0; i < 2; i++) {
                assertThat(client.value("SELECT what FROM hidden")).isEqualTo("found");
                assertThat(client.value("SHOW statement_timeout")).isEqualTo("12345ms");
                assertThat(client.value("SHOW work_mem")).isEqualTo("1234kB");
                assertThat(other.query("SELECT what FROM hidden").get(0).sqlState())
                        .isEqualTo("42P01");
                assertThat(other.value("SHOW statement_timeout")).isEqualTo("0");
                assertThat(other.value("SHOW work_mem")).isNotEqualTo("1234kB");
            }
        }
    }

    @Test
    void searchPathOfTheStartupPacketAppliesToThatClientOnly() throws IOException {
        try (WireClient client = weir.login("search_path", "mine");
                WireClient other = weir.login()) {
            assertThat(client.value("SELECT what FROM hidden")).isEqualTo("found");
            assertThat(other.query("SELECT what FROM hidden").get(0).sqlState()).isEqualTo("42P01");
            assertThat(client.value("SELECT what FROM hidden")).isEqualTo("found");
        }
    }

    @Test
    void settingsOfAClientThatLeavesBeforeItsFirstAnswerReachNobodyElse() throws IOException {
        try (WireClient other = weir.login()) {
            String own = other.value("SHOW search_path");
            for (int i = 0; i < 20; i++) {
                try (WireClient leaver = weir.login("search_path", "mine")) {
                    leaver.send(query("SELECT 1"));
                }
                assertThat(other.value("SHOW search_path")).isEqualTo(own);
            }
        }
    }

    @Test
    void valueOfASettingIsNoSql() throws IOException {
        String value = "'); DROP TABLE mine.hidden; --\\'";
        try (WireClient client = weir.login("application_name", value, "search_path", "mine");
                WireClient other = weir.login("standard_conforming_strings", "off")) {
            assertThat(other.value("SELECT 1")).isEqualTo("1");
            assertThat(client.value("SHOW application_name")).isEqualTo(value);
            assertThat(client.value("SELECT what FROM hidden")).isEqualTo("found");
        }
    }

    @Test
    void valueInAnotherEncodingFollowsItsClientAndReachesNobodyElse() throws IOException {
        String value = "\u00e4\u00f6, it's \u00fc";
        for (String encoding : List.of("LATIN1", "UTF8", "LATIN9")) {
            try (WireClient client = weir.login("client_encoding", encoding);
                    WireClient other = weir.login("client_encoding", encoding.equals("UTF8") ? "LATIN1" : "UTF8")) {
                client.query("SELECT set_config('app.word', U&'\\00E4\\00F6, it''s \\00FC', false)");
                client.query("CREATE SCHEMA IF NOT EXISTS U&\"s\\00E4\"; SET search_path = U&\"s\\00E4\", public");
                for (int i = 0; i < 3; i++) {
                    assertThat(other.value("SELECT coalesce(current_setting('app.word', true), '')"))
                            .isEmpty();
                    assertThat(client.value("SELECT current_setting('app.word') = U&'\\00E4\\00F6, it''s \\00FC'"))
                            .isEqualTo("t");
                    assertThat(client.value("SELECT current_schema() = U&'s\\00E4'"))
                            .isEqualTo("t");
                }
                if (encoding.equals("UTF8")) {
                    assertThat(client.value("SHOW app.word")).isEqualTo(value);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "VALUES (set_config('app.seen', 'x', false))",
                "(SELECT set_config('app.seen', 'x', false))",
                "SELECT (SELECT set_config('app.seen', 'x', false))",
                "WITH c AS (SELECT set_config('app.seen', 'x', false)) SELECT * FROM c",
                "INSERT INTO seen SELECT set_config('app.seen', 'x', false)",
                "UPDATE seen SET n = set_config('app.seen', 'x', false)",
                "EXPLAIN ANALYZE SELECT \"pg_catalog\".\"set_config\"('app.seen', 'x', false)",
                "COPY (SELECT set_config('app.seen', 'x', false)) TO STDOUT",
                "BEGIN; DECLARE c CURSOR FOR SELECT set_config('app.seen', 'x', false); FETCH ALL FROM c; COMMIT",
                "PREPARE p AS SELECT set_config('app.seen', 'x', false); EXECUTE p",
            })
    void callOfSetConfigIsFollowedWhereverItStands(String sql, TestDatabase database) throws IOException {
        database.execute("CREATE TABLE IF NOT EXISTS seen AS SELECT ''::text AS n");
        String seen = "SELECT coalesce(current_setting('app.seen', true), '')";
        try (WireClient client = weir.login();
                WireClient other = weir.login()) {
            client.query(sql);
            assertThat(other.value(seen)).isEmpty();
            assertThat(client.value(seen)).isEqualTo("x");
            assertThat(other.value(seen)).isEmpty();
        }
    }

    @Test
    void settingWithABadValueIsAnErrorAndFreesTheServer(TestDatabase database) throws IOException {
        try (WireClient other = weir.login();
                WireClient client = weir.connect()) {
            List<WireMessage> login = client.tryLogin(database.user(), Fronted.NAME, "", "statement_timeout", "soon");
            WireMessage last = login.get(login.size() - 1);
            if (last.type() == 'Z') {
                // PgWeir answers the login by itself; PostgreSQL is asked with the first query.
                List<WireMessage> answers = client.send(query("SELECT 1")).readUntil('E');
                last = answers.get(answers.size() - 1);
            }
            assertThat(last.sqlState()).isEqualTo("22023");
            client.awaitEnd();
            assertThat(other.value("SELECT 1")).isEqualTo("1");
        }
    }

    @Test
    void newerMinorVersionAndUnknownProtocolOptionsAreNegotiated(TestDatabase database) throws IOException {
        try (WireClient client = weir.connect()) {
            client.send(
                    startup((3 << 16) | 2, "user", database.user(), "database", Fronted.NAME, "_pq_.future", "yes"));
            WireMessage negotiate = client.read();
            assertThat(negotiate.type()).isEqualTo('v');
            assertThat(negotiate.int32(0) & 0xffff).isZero();
            assertThat(negotiate.int32(4)).isEqualTo(1);
            assertThat(negotiate.texts(8)).containsExactly("_pq_.future");
            assertThat(client.authenticate(database.user(), database.password()))
                    .extracting(WireMessage::type)
                    .endsWith('Z');
            assertThat(client.value("SELECT 1")).isEqualTo("1");
        }
    }

    @Test
    void sessionIsResetForTheNextClientInSessionMode(TestDatabase database) throws IOException {
        try (Fronted session = Fronted.start(database, "pool_mode = \"session\"")) {
            try (WireClient first = session.login()) {
                String pid = first.value("SELECT pg_backend_pid()");
                first.query("CREATE TEMP TABLE leak (n int); SET work_mem = '1111kB'; SET application_name = 'leak'");
                first.query("PREPARE leak AS SELECT 1; LISTEN leak; SELECT pg_advisory_lock(42)");
                first.query("BEGIN");
                first.terminate();
                try (WireClient second = session.login()) {
                    assertThat(second.value("SELECT pg_backend_pid()")).isEqualTo(pid);
                    assertThat(second.value("SELECT count(*) FROM pg_class WHERE relname = 'leak'"))
                            .isEqualTo("0");
                    assertThat(second.value("SHOW work_mem")).isNotEqualTo("1111kB");
                    assertThat(second.value("SHOW application_name")).isNotEqualTo("leak");
                    assertThat(second.value("SELECT count(*) FROM pg_prepared_statements"))
                            .isEqualTo("0");
                    assertThat(second.value("SELECT count(*) FROM pg_listening_channels()"))
                            .isEqualTo("0");
                    assertThat(second.value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"))
                            .isEqualTo("0");
                    assertThat(second.query("COMMIT").get(0).type()).isEqualTo('N');
                }
            }
        }
    }
}

package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.testing.WireBytes.bind;
import static dev.pgweir.proxy.testing.WireBytes.close;
import static dev.pgweir.proxy.testing.WireBytes.copyData;
import static dev.pgweir.proxy.testing.WireBytes.copyDone;
import static dev.pgweir.proxy.testing.WireBytes.execute;
import static dev.pgweir.proxy.testing.WireBytes.flush;
import static dev.pgweir.proxy.testing.WireBytes.parse;
import static dev.pgweir.proxy.testing.WireBytes.query;
import static dev.pgweir.proxy.testing.WireBytes.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Rare uses of prepared statements and settings get PostgreSQL's answers, and nobody gets in anybody else's way. */
@ExtendWith(RealPostgres.class)
final class StatementTroubleIT {

    private static Fronted weir;
    private static Fronted forgetful;

    @BeforeAll
    static void start(TestDatabase database) {
        weir = Fronted.start(database);
        forgetful = Fronted.start(database, "max_prepared_statements = 1");
    }

    @AfterAll
    static void stop() {
        weir.close();
        forgetful.close();
    }

    private static List<String> outcomes(List<WireMessage> messages) {
        List<String> outcomes = new ArrayList<>();
        for (WireMessage message : messages) {
            switch (message.type()) {
                case 'D' -> outcomes.add(String.valueOf(message.values().get(0)));
                case 'E' -> outcomes.add(message.sqlState());
                case 'Z' -> outcomes.add("ready");
                default -> {}
            }
        }
        return outcomes;
    }

    @Test
    void whatFollowsAnExecuteThatCannotBePreparedIsAnswered(TestDatabase database) throws IOException {
        database.execute("CREATE TABLE passing (n int)");
        try (WireClient client = weir.login()) {
            client.send(parse("s", "SELECT n FROM passing"), sync());
            client.readUntil('Z');
            database.execute("DROP TABLE passing");
            database.value("SELECT pg_terminate_backend(" + client.value("SELECT pg_backend_pid()") + ")");
            client.query("SELECT 1");

            client.send(query("EXECUTE s"), query("SELECT 'two'"), sync(), parse("", "SELECT 'three'"), bind("", ""));
            client.send(execute("", 0), sync());

            assertThat(outcomes(client.readUntil('Z'))).containsExactly("42P01", "ready");
            assertThat(outcomes(client.readUntil('Z'))).containsExactly("two", "ready");
            assertThat(outcomes(client.readUntil('Z'))).containsExactly("ready");
            assertThat(outcomes(client.readUntil('Z'))).containsExactly("three", "ready");
        }
    }

    @Test
    void oneQueryPreparesTheSameTwice() throws IOException {
        try (WireClient client = weir.login()) {
            assertThat(outcomes(client.query("PREPARE a AS SELECT 1; PREPARE b AS SELECT 1; EXECUTE a; EXECUTE b")))
                    .containsExactly("1", "1", "ready");
            assertThat(outcomes(client.query("EXECUTE b; PREPARE c AS SELECT 1; EXECUTE c; DEALLOCATE a")))
                    .containsExactly("1", "1", "ready");
            assertThat(outcomes(client.query("EXECUTE b; EXECUTE c"))).containsExactly("1", "1", "ready");
        }
    }

    @Test
    void oneQueryNeedsMoreStatementsThanAServerMayHave() throws IOException {
        try (WireClient client = forgetful.login()) {
            client.query("PREPARE a AS SELECT 1");
            client.query("PREPARE b AS SELECT 2");
            client.query("EXECUTE a");
            assertThat(outcomes(client.query("EXECUTE a; EXECUTE b"))).containsExactly("1", "2", "ready");
        }
    }

    @Test
    void simpleQueryEndsTheUnnamedStatementEvenIfNoServerIsAsked() throws IOException {
        for (String sql : List.of("DEALLOCATE ALL", "DISCARD ALL")) {
            try (WireClient client = weir.login()) {
                client.send(parse("", "SELECT 5"), sync());
                client.readUntil('Z');
                client.query(sql);
                client.send(bind("", ""), execute("", 0), sync());
                assertThat(outcomes(client.readUntil('Z'))).containsExactly("26000", "ready");
            }
        }
    }

    @Test
    void queryIsNotSentOnceMoreIntoCopyDataThatNobodyAskedFor() throws IOException {
        try (WireClient client = weir.login()) {
            client.send(parse("s", "SELECT 's'"), sync());
            client.readUntil('Z');
            client.query("DO $$ BEGIN EXECUTE 'DEALLOCATE ALL'; END $$");
            byte[] data = copyData("x".repeat(1000));
            client.send(query("EXECUTE s"), Arrays.copyOf(data, 100));
            assertThat(outcomes(client.readUntil('Z'))).containsExactly("26000", "ready");
            client.send(Arrays.copyOfRange(data, 100, data.length), query("EXECUTE s"));
            assertThat(outcomes(client.readUntil('Z'))).containsExactly("s", "ready");
        }
    }

    @Test
    void placeOfAnErrorBehindManyNamesIsThatOfTheClientsText() throws IOException {
        try (WireClient client = weir.login()) {
            client.query("PREPARE \u00e4 AS SELECT 1");
            String before = "EXECUTE /* \u00fc */ \u00e4; ".repeat(100) + "SELECT ";
            List<WireMessage> answers = client.query(before + "unknown");
            assertThat(answers)
                    .filteredOn(it -> it.type() == 'E')
                    .extracting(it -> it.field('P'))
                    .containsExactly(String.valueOf(before.length() + 1));
        }
    }

    @Test
    void namesAreAsLongAsPostgresHasThem() throws IOException {
        String longest = "x".repeat(63);
        try (WireClient client = weir.login()) {
            client.send(parse(longest + "yy", "SELECT 1"), parse(longest + "z", "SELECT 2"), sync());
            assertThat(outcomes(client.readUntil('Z'))).containsExactly("42P05", "ready");
            assertThat(outcomes(client.query("EXECUTE " + longest + "yy"))).containsExactly("1", "ready");
        }
    }

    @Test
    void endOfCopyDataThatNobodyAskedForIsDropped() throws IOException {
        try (WireClient client = weir.login()) {
            client.send(parse("s", "SELECT 1"), flush());
            assertThat(client.read().type()).isEqualTo('1');
            client.send(copyDone(), bind("", "s"), execute("", 0), sync());
            assertThat(outcomes(client.readUntil('Z'))).containsExactly("1", "ready");
        }
    }

    @Test
    void namesThatNobodyKnowsAreNotKept() throws IOException {
        // More than PgWeir has memory, while PostgreSQL is busy and has not refused any of it.
        byte[] unknown = bind("", "x".repeat(900_000));
        try (WireClient client = weir.login()) {
            client.send(parse("", "SELECT pg_sleep(3)"), bind("", ""), execute("", 0));
            for (int i = 0; i < 400; i++) {
                client.send(unknown);
            }
            client.send(sync());
            assertThat(outcomes(client.readUntil('Z'))).containsExactly("", "26000", "ready");
        }
    }

    @Test
    void thousandsOfDeallocateAllInOneQueryCostLittle() throws IOException {
        try (WireClient client = weir.login()) {
            for (int i = 0; i < 20; i++) {
                byte[][] group = new byte[501][];
                for (int j = 0; j < 500; j++) {
                    group[j] = parse("s" + i + "_" + j, "SELECT 1");
                }
                group[500] = sync();
                client.send(group);
                client.readUntil('Z');
            }
            client.query("BEGIN");
            assertThat(outcomes(client.query("DEALLOCATE ALL;".repeat(4000)))).containsExactly("ready");
            assertThat(outcomes(client.query("EXECUTE s0_0"))).containsExactly("26000", "ready");
        }
    }

    @Test
    void settingsOfAClientWithThousandsAreTakenBack() throws IOException {
        StringBuilder sets = new StringBuilder();
        for (int i = 0; i < 2000; i++) {
            sets.append("SET app.s").append(i).append("=1;");
        }
        try (WireClient client = weir.login();
                WireClient other = weir.login()) {
            client.query(sets.toString());
            assertThat(other.value("SELECT coalesce(current_setting('app.s1999', true), '')"))
                    .isEmpty();
            assertThat(client.value("SELECT current_setting('app.s1999', true)"))
                    .isEqualTo("1");
        }
    }

    @Test
    void settingThatIsTooLongToBeFollowedReachesNobody() throws IOException {
        try (WireClient client = weir.login();
                WireClient other = weir.login()) {
            client.query("SET app.long = '" + "x".repeat(70_000) + "'");
            assertThat(other.value("SELECT coalesce(current_setting('app.long', true), '')"))
                    .isEmpty();
        }
    }

    @Test
    void prepareThatIsExecutedForANameThatIsTakenFails() throws IOException {
        try (WireClient client = weir.login()) {
            client.send(parse("", "PREPARE taken AS SELECT 1"), bind("", ""), execute("", 0), sync());
            assertThat(outcomes(client.readUntil('Z'))).containsExactly("ready");
            client.send(close('S', "taken"), parse("taken", "SELECT 2"), sync());
            assertThat(outcomes(client.readUntil('Z'))).containsExactly("ready");
            client.send(bind("", ""), execute("", 0), sync());
            WireMessage error = client.readUntil('E').get(1);
            assertThat(error.sqlState()).isEqualTo("42P05");
            assertThat(error.message()).isEqualTo("prepared statement \"taken\" already exists");
            client.readUntil('Z');
            client.send(bind("", "taken"), execute("", 0), sync());
            assertThat(outcomes(client.readUntil('Z'))).containsExactly("2", "ready");
        }
    }

    @Test
    void queriesThatAreSkippedDoNotEndTheUnnamedStatement() throws IOException {
        try (WireClient client = weir.login()) {
            client.send(parse("", "SELECT 'unnamed'"), sync());
            client.readUntil('Z');
            client.send(bind("", "nowhere"), query("SELECT 1"), query("SELECT 2"), query("SELECT 3"), sync());
            assertThat(outcomes(client.readUntil('Z'))).containsExactly("26000", "ready");
            client.send(bind("", ""), execute("", 0), sync());
            assertThat(outcomes(client.readUntil('Z'))).containsExactly("unnamed", "ready");
        }
    }

    @Test
    void settingThatIsMadeBehindAResetIsReportedAndFollowed() throws IOException {
        try (WireClient client = weir.login();
                WireClient other = weir.login()) {
            client.send(parse("", "RESET ALL"), bind("", ""), execute("", 0));
            client.send(parse("", "SELECT set_config($1, $2, false)"), bind("", "", "TimeZone", "Asia/Tokyo"));
            client.send(execute("", 0), sync());
            client.readUntil('Z');
            assertThat(client.parameters()).containsEntry("TimeZone", "Asia/Tokyo");
            assertThat(other.value("SHOW TimeZone")).isNotEqualTo("Asia/Tokyo");
            assertThat(client.value("SHOW TimeZone")).isEqualTo("Asia/Tokyo");
        }
    }

    @Test
    void statementsOfOneClientHaveALimitThatIsNamed() throws IOException {
        String long1 = "SELECT length('" + "x".repeat(1_000_000) + "')";
        try (WireClient client = weir.login();
                WireClient other = weir.login()) {
            WireMessage last = client.send(parse("s", long1), sync()).read();
            for (int i = 0; i < 20 && last.type() == '1'; i++) {
                client.readUntil('Z');
                last = client.send(parse("s" + i, long1), sync()).read();
            }
            assertThat(last.sqlState()).isEqualTo("54000");
            assertThat(last.message()).contains("too many prepared statements", "16777216 bytes");
            client.awaitEnd();
            assertThat(other.value("SELECT count(*) BETWEEN 1 AND 16 FROM pg_prepared_statements"
                            + " WHERE length(statement) > 1000000"))
                    .isEqualTo("t");
        }
    }

    @Test
    void settingsOfOneClientHaveALimitThatIsNamed() throws IOException {
        try (WireClient client = weir.login();
                WireClient other = weir.login()) {
            String value = "x".repeat(25_000);
            client.query("BEGIN");
            for (int i = 0; i < 45; i++) {
                client.query("SET app.s" + i + " = '" + value + "'");
            }
            client.send(query("COMMIT"));
            assertThat(outcomes(client.readUntil('Z'))).containsExactly("ready");
            WireMessage error = client.read();
            assertThat(error.sqlState()).isEqualTo("54000");
            assertThat(error.message()).contains("too many settings", "1048576 bytes");
            client.awaitEnd();
            assertThat(other.value("SELECT coalesce(current_setting('app.s44', true), '')"))
                    .isEmpty();
        }
    }

    @Test
    void roleThatIsSetByACalculatedNameIsFollowed(TestDatabase database) throws IOException, SQLException {
        String role = database.createRole("reader", "secret");
        try (Connection superuser = database.connectAsSuperuser();
                Statement grant = superuser.createStatement()) {
            grant.execute("GRANT " + role + " TO " + database.user());
        }
        try (WireClient client = weir.login();
                WireClient other = weir.login()) {
            client.query("SELECT set_config('ro' || 'le', '" + role + "', false)");
            assertThat(other.value("SELECT current_user")).isEqualTo(database.user());
            assertThat(client.value("SELECT current_user")).isEqualTo(role);
        }
    }

    @Test
    void longNamesOfALongBindAreRead() throws IOException {
        try (WireClient client = weir.login()) {
            client.send(parse("s", "SELECT length($1)"), sync());
            client.readUntil('Z');
            String portal = "p".repeat(9_000);
            client.send(bind(portal, "s", "v".repeat(1_200_000)), execute(portal, 0), sync());
            assertThat(outcomes(client.readUntil('Z'))).containsExactly("1200000", "ready");
        }
    }
}

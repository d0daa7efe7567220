package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.testing.WireBytes.bind;
import static dev.pgweir.proxy.testing.WireBytes.close;
import static dev.pgweir.proxy.testing.WireBytes.describe;
import static dev.pgweir.proxy.testing.WireBytes.execute;
import static dev.pgweir.proxy.testing.WireBytes.message;
import static dev.pgweir.proxy.testing.WireBytes.parse;
import static dev.pgweir.proxy.testing.WireBytes.query;
import static dev.pgweir.proxy.testing.WireBytes.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which statements servers have in transaction mode, as PostgreSQL and the console tell, and whose names count. */
@ExtendWith(RealPostgres.class)
final class PreparedStatementsIT {

    private static final int CLIENTS = 8;

    /** Where there are several. */
    private static final int SERVERS = 2;

    private static final int UNLIMITED = 200;
    private static final String OF_PGWEIR = "FROM pg_prepared_statements WHERE name LIKE 'PGWEIR\\_%'";

    /** One for each limit, with the servers that its tests want. */
    private static final Map<Integer, Fronted> WEIRS = new HashMap<>();

    @BeforeAll
    static void start(TestDatabase database) {
        for (int limit : List.of(0, 1, UNLIMITED)) {
            WEIRS.put(limit, weir(database, 1, limit));
        }
        for (int limit : List.of(2, 5)) {
            WEIRS.put(limit, weir(database, SERVERS, limit));
        }
    }

    @AfterAll
    static void stop() {
        WEIRS.values().forEach(Fronted::close);
    }

    // ---- how many ----

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void serversNeverHaveMoreThanTheLimitAndAnswersAreRight(int limit) throws Exception {
        Fronted weir = weir(limit);
        Together.run(CLIENTS, number -> {
            try (PreparingClient client = new PreparingClient(weir)) {
                // One of its own, and three that each has its own names for.
                client.prepare("own", "SELECT $1::int * 100 + " + number);
                for (int i = 0; i < 3; i++) {
                    client.prepare("s" + (i + number) % 3, "SELECT $1::int + 1000 * " + i);
                }
                for (int round = 0; round < 10; round++) {
                    assertThat(client.value("own", "" + round)).isEqualTo("" + (round * 100 + number));
                    for (int i = 0; i < 3; i++) {
                        assertThat(client.value("s" + (i + number) % 3, "" + round))
                                .isEqualTo("" + (round + 1000 * i));
                    }
                    assertThat(Integer.parseInt(client.ask("SELECT count(*) " + OF_PGWEIR)))
                            .isLessThanOrEqualTo(limit);
                }
            }
        });
        int servers = limit == 1 ? 1 : SERVERS;
        assertThat(statementsOfServers(weir, servers))
                .allSatisfy(those -> assertThat(those).hasSize(limit).doesNotHaveDuplicates());
    }

    @Test
    void theLeastRecentlyUsedStatementIsClosed() throws IOException {
        try (PreparingClient client = new PreparingClient(weir(2))) {
            // So that all of it meets one server.
            client.run("BEGIN");
            client.prepare("a", "SELECT 'a'").prepare("b", "SELECT 'b'");
            assertThat(client.value("a")).isEqualTo("a");
            client.prepare("c", "SELECT 'c'");
            assertThat(statements(client.wire())).containsExactly("SELECT 'a'", "SELECT 'c'");
            assertThat(client.value("b")).isEqualTo("b");
            assertThat(statements(client.wire())).containsExactly("SELECT 'b'", "SELECT 'c'");
            client.run("COMMIT");
        }
    }

    @Test
    void pipelineWithMoreStatementsThanTheLimitIsAnsweredAndTheSurplusClosed() throws IOException {
        try (PreparingClient client = new PreparingClient(weir(2))) {
            List<byte[]> pipeline = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                pipeline.add(parse("s" + i, "SELECT " + i));
            }
            for (int i = 0; i < 6; i++) {
                pipeline.add(bind("", "s" + i));
                pipeline.add(execute("", 0));
            }
            pipeline.add(sync());
            client.run("BEGIN");
            assertThat(client.request(pipeline.toArray(byte[][]::new)).stream()
                            .filter(answer -> answer.type() == 'D')
                            .map(answer -> answer.values().get(0)))
                    .containsExactly("0", "1", "2", "3", "4", "5");
            client.prepare("another", "SELECT 'another'");
            assertThat(statements(client.wire())).hasSize(2).contains("SELECT 'another'");
            client.run("COMMIT");
        }
    }

    @Test
    void withALimitOfZeroStatementsArePassedOnAsTheyCome() throws IOException {
        try (PreparingClient client = new PreparingClient(weir(0));
                PreparingClient other = new PreparingClient(weir(0))) {
            client.prepare("mine", "SELECT 'of mine'");
            assertThat(client.ask("SELECT name || ': ' || statement FROM pg_prepared_statements"))
                    .isEqualTo("mine: SELECT 'of mine'");
            assertThat(other.value("mine")).isEqualTo("of mine");
            assertThat(client.error(parse("mine", "SELECT 2"), sync()).sqlState())
                    .isEqualTo("42P05");
            assertThat(other.run("DEALLOCATE mine")).containsExactly("DEALLOCATE");
            assertThat(client.error("mine").sqlState()).isEqualTo("26000");
        }
    }

    @Test
    void withALimitOfZeroSettingsFollowTheirClients() throws IOException {
        try (PreparingClient client = new PreparingClient(weir(0), "work_mem", "1111kB", "TimeZone", "Asia/Tokyo");
                PreparingClient other = new PreparingClient(weir(0))) {
            client.run("SET search_path = 'of client', public; SET TimeZone = 'America/New_York'");
            for (String change : List.of("SET app.a = 'simple'", "SELECT set_config('app.a', 'simple', false)")) {
                other.run(change.replace("simple", "other"));
                assertThat(client.ask("SELECT coalesce(current_setting('app.a', true), '')"))
                        .isEmpty();
                assertThat(other.ask("SHOW app.a")).isEqualTo("other");
                other.request(parse("", change), bind("", ""), execute("", 0), sync());
                assertThat(client.ask("SHOW search_path")).isEqualTo("\"of client\", public");
                assertThat(other.ask("SHOW app.a")).isEqualTo("simple");
                assertThat(other.ask("SHOW search_path")).doesNotContain("of client");
            }
            other.run("SET app.a = ''");
            other.prepare("setting", "SELECT set_config('app.a', $1, false)");
            assertThat(other.value("setting", "by name")).isEqualTo("by name");
            assertThat(client.ask("SELECT coalesce(current_setting('app.a', true), '')"))
                    .isEmpty();
            assertThat(other.ask("SHOW app.a")).isEqualTo("by name");
            assertThat(other.run("DEALLOCATE setting")).containsExactly("DEALLOCATE");

            client.run("SET work_mem = '2222kB'");
            client.run("RESET work_mem");
            assertThat(client.ask("SHOW work_mem")).isEqualTo("1111kB");
            client.request(parse("", "RESET ALL"), bind("", ""), execute("", 0), sync());
            assertThat(client.wire().parameters()).containsEntry("TimeZone", "Asia/Tokyo");
            assertThat(other.ask("SHOW TimeZone")).isNotEqualTo("Asia/Tokyo");
            assertThat(client.ask("SHOW TimeZone")).isEqualTo("Asia/Tokyo");
            assertThat(client.ask("SHOW search_path")).doesNotContain("of client");
        }
    }

    // ---- each is parsed once ----

    @Test
    void statementOfAllClientsIsParsedOnceByTheirServer(TestDatabase database) throws Exception {
        String sql = "SELECT $1::int + 1";
        Fronted weir = weir(UNLIMITED);
        try (WireClient console = console(weir, database)) {
            List<Integer> before = stats(console);
            Together.run(CLIENTS, number -> {
                try (PreparingClient client = new PreparingClient(weir)) {
                    client.prepare("s" + number, sql);
                    for (int i = 0; i < 5; i++) {
                        assertThat(client.value("s" + number, "" + i)).isEqualTo("" + (i + 1));
                    }
                }
            });
            assertThat(since(before, console)).containsExactly(CLIENTS, 1, 5 * CLIENTS);
            List<List<@Nullable String>> shown = console.rows("SHOW PREPARED_STATEMENTS").stream()
                    .filter(row -> sql.equals(row.get(3)))
                    .toList();
            assertThat(shown).hasSize(1);
            assertThat(shown.get(0)).endsWith("" + 5 * CLIENTS, "protocol", sql);
            try (WireClient client = weir.login()) {
                // PostgreSQL counts as well.
                assertThat(client.rows("SELECT name, generic_plans + custom_plans " + OF_PGWEIR + " AND statement = '"
                                + sql + "'"))
                        .containsExactly(
                                List.of(Objects.requireNonNull(shown.get(0).get(0)), "" + 5 * CLIENTS));
            }
        }
    }

    @Test
    void statementPreparedAndClosedForEachUseIsParsedOnce(TestDatabase database) throws IOException {
        try (PreparingClient client = new PreparingClient(weir(UNLIMITED));
                WireClient console = console(weir(UNLIMITED), database)) {
            List<Integer> before = stats(console);
            for (int i = 0; i < 10; i++) {
                client.prepare("s", "SELECT 'once'");
                assertThat(client.value("s")).isEqualTo("once");
                assertThat(client.request(close('S', "s"), sync()))
                        .extracting(WireMessage::type)
                        .containsExactly('3', 'Z');
                assertThat(client.error("s").sqlState()).isEqualTo("26000");
            }
            assertThat(since(before, console)).containsExactly(10, 1, 10);
        }
    }

    @Test
    void sameTextWithOtherParameterTypesIsAnotherStatement() throws IOException {
        int int4 = 23;
        int text = 25;
        try (PreparingClient one = new PreparingClient(weir(UNLIMITED));
                PreparingClient two = new PreparingClient(weir(UNLIMITED))) {
            one.request(typed("s", "SELECT pg_typeof($1)", int4), sync());
            two.request(typed("s", "SELECT pg_typeof($1)", text), sync());
            for (int i = 0; i < 2; i++) {
                assertThat(one.value("s", "1")).isEqualTo("integer");
                assertThat(two.value("s", "1")).isEqualTo("text");
            }
            assertThat(one.ask("SELECT count(*) FROM pg_prepared_statements WHERE statement = 'SELECT pg_typeof($1)'"))
                    .isEqualTo("2");
        }
    }

    // ---- whose settings, whose names ----

    @ParameterizedTest
    @ValueSource(ints = {1, UNLIMITED})
    void eachClientsTextIsReadByItsOwnSettings(int limit) throws IOException {
        String date = "SELECT '01/02/2026'::date::text";
        String time = "SELECT extract(epoch FROM '2026-01-01 00:00:00'::timestamptz)::int::text";
        Fronted weir = weir(limit);
        try (PreparingClient one = new PreparingClient(weir, "DateStyle", "ISO, MDY", "TimeZone", "UTC");
                PreparingClient two = new PreparingClient(weir, "DateStyle", "ISO, DMY", "TimeZone", "Asia/Tokyo")) {
            one.prepare("date", date).prepare("time", time);
            two.prepare("date", date).prepare("time", time);
            for (int i = 0; i < 3; i++) {
                assertThat(one.value("date")).isEqualTo("2026-01-02");
                assertThat(two.value("date")).isEqualTo("2026-02-01");
                assertThat(one.value("time")).isEqualTo("1767225600");
                assertThat(two.value("time")).isEqualTo("" + (1767225600 - 9 * 3600));
            }
        }
    }

    @Test
    void nobodySeesTheStatementsOfAClientThatIsThereOrHasLeft() throws IOException {
        try (PreparingClient other = new PreparingClient(weir(UNLIMITED))) {
            try (PreparingClient client = new PreparingClient(weir(UNLIMITED))) {
                client.prepare("theirs", "SELECT 'theirs'").prepare("", "SELECT 'theirs, too'");
                client.run("PREPARE theirs_by_sql AS SELECT 'theirs'");
                client.prepare("", "SELECT 'theirs, too'");
                knowsNothingOf(other, "theirs", "theirs_by_sql", "PGWEIR_1");
                assertThat(client.value("theirs")).isEqualTo("theirs");
                client.wire().terminate();
            }
            knowsNothingOf(other, "theirs", "theirs_by_sql", "PGWEIR_1");
            other.prepare("theirs", "SELECT 'mine now'");
            assertThat(other.value("theirs")).isEqualTo("mine now");
            assertThat(other.run("PREPARE theirs_by_sql AS SELECT 'mine now'")).containsExactly("PREPARE");
            assertThat(other.ask("EXECUTE theirs_by_sql")).isEqualTo("mine now");
        }
    }

    @Test
    void settingsThatOneClientChangesLaterDoNotReachTheStatementOfAnother() throws IOException {
        String date = "SELECT '01/02/2026'::date::text";
        try (PreparingClient one = new PreparingClient(weir(1), "DateStyle", "ISO, MDY");
                PreparingClient two = new PreparingClient(weir(1), "DateStyle", "ISO, MDY")) {
            one.prepare("date", date);
            two.prepare("date", date);
            one.run("SET DateStyle = 'ISO, DMY'");
            // The server forgets the statement, so it is prepared anew for whoever comes first.
            two.prepare("another", "SELECT 1");
            one.request(bind("", "date"), execute("", 0), sync());
            assertThat(two.value("date")).isEqualTo("2026-01-02");
        }
    }

    private static void knowsNothingOf(PreparingClient client, String... names) throws IOException {
        WireMessage unnamed = client.error(close('S', ""), bind("", ""), execute("", 0), sync());
        assertThat(unnamed.sqlState()).isEqualTo("26000");
        assertThat(unnamed.message()).isEqualTo("unnamed prepared statement does not exist");
        List<WireMessage> errors = new ArrayList<>();
        for (String name : names) {
            errors.clear();
            errors.add(client.error(name));
            errors.add(client.error(describe('S', name), sync()));
            errors.add(client.error(query("EXECUTE \"" + name + "\"")));
            errors.add(client.error(query("DEALLOCATE \"" + name + "\"")));
            errors.add(client.error(parse("", "EXECUTE \"" + name + "\""), bind("", ""), execute("", 0), sync()));
            assertThat(errors).allSatisfy(error -> {
                assertThat(error.sqlState()).isEqualTo("26000");
                assertThat(error.message()).isEqualTo("prepared statement \"" + name + "\" does not exist");
            });
        }
    }

    // ---- how to look ----

    private static Fronted weir(int limit) {
        return Objects.requireNonNull(WEIRS.get(limit));
    }

    private static Fronted weir(TestDatabase database, int servers, int limit) {
        return Fronted.start(
                database,
                "default_pool_size = " + servers,
                "max_prepared_statements = " + limit,
                "admin_users = [\"" + database.user() + "\"]",
                "query_wait_notify = 0");
    }

    private static byte[] typed(String name, String sql, int type) {
        return message('P', name, sql, (short) 1, type);
    }

    private static WireClient console(Fronted weir, TestDatabase database) throws IOException {
        return weir.connect().login(database.user(), "pgbouncer", database.password());
    }

    /** How often clients have sent a named Parse, servers were sent one, and clients have sent a named Bind. */
    private static List<Integer> stats(WireClient console) throws IOException {
        for (List<@Nullable String> row : console.rows("SHOW STATS")) {
            if (Fronted.NAME.equals(row.get(0))) {
                // Behind the name and the totals of other things.
                return row.subList(9, 12).stream()
                        .map(count -> Integer.valueOf(Objects.requireNonNull(count)))
                        .toList();
            }
        }
        throw new AssertionError("no row for the database");
    }

    private static List<Integer> since(List<Integer> before, WireClient console) throws IOException {
        List<Integer> now = stats(console);
        return List.of(now.get(0) - before.get(0), now.get(1) - before.get(1), now.get(2) - before.get(2));
    }

    /** The texts of what the server of this client has. */
    private static List<String> statements(WireClient client) throws IOException {
        return client.rows("SELECT statement " + OF_PGWEIR + " ORDER BY statement").stream()
                .map(row -> Objects.requireNonNull(row.get(0)))
                .toList();
    }

    /** The texts of what each server has; nobody else may use them meanwhile. */
    private static List<List<String>> statementsOfServers(Fronted weir, int servers) throws IOException {
        List<WireClient> clients = new ArrayList<>();
        try {
            List<List<String>> all = new ArrayList<>();
            for (int i = 0; i < servers; i++) {
                WireClient client = weir.login();
                clients.add(client);
                // It keeps the server until it leaves.
                client.query("BEGIN");
                all.add(statements(client));
            }
            for (WireClient client : clients) {
                client.query("COMMIT");
            }
            return all;
        } finally {
            for (WireClient client : clients) {
                client.close();
            }
        }
    }
}

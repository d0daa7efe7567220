package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.testing.WireBytes.bind;
import static dev.pgweir.proxy.testing.WireBytes.copyData;
import static dev.pgweir.proxy.testing.WireBytes.copyDone;
import static dev.pgweir.proxy.testing.WireBytes.copyFail;
import static dev.pgweir.proxy.testing.WireBytes.describe;
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
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Statement mode with one server connection: what is over with its answer is answered as by PostgreSQL, and a client that
 * leaves a transaction open is sent away, so that the server never waits for it.
 */
@ExtendWith(RealPostgres.class)
final class StatementModeIT {

    private static final String REFUSAL = "transaction blocks not allowed in statement pooling mode";

    private static Fronted weir;

    @BeforeAll
    static void start(TestDatabase database) {
        database.execute("CREATE TABLE kept (n int)", "CREATE TABLE copied (n int)");
        weir = Fronted.start(database, "pool_mode = \"statement\"");
    }

    @AfterAll
    static void stop() {
        weir.close();
    }

    @BeforeEach
    void empty(TestDatabase database) {
        database.execute("TRUNCATE kept, copied");
    }

    static Stream<Scenario> complete() {
        return Stream.of(
                new Scenario("one statement", 1, query("SELECT 1")),
                new Scenario("one that fails", 1, query("SELECT 1/0")),
                new Scenario("several statements", 1, query("INSERT INTO kept VALUES (1); SELECT count(*) FROM kept")),
                new Scenario("several, one fails", 1, query("INSERT INTO kept VALUES (1); SELECT 1/0; SELECT 3")),
                new Scenario(
                        "transaction in one query",
                        1,
                        query("BEGIN; INSERT INTO kept VALUES (1); COMMIT; SELECT count(*) FROM kept")),
                new Scenario("queries at once", 3, query("SELECT 1"), query("SELECT x"), query("SELECT 3")),
                new Scenario(
                        "group of the extended protocol",
                        1,
                        parse("", "SELECT $1::int + 1 AS sum"),
                        describe('S', ""),
                        bind("", "", "41"),
                        describe('P', ""),
                        execute("", 0),
                        sync()),
                new Scenario(
                        "pipeline with an error in the middle",
                        3,
                        parse("", "SELECT 1"),
                        bind("", ""),
                        execute("", 0),
                        sync(),
                        parse("", "SELECT 1/$1::int"),
                        bind("", "", "0"),
                        execute("", 0),
                        sync(),
                        parse("", "SELECT 3"),
                        bind("", ""),
                        execute("", 0),
                        sync()),
                new Scenario(
                        "portal with a row limit",
                        1,
                        parse("", "SELECT generate_series(1, 5)"),
                        bind("", ""),
                        execute("", 3),
                        execute("", 3),
                        sync()),
                new Scenario("COPY out", 1, query("COPY (SELECT generate_series(1, 3)) TO STDOUT")),
                new Scenario("COPY in", 1, query("COPY copied FROM STDIN"), copyData("1\n2\n"), copyDone()),
                new Scenario("bad data", 1, query("COPY copied FROM STDIN"), copyData("x\n"), copyDone()),
                new Scenario("CopyFail", 1, query("COPY copied FROM STDIN"), copyData("1\n"), copyFail("no")),
                new Scenario(
                        "COPY in by the extended protocol",
                        1,
                        parse("", "COPY copied FROM STDIN"),
                        bind("", ""),
                        execute("", 0),
                        sync(),
                        copyData("1\n"),
                        copyDone(),
                        sync()));
    }

    @ParameterizedTest
    @MethodSource("complete")
    void whatIsCompleteIsAnsweredAsByPostgres(Scenario scenario, TestDatabase database) throws IOException {
        List<WireMessage> expected = scenario.byPostgres(database);
        empty(database);
        scenario.isAnsweredBy(weir, expected);
    }

    @Test
    void clientsTakeTurnsOnTheServerStatementByStatement() throws IOException {
        try (WireClient one = weir.login();
                WireClient two = weir.login()) {
            String server = one.value("SELECT pg_backend_pid()");
            for (int i = 0; i < 20; i++) {
                assertThat(one.value("SELECT pg_backend_pid()")).isEqualTo(server);
                assertThat(two.value("SELECT pg_backend_pid()")).isEqualTo(server);
            }
        }
    }

    @Test
    void groupKeepsTheServerUntilItsSync() throws IOException {
        try (WireClient client = weir.login();
                WireClient other = weir.login()) {
            client.send(parse("", "SELECT 'mine'"), flush());
            assertThat(client.read().type()).isEqualTo('1');
            other.send(query("SELECT 'other'"));
            client.send(bind("", ""), execute("", 0), sync());
            assertThat(client.readUntil('Z').get(1).values()).containsExactly("mine");
            assertThat(other.readUntil('Z').get(1).values()).containsExactly("other");
        }
    }

    /** Each leaves a transaction open, or failed. */
    static Stream<Scenario> incomplete() {
        return Stream.of(
                new Scenario("BEGIN", 0, query("BEGIN")),
                new Scenario("START TRANSACTION", 0, query("start transaction isolation level serializable")),
                new Scenario("work behind BEGIN", 0, query("BEGIN; INSERT INTO kept VALUES (1)")),
                new Scenario("error behind BEGIN", 0, query("BEGIN; INSERT INTO kept VALUES (1); SELECT 1/0")),
                new Scenario("COMMIT AND CHAIN", 0, query("BEGIN; SELECT 1; COMMIT AND CHAIN")),
                new Scenario("BEGIN among queries", 0, query("SELECT 1"), query("BEGIN"), query("SELECT 2")),
                new Scenario("a long answer", 0, query("BEGIN; SELECT repeat('x', 3000)")),
                new Scenario(
                        "extended protocol",
                        0,
                        parse("", "BEGIN"),
                        bind("", ""),
                        execute("", 0),
                        parse("", "INSERT INTO kept VALUES (1)"),
                        bind("", ""),
                        execute("", 0),
                        sync()));
    }

    @ParameterizedTest
    @MethodSource("incomplete")
    void transactionLeftOpenEndsTheClientAndNothingOfItStays(Scenario scenario, TestDatabase database)
            throws IOException {
        int refused = refusals();
        try (WireClient client = weir.login();
                WireClient bystander = weir.login()) {
            bystander.value("SELECT 1");
            client.send(scenario.bytes());
            bystander.send(query("SELECT 'undisturbed'"));

            assertThat(refusal(client).field('S')).isEqualTo("FATAL");
            client.awaitEnd();

            assertThat(bystander.readUntil('Z').get(1).values()).containsExactly("undisturbed");
            assertThat(bystander.value("SELECT count(*) FROM kept")).isEqualTo("0");
            assertThat(database.value("SELECT count(*) FROM pg_stat_activity"
                            + " WHERE datname = current_database() AND state LIKE 'idle in transaction%'"))
                    .isEqualTo("0");
        }
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> refusals() == refused + 1);
    }

    /**
     * What was answered before it stands; of the answer that it takes the place of nothing is seen, unless its beginning was
     * passed on before its end came: because it is long, or because PostgreSQL sends an error apart from what ends the answer.
     */
    private static WireMessage refusal(WireClient client) throws IOException {
        List<WireMessage> messages = client.readUntil('E');
        if (!"FATAL".equals(messages.get(messages.size() - 1).field('S'))) {
            messages.addAll(client.readUntil('E'));
        }
        assertThat(messages.stream().map(WireMessage::type).map(String::valueOf).collect(Collectors.joining()))
                .isIn("E", "TDCZE", "CTDCE", "CCEE");
        WireMessage error = messages.get(messages.size() - 1);
        assertThat(error.message()).isEqualTo(REFUSAL);
        assertThat(error.sqlState()).isEqualTo("08P01");
        return error;
    }

    private static int refusals() {
        return (int) weir.process().lines().stream()
                .filter(line -> line.contains("closing because: " + REFUSAL))
                .count();
    }
}

package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.testing.WireBytes.bind;
import static dev.pgweir.proxy.testing.WireBytes.close;
import static dev.pgweir.proxy.testing.WireBytes.copyData;
import static dev.pgweir.proxy.testing.WireBytes.copyDone;
import static dev.pgweir.proxy.testing.WireBytes.describe;
import static dev.pgweir.proxy.testing.WireBytes.execute;
import static dev.pgweir.proxy.testing.WireBytes.flush;
import static dev.pgweir.proxy.testing.WireBytes.message;
import static dev.pgweir.proxy.testing.WireBytes.parse;
import static dev.pgweir.proxy.testing.WireBytes.query;
import static dev.pgweir.proxy.testing.WireBytes.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireBytes;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a client gets through PgWeir is what it gets from PostgreSQL itself, and the server is free afterwards. */
@ExtendWith(RealPostgres.class)
class ProtocolRelayIT {

    private static Fronted weir;

    @BeforeAll
    static void start(TestDatabase database) {
        database.execute("CREATE TABLE items (n int PRIMARY KEY, name text)", "CREATE TABLE copied (n int)");
        weir = Fronted.start(database);
    }

    @AfterAll
    static void stop() {
        weir.close();
    }

    static Stream<Scenario> scenarios() {
        byte[] row = WireBytes.bytes(1397, (short) 0, (short) 1, 4, new byte[] {'-', '1', '2', '3'}, (short) 0);
        return Stream.of(
                new Scenario("empty query", 1, query("")),
                new Scenario("one statement", 1, query("SELECT 1 AS one, NULL AS nothing")),
                new Scenario("several statements", 1, query("SELECT 1; SELECT 'two'; SELECT generate_series(1, 3)")),
                new Scenario("several statements, one fails", 1, query("SELECT 1; SELECT 1/0; SELECT 3")),
                new Scenario("transaction in one query", 1, query("BEGIN; SELECT 1; COMMIT")),
                new Scenario("many queries at once", 3, query("SELECT 1"), query("SELECT x"), query("SELECT 3")),
                new Scenario(
                        "transaction over queries",
                        4,
                        query("BEGIN"),
                        query("SELECT 1/0"),
                        query("SELECT 1"),
                        query("ROLLBACK")),
                new Scenario("notice", 1, query("DO $$ BEGIN RAISE NOTICE 'mind the gap'; END $$")),
                new Scenario("function call", 1, message('F', (Object) row)),
                new Scenario("function call that fails", 1, message('F', 1, (short) 0, (short) 0, (short) 0)),
                new Scenario("Sync alone", 2, sync(), sync()),
                new Scenario(
                        "group of the extended protocol",
                        1,
                        parse("", "SELECT $1::int + 1 AS sum"),
                        describe('S', ""),
                        bind("", "", "41"),
                        describe('P', ""),
                        execute("", 0),
                        close('P', ""),
                        close('S', ""),
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
                        parse("", "SELECT 'skipped'"),
                        bind("", ""),
                        execute("", 0),
                        sync(),
                        parse("", "SELECT 3"),
                        bind("", ""),
                        execute("", 0),
                        sync()),
                new Scenario(
                        "Flush before Sync",
                        1,
                        parse("", "SELECT 1"),
                        flush(),
                        bind("", ""),
                        flush(),
                        execute("", 0),
                        flush(),
                        sync()),
                new Scenario(
                        "portal with a row limit",
                        1,
                        parse("", "SELECT generate_series(1, 7)"),
                        bind("p", ""),
                        execute("p", 3),
                        execute("p", 3),
                        execute("p", 3),
                        sync()),
                new Scenario(
                        "named statement within a transaction",
                        4,
                        query("BEGIN"),
                        parse("mine", "SELECT $1::text"),
                        sync(),
                        bind("", "mine", "x"),
                        execute("", 0),
                        close('S', "mine"),
                        sync(),
                        query("COMMIT")),
                new Scenario(
                        "simple query behind a group without Sync",
                        2,
                        parse("", "SELECT 1"),
                        bind("", ""),
                        execute("", 0),
                        query("SELECT 2"),
                        sync()),
                new Scenario(
                        "empty statement of the extended protocol",
                        1,
                        parse("", ""),
                        bind("", ""),
                        execute("", 0),
                        sync()),
                new Scenario("LISTEN and NOTIFY in one go", 1, query("LISTEN a; NOTIFY a, 'payload'; UNLISTEN a")),
                new Scenario(
                        "setting that is reported", 2, query("SET DateStyle = 'SQL, DMY'"), query("RESET DateStyle")),
                new Scenario("COPY out", 1, query("COPY (SELECT generate_series(1, 3)) TO STDOUT")),
                new Scenario(
                        "COPY in",
                        2,
                        query("COPY copied FROM STDIN"),
                        copyData("1\n2\n"),
                        copyDone(),
                        query("TRUNCATE copied")));
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void answersAsPostgresDoes(Scenario scenario, TestDatabase database) throws IOException {
        scenario.isAnsweredBy(weir, scenario.byPostgres(database));
    }

    @Test
    void answersAreTheSameHoweverTheBytesAreCut(TestDatabase database) throws IOException {
        Random random = new Random(20_260_731);
        for (Scenario scenario : scenarios().toList()) {
            byte[] stream = WireBytes.bytes((Object[]) scenario.bytes());
            List<WireMessage> expected = scenario.byPostgres(database);
            try (WireClient bytewise = weir.login();
                    WireClient random1 = weir.login()) {
                for (byte one : stream) {
                    bytewise.send(new byte[] {one});
                }
                assertThat(scenario.answers(bytewise))
                        .as("%s byte by byte", scenario)
                        .isEqualTo(expected);
                for (int from = 0; from < stream.length; ) {
                    int to = Math.min(stream.length, from + 1 + random.nextInt(12));
                    random1.send(Arrays.copyOfRange(stream, from, to));
                    from = to;
                }
                assertThat(scenario.answers(random1))
                        .as("%s in pieces", scenario)
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void flushBringsTheAnswersThatThereAre() throws IOException {
        try (WireClient client = weir.login()) {
            client.send(parse("", "SELECT 'now'"), bind("", ""), execute("", 0), flush());
            assertThat(client.readUntil('C')).extracting(WireMessage::type).containsExactly('1', '2', 'D', 'C');
            client.send(sync());
            assertThat(client.read().type()).isEqualTo('Z');
        }
    }

    @Test
    void groupKeepsItsServerUntilItsSync() throws IOException {
        try (WireClient client = weir.login();
                WireClient other = weir.login()) {
            client.send(parse("", "SELECT 'mine'"), flush());
            assertThat(client.read().type()).isEqualTo('1');
            other.send(parse("", "SELECT 'other'"), bind("", ""), execute("", 0), sync());
            client.send(bind("", ""), execute("", 0), sync());
            assertThat(client.readUntil('Z').get(1).values()).containsExactly("mine");
            assertThat(other.readUntil('Z').get(2).values()).containsExactly("other");
        }
    }
}

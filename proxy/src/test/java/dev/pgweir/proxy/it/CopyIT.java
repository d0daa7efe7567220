package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.testing.WireBytes.bind;
import static dev.pgweir.proxy.testing.WireBytes.copyData;
import static dev.pgweir.proxy.testing.WireBytes.copyDone;
import static dev.pgweir.proxy.testing.WireBytes.copyFail;
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
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * COPY with one server connection in transaction mode: whatever becomes of the COPY, the answers are PostgreSQL's and the
 * server is free for the next client.
 */
@ExtendWith(RealPostgres.class)
class CopyIT {

    private static final String BAD = "COPY no_such_table FROM STDIN";
    private static final String COPY = "COPY copied FROM STDIN";

    private static Fronted weir;

    @BeforeAll
    static void start(TestDatabase database) {
        database.execute("CREATE TABLE copied (n int)");
        weir = Fronted.start(database);
    }

    @AfterAll
    static void stop() {
        weir.close();
    }

    /** A client that does not wait for CopyInResponse, as libpq's pipelines and simple clients do. */
    static Stream<Scenario> scenarios() {
        return Stream.of(
                new Scenario("simple", 1, query(COPY), copyData("1\n"), copyData("2\n"), copyDone()),
                new Scenario("simple, no data", 1, query(COPY), copyDone()),
                new Scenario("simple, CopyFail", 1, query(COPY), copyData("1\n"), copyFail("changed my mind")),
                new Scenario(
                        "simple, bad data, late data behind it",
                        1,
                        query(COPY),
                        copyData("x\n"),
                        copyData("2\n"),
                        copyDone()),
                new Scenario("simple, early error", 1, query(BAD), copyData("1\n"), copyDone()),
                new Scenario("simple, early error, CopyFail", 1, query(BAD), copyFail("no")),
                new Scenario("simple, query behind it", 2, query(COPY), copyData("1\n"), copyDone(), query("SELECT 1")),
                new Scenario(
                        "simple, early error, query behind it",
                        2,
                        query(BAD),
                        copyData("1\n"),
                        copyDone(),
                        query("SELECT 1")),
                new Scenario(
                        "two in one query",
                        1,
                        query(COPY + ";" + COPY),
                        copyData("1\n"),
                        copyDone(),
                        copyData("2\n"),
                        copyDone()),
                new Scenario(
                        "Sync and Flush among the data",
                        1,
                        query(COPY),
                        copyData("1\n"),
                        sync(),
                        flush(),
                        copyData("2\n"),
                        copyDone()),
                new Scenario(
                        "extended, Sync at the end",
                        1,
                        parse("", COPY),
                        bind("", ""),
                        execute("", 0),
                        copyData("1\n"),
                        copyDone(),
                        sync()),
                new Scenario(
                        "extended, Sync before and after the data",
                        1,
                        parse("", COPY),
                        bind("", ""),
                        execute("", 0),
                        sync(),
                        copyData("1\n"),
                        copyDone(),
                        sync()),
                new Scenario(
                        "extended, CopyFail",
                        1,
                        parse("", COPY),
                        bind("", ""),
                        execute("", 0),
                        sync(),
                        copyData("1\n"),
                        copyFail("no"),
                        sync()),
                new Scenario(
                        "extended, early error, two Syncs",
                        2,
                        parse("", BAD),
                        bind("", ""),
                        execute("", 0),
                        sync(),
                        copyData("1\n"),
                        copyDone(),
                        sync()),
                new Scenario(
                        "extended, early error, one Sync",
                        1,
                        parse("", BAD),
                        bind("", ""),
                        execute("", 0),
                        copyData("1\n"),
                        copyDone(),
                        sync()),
                new Scenario(
                        "extended, bad data",
                        1,
                        parse("", COPY),
                        bind("", ""),
                        execute("", 0),
                        copyData("x\n"),
                        copyData("1\n"),
                        copyDone(),
                        sync()),
                new Scenario("out", 1, query("COPY (SELECT generate_series(1, 1000)) TO STDOUT")),
                new Scenario(
                        "out, fails on the way",
                        1,
                        query("COPY (SELECT 1/(3 - n) FROM generate_series(1, 5) n) TO STDOUT")),
                new Scenario(
                        "out, extended",
                        1,
                        parse("", "COPY (SELECT 1) TO STDOUT"),
                        bind("", ""),
                        execute("", 0),
                        sync()),
                new Scenario(
                        "in within a transaction",
                        3,
                        query("BEGIN"),
                        query(COPY),
                        copyData("1\n"),
                        copyDone(),
                        query("ROLLBACK")),
                new Scenario(
                        "fails within a transaction",
                        3,
                        query("BEGIN"),
                        query(COPY),
                        copyData("x\n"),
                        copyDone(),
                        query("ROLLBACK")));
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void answersAsPostgresDoesAndFreesTheServer(Scenario scenario, TestDatabase database) throws IOException {
        scenario.isAnsweredBy(weir, scenario.byPostgres(database));
    }

    @Test
    void dataWaitForTheAnswerAsDriversDo() throws IOException {
        try (WireClient client = weir.login();
                WireClient next = weir.login()) {
            client.send(parse("", COPY), bind("", ""), execute("", 0), flush());
            client.readUntil('G');
            client.send(copyData("1\n"), copyData("2\n"), copyDone(), sync());
            assertThat(client.readUntil('Z')).extracting(WireMessage::toString).containsExactly("C [COPY 2]", "Z I");
            assertThat(next.value("SELECT 'free'")).isEqualTo("free");
        }
    }

    @Test
    void dataThatComeAfterACopyHasFailedAreDroppedAndTakeNoServer() throws IOException {
        try (WireClient client = weir.login();
                WireClient next = weir.login()) {
            client.send(query(COPY));
            client.readUntil('G');
            client.send(copyData("x\n"), copyDone());
            assertThat(client.readUntil('Z')).extracting(WireMessage::type).containsExactly('E', 'Z');
            client.send(copyData("3\n"), copyData("4\n"), copyDone(), copyFail("late"));
            assertThat(next.value("SELECT 'free'")).isEqualTo("free");
            assertThat(client.value("SELECT 'still here'")).isEqualTo("still here");
        }
    }

    @Test
    void clientThatLeavesDuringACopyLeavesTheServerForTheNext() throws IOException {
        for (int i = 0; i < 3; i++) {
            WireClient client = weir.login();
            client.send(query(COPY));
            client.readUntil('G');
            client.send(copyData("1\n"));
            client.close();
            try (WireClient next = weir.login()) {
                assertThat(next.value("SELECT 'free'")).isEqualTo("free");
            }
        }
    }
}

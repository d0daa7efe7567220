package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.testing.WireBytes.bind;
import static dev.pgweir.proxy.testing.WireBytes.close;
import static dev.pgweir.proxy.testing.WireBytes.copyData;
import static dev.pgweir.proxy.testing.WireBytes.copyDone;
import static dev.pgweir.proxy.testing.WireBytes.describe;
import static dev.pgweir.proxy.testing.WireBytes.execute;
import static dev.pgweir.proxy.testing.WireBytes.flush;
import static dev.pgweir.proxy.testing.WireBytes.parse;
import static dev.pgweir.proxy.testing.WireBytes.query;
import static dev.pgweir.proxy.testing.WireBytes.sync;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgweir.proxy.testing.FaultProxy;
import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Prepared statements over one server connection: a limit that changes while they are used, long names and texts, errors
 * in the middle of a pipeline.
 */
@ExtendWith(RealPostgres.class)
final class StatementLimitsIT {
    private static final String COUNT = "SELECT count(*) FROM pg_prepared_statements";

    private static TestDatabase postgres;
    private static FaultProxy network;
    private static Fronted weir;
    private static WireClient console;

    @BeforeAll
    static void start(TestDatabase database) throws IOException {
        postgres = database;
        database.execute("CREATE TABLE filled (n int)");
        network = FaultProxy.to(database.host(), database.port());
        weir = Fronted.startBehind(network.port(), database, "admin_users = [\"" + database.user() + "\"]");
        console = weir.connect().login(database.user(), "pgbouncer", database.password());
    }

    @AfterAll
    static void stop() throws IOException {
        console.close();
        weir.close();
        network.close();
    }

    private static void limit(int statements) throws IOException {
        assertThat(console.query("SET max_prepared_statements = " + statements))
                .extracting(WireMessage::type)
                .containsExactly('C', 'Z');
    }

    /** Results, errors' codes and {@code ready} for ReadyForQuery. */
    private static List<String> outcomes(List<WireMessage> messages) {
        return messages.stream()
                .flatMap(message -> switch (message.type()) {
                    case 'D' -> Stream.of(String.valueOf(message.values().get(0)));
                    case 'E' -> Stream.of(message.sqlState());
                    case 'Z' -> Stream.of("ready");
                    default -> Stream.empty();
                })
                .toList();
    }

    // ---- the limit ----

    @Test
    void limitChangesWhileStatementsAreUsed() throws IOException {
        try (PreparingClient client = new PreparingClient(weir)) {
            for (int i = 0; i < 6; i++) {
                client.prepare("s" + i, "SELECT " + i);
            }
            for (int limit : new int[] {1, 5, 2}) {
                limit(limit);
                // What is too much is closed when something new is prepared.
                client.prepare("of " + limit, "SELECT 'of " + limit + "'");
                for (int round = 0; round < 2; round++) {
                    for (int i = 0; i < 6; i++) {
                        assertThat(client.value("s" + i)).isEqualTo("" + i);
                        assertThat(Integer.parseInt(Objects.requireNonNull(client.ask(COUNT))))
                                .as("limit %d", limit)
                                .isLessThanOrEqualTo(limit);
                    }
                }
                assertThat(client.ask(COUNT)).isEqualTo("" + limit);
            }
        } finally {
            limit(200);
        }
    }

    @Test
    void limitOfZeroTurnsItOffForNewClientsAndNothingIsCounted() throws IOException {
        limit(0);
        try (PreparingClient client = new PreparingClient(weir)) {
            List<List<@Nullable String>> before = stats();
            client.prepare("mine", "SELECT 'mine'");
            assertThat(client.value("mine")).isEqualTo("mine");
            assertThat(client.ask("SELECT name FROM pg_prepared_statements WHERE name = 'mine'"))
                    .isEqualTo("mine");
            assertThat(stats()).isEqualTo(before);
            client.run("DEALLOCATE mine");
        } finally {
            limit(200);
        }
    }

    /** What clients have sent as Parse, servers were sent, and clients have sent as Bind. */
    private static List<List<@Nullable String>> stats() throws IOException {
        List<List<@Nullable String>> counts = new ArrayList<>();
        for (List<@Nullable String> row : console.rows("SHOW STATS")) {
            if (Fronted.NAME.equals(row.get(0))) {
                counts.add(row.subList(9, 12));
            }
        }
        return counts;
    }

    @Test
    void statementThatIsPushedOutInAPipelineWhoseParseFailsIsPreparedAgain() throws IOException {
        limit(1);
        try (PreparingClient client = new PreparingClient(weir)) {
            client.prepare("kept", "SELECT 'kept'");
            for (int i = 0; i < 3; i++) {
                client.wire().send(parse("bad" + i, "SELEC"), bind("", "kept"), execute("", 0), sync());
                assertThat(outcomes(client.wire().readUntil('Z'))).containsExactly("42601", "ready");
                assertThat(client.error("bad" + i).sqlState()).isEqualTo("26000");
                assertThat(client.value("kept")).isEqualTo("kept");
                assertThat(client.prepare("bad" + i, "SELECT 'good now'").value("bad" + i))
                        .isEqualTo("good now");
                assertThat(client.ask(COUNT)).isEqualTo("1");
            }
        } finally {
            limit(200);
        }
    }

    // ---- lengths ----

    @ParameterizedTest
    @ValueSource(ints = {4_096, 8_192, 40_000})
    void textsAndValuesOfAnyLengthAreServed(int length) throws IOException {
        // The whole message has that length, with type, length, names and the count of types.
        String sql = "SELECT length($1)::text --";
        sql += "x".repeat(length - sql.length() - 1 - 4 - 2 - 1 - 2);
        assertThat(parse("s", sql)).hasSize(length);
        String value = "v".repeat(length);
        try (PreparingClient client = new PreparingClient(weir, "client_encoding", "LATIN1");
                PreparingClient other = new PreparingClient(weir, "client_encoding", "UTF8")) {
            for (PreparingClient each : List.of(client, other, client)) {
                each.wire().send(flush(), parse("s", sql), bind("", "s", value), execute("", 0), sync());
                List<String> outcomes = outcomes(each.wire().readUntil('Z'));
                assertThat(outcomes).containsExactly("" + length, "ready");
                assertThat(each.value("s", value)).isEqualTo("" + length);
                assertThat(each.request(close('S', "s"), sync()))
                        .extracting(WireMessage::type)
                        .containsExactly('3', 'Z');
            }
        }
    }

    @Test
    void nameMayBeVeryLong() throws IOException {
        String name = "n".repeat(16_384);
        try (WireClient client = weir.login();
                WireClient other = weir.login()) {
            client.send(parse(name, "SELECT 'long name'"), describe('S', name), sync());
            assertThat(client.readUntil('Z')).extracting(WireMessage::type).containsExactly('1', 't', 'T', 'Z');
            other.query("SELECT 1");
            client.send(bind("", name), execute("", 0), sync());
            assertThat(outcomes(client.readUntil('Z'))).containsExactly("long name", "ready");
        }
    }

    // ---- errors ----

    /** What follows an error is dropped until the Sync, even if it comes when the error has long been told. */
    @Test
    void whatFollowsAnErrorIsDroppedUntilTheSyncWheneverItComes() throws IOException {
        try (WireClient client = weir.login();
                WireClient other = weir.login()) {
            client.send(parse("", "SELECT 1/0"), bind("", ""), execute("", 0), flush());
            assertThat(outcomes(client.readUntil('E'))).containsExactly("22012");
            client.send(parse("dropped", "SELECT 'dropped'"), bind("", "dropped"), execute("", 0), flush());
            client.send(query("SELECT 'dropped as well'"));
            client.send(sync());
            assertThat(outcomes(client.readUntil('Z'))).containsExactly("ready");
            assertThat(other.value("SELECT 'served'")).isEqualTo("served");
            client.send(bind("", "dropped"), execute("", 0), sync());
            assertThat(outcomes(client.readUntil('Z'))).containsExactly("26000", "ready");
            client.send(parse("dropped", "SELECT 'now'"), bind("", "dropped"), execute("", 0), sync());
            assertThat(outcomes(client.readUntil('Z'))).containsExactly("now", "ready");
        }
    }

    @Test
    void secondParseUnderANameThatIsTakenFails() throws IOException {
        try (PreparingClient client = new PreparingClient(weir)) {
            client.prepare("test", "SELECT 1");
            WireMessage error = client.error(parse("test", "SELECT 2"), sync());
            assertThat(error.sqlState()).isEqualTo("42P05");
            assertThat(error.message()).isEqualTo("prepared statement \"test\" already exists");
            assertThat(client.value("test")).isEqualTo("1");
        }
    }

    /** The server is asked nothing in between: what a pipeline saves is the ways there and back. */
    @Test
    void pipelineGoesToTheServerAsOne() throws IOException {
        try (WireClient client = weir.login()) {
            client.query("SELECT 'warm'");
            network.toServer().hold();
            List<byte[]> pipeline = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                pipeline.add(parse("p" + i, "SELECT " + i));
                pipeline.add(bind("", "p" + i));
                pipeline.add(execute("", 0));
                pipeline.add(sync());
            }
            long before = network.toServer().bytes();
            int length = pipeline.stream().mapToInt(piece -> piece.length).sum();
            client.send(pipeline.toArray(byte[][]::new));
            network.toClient().hold();
            network.toServer().heal();
            // All of it is there before the first answer has got through. Names and texts are not shorter.
            await().atMost(FromIni.PATIENCE).until(() -> network.toServer().bytes() - before >= length);
            network.toClient().heal();
            for (int i = 0; i < 20; i++) {
                assertThat(outcomes(client.readUntil('Z'))).containsExactly("" + i, "ready");
            }
        }
    }

    // ---- COPY ----

    static Stream<Scenario> copies() {
        return Stream.of(
                new Scenario("in", 1, bind("", "in"), execute("", 0), copyData("1\n"), copyDone(), sync()),
                new Scenario("in, bad row", 1, bind("", "in"), execute("", 0), copyData("x\n"), copyDone(), sync()),
                new Scenario(
                        "in, early error",
                        2,
                        bind("", "gone"),
                        execute("", 0),
                        sync(),
                        copyData("1\n"),
                        copyDone(),
                        sync()),
                new Scenario("out", 1, bind("", "out"), execute("", 0), sync()));
    }

    @ParameterizedTest
    @MethodSource("copies")
    void copyByANamedStatementIsAnsweredAsPostgresDoesAndFreesTheServer(Scenario copy) throws IOException {
        List<WireMessage> expected;
        try (WireClient straight = postgres.login()) {
            expected = copied(straight, copy);
        }
        try (WireClient client = weir.login();
                WireClient next = weir.login()) {
            assertThat(copied(client, copy)).isEqualTo(expected);
            assertThat(next.value("SELECT 'free'")).isEqualTo("free");
            assertThat(client.value("SELECT 'still here'")).isEqualTo("still here");
        }
    }

    private static List<WireMessage> copied(WireClient client, Scenario copy) throws IOException {
        client.query("CREATE TABLE IF NOT EXISTS short_lived (n int)");
        client.send(
                parse("in", "COPY filled FROM STDIN"),
                parse("gone", "COPY short_lived FROM STDIN"),
                parse("out", "COPY (SELECT generate_series(1, 3)) TO STDOUT"),
                sync());
        client.readUntil('Z');
        client.query("DROP TABLE short_lived");
        return copy.run(client);
    }
}

package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.testing.WireBytes.query;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** psql, with a password and one server connection, in session and in transaction mode. */
@ExtendWith(RealPostgres.class)
final class PsqlIT {

    private static final Map<String, Fronted> WEIRS = new HashMap<>();

    private static @Nullable ClientProgram psql;

    @BeforeAll
    static void start(TestDatabase database) {
        database.execute("CREATE TABLE item (id int PRIMARY KEY, name text)");
        psql = ClientProgram.psql().orElse(null);
        if (psql != null) {
            BothModes.MODES.forEach(mode -> WEIRS.put(
                    mode,
                    Fronted.start(
                            database,
                            "pool_mode = \"" + mode + "\"",
                            "auth_type = \"scram-sha-256\"",
                            "admin_users = [\"" + database.user() + "\"]")));
        }
    }

    @AfterAll
    static void stop() {
        WEIRS.values().forEach(Fronted::close);
        WEIRS.clear();
    }

    static Stream<String> modes() {
        return BothModes.MODES.stream().filter(WEIRS::containsKey);
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("modes")
    void runsSeveralStatementsOfOneQuery(String mode) {
        assertThat(run(mode, "SELECT 1\\; SELECT 'two'\\; SELECT NULL;\nSELECT 4;"))
                .isEqualTo("1\ntwo\n\n4\n");
        assertThat(run(mode, "SELECT 1\\; SELECT 1/0\\; SELECT 3;\nSELECT 'on';"))
                .contains("ERROR:  division by zero")
                .doesNotContain("3\n")
                .endsWith("on\n");
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("modes")
    void runsTransactionsAndGoesOnAfterAnErrorInOne(String mode) {
        assertThat(run(mode, """
                TRUNCATE item;
                BEGIN;
                INSERT INTO item VALUES (1, 'one');
                COMMIT;
                BEGIN;
                INSERT INTO item VALUES (2, 'two');
                SELECT 1/0;
                SELECT 'unreachable';
                ROLLBACK;
                BEGIN;
                INSERT INTO item VALUES (3, 'three');
                SAVEPOINT here;
                INSERT INTO item VALUES (3, 'again');
                ROLLBACK TO here;
                COMMIT;
                SELECT string_agg(name, ',' ORDER BY id) FROM item;
                """))
                .contains("ERROR:  division by zero")
                .contains("ERROR:  current transaction is aborted")
                .contains("ERROR:  duplicate key value")
                .doesNotContain("unreachable")
                .endsWith("one,three\n");
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("modes")
    void copiesOutWhatItCopiedIn(String mode, @TempDir Path directory) throws IOException {
        Path in = directory.resolve("in");
        Path out = directory.resolve("out");
        String rows = IntStream.range(0, 20_000)
                .mapToObj(i -> i + "\t" + (i % 7 == 0 ? "\\N" : "Zeile\\t" + i + " größer \\\\ als"))
                .collect(Collectors.joining("\n", "", "\n"));
        Files.writeString(in, rows);

        assertThat(run(mode, """
                TRUNCATE item;
                \\copy item FROM '%s'
                \\copy (SELECT * FROM item ORDER BY id) TO '%s'
                SELECT count(*) FROM item;
                """.formatted(in, out))).endsWith("20000\n");
        assertThat(out).hasSameTextualContentAs(in);
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("modes")
    void copyThatFailsLeavesNothingBehind(String mode) {
        assertThat(run(mode, """
                TRUNCATE item;
                \\copy item FROM stdin
                1\tone
                not a number\ttwo
                3\tthree
                \\.
                \\copy no_such_table FROM stdin
                \\copy (SELECT 1/(3 - n) FROM generate_series(1, 5) n) TO stdout
                SELECT count(*), 'rows' FROM item;
                """))
                .contains("ERROR:  invalid input syntax for type integer: \"not a number\"")
                .contains("ERROR:  relation \"no_such_table\" does not exist")
                .contains("ERROR:  division by zero")
                .endsWith("0|rows\n");
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("modes")
    void interruptCancelsItsOwnQueryAndNotThatOfTheNextClient(String mode, TestDatabase database) throws IOException {
        Process sleeping = psql().start(weir(mode).environment(), "", "-X", "-c", "SELECT pg_sleep(600)");
        try (WireClient next = weir(mode).login()) {
            String sleeper = "SELECT coalesce(max(pid), 0) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
                    + " AND datname = current_database()";
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> !"0".equals(database.value(sleeper)));
            String pid = database.value(sleeper);
            next.send(query("SELECT pg_backend_pid(), 'undisturbed', pg_sleep(0.1)"));

            ClientProgram.interrupt(sleeping);

            ClientProgram.Run run = ClientProgram.finish(sleeping);
            assertThat(run.output()).contains("ERROR:  canceling statement due to user request");
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(next.readUntil('Z').get(1).values()).containsExactly(pid, "undisturbed", "");
        } finally {
            sleeping.destroyForcibly();
        }
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("modes")
    void consoleAnswers(String mode, TestDatabase database) throws IOException {
        Map<String, String> console = new HashMap<>(weir(mode).environment());
        console.put("PGDATABASE", "pgbouncer");
        try (WireClient client = weir(mode).login()) {
            client.query("BEGIN");
            List<String> pools = show(console, "POOLS").lines().toList();
            assertThat(pools.get(0))
                    .startsWith("database|user|cl_active|cl_waiting|")
                    .contains("|sv_idle|");
            assertThat(pools)
                    .anySatisfy(line -> assertThat(line)
                            .startsWith(Fronted.NAME + "|" + database.user() + "|1|0|")
                            .contains("|" + mode + "|"));
            client.query("ROLLBACK");
        }
        assertThat(show(console, "CLIENTS")).startsWith("type|user|database|").contains("|pgbouncer|");
        assertThat(show(console, "DATABASES")).contains("\n" + Fronted.NAME + "|" + database.host() + "|");
        assertThat(show(console, "CONFIG")).contains("\ndefault_pool_size|1|20|yes\n");
        assertThat(show(console, "HELP")).contains("Console usage");
        for (String what : List.of("SERVERS", "STATS", "LISTS", "VERSION")) {
            assertThat(show(console, what)).doesNotContain("ERROR");
        }
        ClientProgram.Run unknown = psql().run(console, "", "-X", "-c", "SHOW nonsense");
        assertThat(unknown.output()).contains("ERROR");
        assertThat(unknown.exitCode()).isEqualTo(1);
    }

    private static String show(Map<String, String> console, String what) {
        ClientProgram.Run run = psql().run(console, "", "-X", "-A", "-P", "footer=off", "-c", "SHOW " + what);
        assertThat(run.exitCode()).as(run.output()).isZero();
        return run.output();
    }

    /** What a script writes, errors among it; only losing the connection ends it. */
    private static String run(String mode, String script) {
        ClientProgram.Run run = psql().run(weir(mode).environment(), script, "-X", "-q", "-A", "-t");
        assertThat(run.exitCode()).as(run.output()).isZero();
        return run.output();
    }

    private static ClientProgram psql() {
        return Objects.requireNonNull(psql);
    }

    private static Fronted weir(String mode) {
        return Objects.requireNonNull(WEIRS.get(mode));
    }
}

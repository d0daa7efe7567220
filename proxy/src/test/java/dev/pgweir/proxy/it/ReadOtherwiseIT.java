package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.testing.WireBytes.bind;
import static dev.pgweir.proxy.testing.WireBytes.describe;
import static dev.pgweir.proxy.testing.WireBytes.execute;
import static dev.pgweir.proxy.testing.WireBytes.parse;
import static dev.pgweir.proxy.testing.WireBytes.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * In a transaction a text may mean something else than outside of it: behind SET LOCAL, a SET that is rolled back, or a table
 * that is not committed. What is prepared there reaches nobody else, on the one server that all share.
 */
@ExtendWith(RealPostgres.class)
final class ReadOtherwiseIT {

    private static final String SQL = "SELECT n FROM thing WHERE n = $1";

    private static Fronted weir;

    @BeforeAll
    static void start(TestDatabase database) {
        database.execute(
                "CREATE TABLE public.thing AS SELECT 1 AS n",
                "CREATE SCHEMA other",
                "CREATE TABLE other.thing AS SELECT 'one'::text AS n");
        weir = Fronted.start(database);
    }

    @AfterAll
    static void stop() {
        weir.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SET LOCAL search_path = other",
                "SET LOCAL SCHEMA 'other'",
                "SET search_path = other",
                "SELECT set_config('search_path', 'other', true)",
                "SELECT set_config('search_path', 'other', false)",
                "SELECT set_config('search_' || 'path', 'other', true)",
                "CREATE TEMP TABLE thing ON COMMIT DROP AS SELECT 'one'::text AS n",
                "ALTER TABLE thing ALTER n TYPE text USING 'one'",
            })
    void statementOfATransactionReachesNobodyElse(String change) throws IOException {
        for (boolean extended : new boolean[] {false, true}) {
            try (PreparingClient client = new PreparingClient(weir);
                    PreparingClient other = new PreparingClient(weir)) {
                client.run("BEGIN");
                if (extended) {
                    client.request(parse("", change), bind("", ""), execute("", 0), sync());
                } else {
                    client.run(change);
                }
                client.prepare("p", SQL);
                assertThat(client.value("p", "one")).isEqualTo("one");
                client.run("PREPARE q AS SELECT n FROM thing WHERE n = $1");
                assertThat(client.ask("EXECUTE q('one')")).isEqualTo("one");
                client.run("ROLLBACK");

                other.prepare("p", SQL);
                assertThat(other.value("p", "1")).isEqualTo("1");
                assertThat(types(other, "p")).containsExactly(23);
                other.run("PREPARE q AS SELECT n FROM thing WHERE n = $1");
                assertThat(other.ask("EXECUTE q(1)")).isEqualTo("1");
            }
        }
    }

    @Test
    void statementOfOthersIsNotPreparedAnewByWhatATransactionReads() throws IOException {
        try (PreparingClient client = new PreparingClient(weir);
                PreparingClient other = new PreparingClient(weir)) {
            String sql = "SELECT n FROM thing";
            client.run("PREPARE q AS " + sql);
            other.run("PREPARE q AS " + sql);
            client.prepare("p", sql);
            other.prepare("p", sql);
            // The server forgets them all, of which PgWeir knows, and the client its own.
            assertThat(client.run("DEALLOCATE ALL; SELECT 1")).hasSize(2);
            client.run("BEGIN; SET LOCAL search_path = other; PREPARE q AS " + sql);
            client.prepare("p", sql);
            assertThat(client.ask("EXECUTE q")).isEqualTo("one");
            assertThat(client.value("p")).isEqualTo("one");
            client.run("COMMIT");

            assertThat(other.ask("EXECUTE q")).isEqualTo("1");
            assertThat(other.value("p")).isEqualTo("1");
        }
    }

    @Test
    void statementThatIsKeptForLaterTransactionsIsReadByEachOfThem() throws IOException {
        try (PreparingClient client = new PreparingClient(weir);
                PreparingClient other = new PreparingClient(weir)) {
            for (int i = 0; i < 3; i++) {
                client.run("BEGIN");
                client.run("SET LOCAL search_path = other");
                if (i == 0) {
                    client.prepare("p", "SELECT n FROM thing");
                }
                assertThat(client.value("p")).isEqualTo("one");
                client.run("COMMIT");
                other.prepare("p" + i, "SELECT n FROM thing");
                assertThat(other.value("p" + i)).isEqualTo("1");
                // So that it has to be prepared once more.
                other.run("DEALLOCATE ALL; SELECT 1");
            }
        }
    }

    @Test
    void settingThatATextIsNotReadByLeavesItShared() throws IOException {
        try (PreparingClient client = new PreparingClient(weir);
                PreparingClient other = new PreparingClient(weir)) {
            client.prepare("p", "SELECT 'shared'");
            other.run("BEGIN; SET LOCAL statement_timeout = '50s'");
            other.prepare("p", "SELECT 'shared'");
            assertThat(other.value("p")).isEqualTo("shared");
            assertThat(other.ask("SELECT count(*) FROM pg_prepared_statements WHERE statement = 'SELECT ''shared'''"))
                    .isEqualTo("1");
            other.run("COMMIT");
        }
    }

    /** Of a statement's parameters. */
    private static List<Integer> types(PreparingClient client, String name) throws IOException {
        return client.request(describe('S', name), sync()).stream()
                .filter(answer -> answer.type() == 't')
                .map(answer -> answer.int32(2))
                .toList();
    }
}

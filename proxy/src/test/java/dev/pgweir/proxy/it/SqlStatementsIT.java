package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.testing.WireBytes.bind;
import static dev.pgweir.proxy.testing.WireBytes.execute;
import static dev.pgweir.proxy.testing.WireBytes.parse;
import static dev.pgweir.proxy.testing.WireBytes.query;
import static dev.pgweir.proxy.testing.WireBytes.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** PREPARE, EXECUTE and DEALLOCATE on one server that all clients share, and what goes behind PgWeir's back. */
@ExtendWith(RealPostgres.class)
final class SqlStatementsIT {

    private static final String ON_SERVER = "SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'PGWEIR\\_%'";

    private static Fronted weir;

    @BeforeAll
    static void start(TestDatabase database) {
        database.execute("CREATE TABLE entry (n int)", """
                CREATE FUNCTION forget() RETURNS text LANGUAGE plpgsql AS $$
                BEGIN
                    EXECUTE 'DEALLOCATE ALL';
                    RETURN 'forgotten';
                END $$""");
        weir = Fronted.start(database);
    }

    @AfterAll
    static void stop() {
        weir.close();
    }

    // ---- DEALLOCATE in transactions ----

    @ParameterizedTest
    @ValueSource(strings = {"DEALLOCATE s", "DEALLOCATE PREPARE S", "deallocate\"s\"", "DEALLOCATE ALL"})
    void transactionWithADeallocateIsCommitted(String deallocate, TestDatabase database) throws IOException {
        String tag = deallocate.endsWith("ALL") ? "DEALLOCATE ALL" : "DEALLOCATE";
        for (boolean extended : new boolean[] {false, true}) {
            for (boolean bySql : new boolean[] {false, true}) {
                database.execute("TRUNCATE entry");
                try (PreparingClient client = new PreparingClient(weir);
                        PreparingClient other = new PreparingClient(weir)) {
                    client.run("BEGIN");
                    if (bySql) {
                        client.run("PREPARE s AS INSERT INTO entry VALUES (1)");
                        client.run("EXECUTE s");
                    } else {
                        client.prepare("s", "INSERT INTO entry VALUES (1)");
                        client.request(bind("", "s"), execute("", 0), sync());
                    }
                    assertThat(extended ? extended(client, deallocate) : client.run(deallocate))
                            .containsExactly(tag);
                    assertThat(client.run("COMMIT")).containsExactly("COMMIT");
                    assertThat(other.ask("SELECT count(*) FROM entry")).isEqualTo("1");
                    assertThat(client.error("s").sqlState()).isEqualTo("26000");
                    client.prepare("s", "SELECT 'another'");
                    assertThat(client.value("s")).isEqualTo("another");
                }
            }
        }
    }

    @Test
    void transactionIsCommittedWhoseStatementAnotherServerKnows(TestDatabase database) throws IOException {
        database.execute("TRUNCATE entry");
        try (Fronted two = Fronted.start(database, "default_pool_size = 2");
                PreparingClient holder = new PreparingClient(two);
                PreparingClient client = new PreparingClient(two)) {
            client.prepare("s", "SELECT 's'");
            String first = client.ask("SELECT pg_backend_pid()");
            holder.run("BEGIN");
            assertThat(holder.ask("SELECT pg_backend_pid()")).isEqualTo(first);
            client.run("BEGIN");
            assertThat(client.ask("SELECT pg_backend_pid()")).isNotEqualTo(first);
            client.run("INSERT INTO entry VALUES (1)");
            assertThat(client.run("DEALLOCATE s")).containsExactly("DEALLOCATE");
            assertThat(client.run("COMMIT")).containsExactly("COMMIT");
            assertThat(holder.ask("SELECT count(*) FROM entry")).isEqualTo("1");
            holder.run("COMMIT");
        }
    }

    @Test
    void deallocateOfAnUnknownNameFailsTheTransactionAsItDoesInPostgres() throws IOException {
        try (PreparingClient client = new PreparingClient(weir)) {
            client.run("BEGIN");
            WireMessage error = client.error(query("DEALLOCATE unknown"));
            assertThat(error.sqlState()).isEqualTo("26000");
            assertThat(error.message()).isEqualTo("prepared statement \"unknown\" does not exist");
            assertThat(client.run("COMMIT")).containsExactly("ROLLBACK");
        }
    }

    @Test
    void deallocateAndItsLikeOfOneClientLeaveTheStatementsOfAnother() throws IOException {
        try (PreparingClient client = new PreparingClient(weir);
                PreparingClient other = new PreparingClient(weir)) {
            for (String command : List.of("DEALLOCATE s", "DEALLOCATE ALL", "DISCARD ALL")) {
                client.prepare("s", "SELECT 'same'");
                other.request(parse("s", "SELECT 'same'"), sync());
                assertThat(client.run(command)).hasSize(1);
                assertThat(client.error("s").sqlState()).isEqualTo("26000");
                assertThat(other.value("s")).isEqualTo("same");
                assertThat(other.ask("EXECUTE s")).isEqualTo("same");
            }
        }
    }

    private static List<String> extended(PreparingClient client, String sql) throws IOException {
        return client.request(parse("", sql), bind("", ""), execute("", 0), sync()).stream()
                .filter(answer -> answer.type() == 'C')
                .map(answer -> answer.texts(0).get(0))
                .toList();
    }

    // ---- what only looks so ----

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-- DEALLOCATE ALL\nSELECT 1",
                "SELECT 1 -- ; DEALLOCATE ALL",
                "/* DEALLOCATE ALL; /* DISCARD ALL; */ DEALLOCATE s; */ SELECT 1",
                "SELECT 1, '; DEALLOCATE ALL; '",
                "SELECT 1, E'\\'; DEALLOCATE ALL; '",
                "SELECT 1, $$; DEALLOCATE ALL; $$",
                "SELECT 1, $a$; DEALLOCATE ALL; $b$ DISCARD ALL $a$",
                "SELECT 1 AS \"x; DEALLOCATE ALL; \"",
                "SELECT 1, 'set_config', 'DISCARD ALL'",
                "CREATE OR REPLACE FUNCTION unused() RETURNS int LANGUAGE plpgsql AS $$"
                        + " BEGIN DEALLOCATE ALL; EXECUTE 'DISCARD ALL'; RETURN 1; END $$",
            })
    void textThatOnlyLooksLikeACommandIsLeftAlone(String sql, TestDatabase database) throws IOException {
        try (PreparingClient client = new PreparingClient(weir);
                PreparingClient straight = new PreparingClient(database.login())) {
            client.prepare("s", "SELECT 'kept'");
            String there = client.ask(ON_SERVER);
            assertThat(client.request(query(sql))).isEqualTo(straight.request(query(sql)));
            byte[][] group = {parse("", sql), bind("", ""), execute("", 0), sync()};
            assertThat(client.request(group)).isEqualTo(straight.request(group));
            // Neither the client's name nor what the server has is gone.
            assertThat(client.ask(ON_SERVER)).isEqualTo(there);
            assertThat(client.value("s")).isEqualTo("kept");
        }
    }

    // ---- behind PgWeir's back ----

    @ParameterizedTest
    @ValueSource(strings = {"DO $$ BEGIN EXECUTE 'DEALLOCATE ALL'; END $$", "SELECT forget()"})
    void statementThatTheServerHasLostIsPreparedAgain(String forget) throws IOException {
        try (PreparingClient client = new PreparingClient(weir);
                PreparingClient other = new PreparingClient(weir)) {
            client.prepare("s", "SELECT 's' || $1").prepare("t", "SELECT 't'");
            other.prepare("s", "SELECT 'of the other'");
            assertThat(client.value("s", "1")).isEqualTo("s1");

            other.run(forget);
            assertThat(client.ask(ON_SERVER)).isEqualTo("0");

            assertThat(client.value("s", "2")).isEqualTo("s2");
            List<WireMessage> pipeline =
                    client.request(bind("", "s", "3"), execute("", 0), bind("", "s", "4"), execute("", 0), sync());
            assertThat(pipeline).extracting(WireMessage::type).containsExactly('2', 'D', 'C', '2', 'D', 'C', 'Z');
            assertThat(client.described("t").get(2).values()).containsExactly("t");
            assertThat(other.value("s")).isEqualTo("of the other");
        }
    }

    @Test
    void lostStatementFailsATransactionUnderTheClientsNameAndWorksInTheNext() throws IOException {
        try (PreparingClient client = new PreparingClient(weir)) {
            client.prepare("my statement", "SELECT 's'");
            client.run("BEGIN");
            client.run("SELECT forget()");
            WireMessage error = client.error("my statement");
            assertThat(error.sqlState()).isEqualTo("26000");
            assertThat(error.message()).isEqualTo("prepared statement \"my statement\" does not exist");
            assertThat(client.run("COMMIT")).containsExactly("ROLLBACK");
            client.run("BEGIN");
            assertThat(client.value("my statement")).isEqualTo("s");
            assertThat(client.run("COMMIT")).containsExactly("COMMIT");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void executeOfALostStatementIsPreparedAgain(boolean bySql) throws IOException {
        try (PreparingClient client = new PreparingClient(weir);
                PreparingClient other = new PreparingClient(weir)) {
            if (bySql) {
                client.run("PREPARE s AS SELECT 's' || $1");
            } else {
                client.prepare("s", "SELECT 's' || $1");
            }
            for (int i = 0; i < 3; i++) {
                assertThat(client.ask("EXECUTE s(" + i + ")")).isEqualTo("s" + i);
                other.run("SELECT forget()");
                assertThat(client.request(query("EXECUTE s(7)")))
                        .extracting(WireMessage::type)
                        .containsExactly('T', 'D', 'C', 'Z');
            }
            client.run("BEGIN");
            client.run("SELECT forget()");
            assertThat(client.error(query("EXECUTE s(1)")).message())
                    .isEqualTo("prepared statement \"s\" does not exist");
            assertThat(client.run("ROLLBACK")).containsExactly("ROLLBACK");
            assertThat(client.ask("EXECUTE s(1)")).isEqualTo("s1");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void executeOfAStatementWhoseTableWasAlteredHasTheNewColumns(boolean bySql, TestDatabase database)
            throws IOException {
        database.execute("DROP TABLE IF EXISTS altered", "CREATE TABLE altered AS SELECT 1 AS a");
        try (PreparingClient client = new PreparingClient(weir)) {
            if (bySql) {
                client.run("PREPARE s AS SELECT * FROM altered");
            } else {
                client.prepare("s", "SELECT * FROM altered");
            }
            assertThat(client.wire().rows("EXECUTE s")).containsExactly(List.of("1"));
            database.execute("ALTER TABLE altered ADD b int DEFAULT 2");
            assertThat(client.wire().rows("EXECUTE s")).containsExactly(List.of("1", "2"));
            client.wire().send(query("EXECUTE s"), query("SELECT 'next'"));
            assertThat(client.wire().readUntil('Z')).hasSize(4);
            assertThat(client.wire().readUntil('Z')).hasSize(4);
            database.execute("DROP TABLE altered");
            assertThat(client.error(query("EXECUTE s")).sqlState()).isEqualTo("42P01");
            assertThat(client.ask("SELECT 'next'")).isEqualTo("next");
        }
    }

    @Test
    void executeThatOthersFollowInTheSameFlightFailsAtMostOnce(TestDatabase database) throws IOException {
        database.execute("DROP TABLE IF EXISTS altered", "CREATE TABLE altered AS SELECT 1 AS a");
        try (PreparingClient client = new PreparingClient(weir)) {
            client.run("PREPARE s AS SELECT * FROM altered");
            client.run("EXECUTE s");
            database.execute("ALTER TABLE altered ADD b int DEFAULT 2");
            client.wire().send(query("EXECUTE s"), query("SELECT 'next'"), query("EXECUTE s"));
            client.wire().readUntil('Z');
            assertThat(client.wire().readUntil('Z').get(1).values()).containsExactly("next");
            client.wire().readUntil('Z');
            assertThat(client.wire().rows("EXECUTE s")).containsExactly(List.of("1", "2"));
        }
    }
}

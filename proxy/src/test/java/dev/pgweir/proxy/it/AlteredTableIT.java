package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.testing.WireBytes.bind;
import static dev.pgweir.proxy.testing.WireBytes.describe;
import static dev.pgweir.proxy.testing.WireBytes.execute;
import static dev.pgweir.proxy.testing.WireBytes.parse;
import static dev.pgweir.proxy.testing.WireBytes.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Statements that are prepared while the columns of their result change. */
@ExtendWith(RealPostgres.class)
final class AlteredTableIT {

    private static final int CLIENTS = 20;
    private static final int CHANGES = 10;

    /** Between two changes; each client has two of them on average. */
    private static final int EXECUTIONS = 2 * CLIENTS;

    private static final int PATIENCE_SECONDS = 60;

    private static Fronted weir;
    private static Fronted oneServer;

    @BeforeAll
    static void start(TestDatabase database) {
        weir = Fronted.start(database, "default_pool_size = 4", "query_wait_notify = 0");
        oneServer = Fronted.start(database);
    }

    @AfterAll
    static void stop() {
        weir.close();
        oneServer.close();
    }

    @BeforeEach
    void createTable(TestDatabase database) {
        database.execute("DROP TABLE IF EXISTS item", "CREATE TABLE item AS SELECT 7 AS id");
    }

    @Test
    void noClientSeesThatColumnsAreAddedUnderLoad(TestDatabase database) throws Exception {
        Semaphore executions = new Semaphore(0);
        AtomicBoolean changed = new AtomicBoolean();
        List<Callable<Void>> parts = new ArrayList<>();
        for (int i = 0; i < CLIENTS / 2; i++) {
            parts.add(() -> {
                selectByPgjdbc(database, executions, changed);
                return null;
            });
            parts.add(() -> {
                selectByHand(executions, changed);
                return null;
            });
        }
        parts.add(() -> {
            try (Connection owner = database.connect();
                    Statement statement = owner.createStatement()) {
                for (int i = 0; i < CHANGES; i++) {
                    assertThat(executions.tryAcquire(EXECUTIONS, PATIENCE_SECONDS, TimeUnit.SECONDS))
                            .isTrue();
                    statement.execute("ALTER TABLE item ADD COLUMN c" + i + " int DEFAULT " + i);
                }
            } finally {
                changed.set(true);
            }
            return null;
        });
        Together.run(parts);
    }

    private static void selectByPgjdbc(TestDatabase database, Semaphore executions, AtomicBoolean changed)
            throws SQLException {
        String url = "jdbc:postgresql://127.0.0.1:" + weir.port() + "/" + Fronted.NAME + "?prepareThreshold=1";
        try (Connection connection = DriverManager.getConnection(url, database.user(), database.password());
                PreparedStatement select = connection.prepareStatement("SELECT * FROM item WHERE id = ?")) {
            boolean last;
            do {
                last = changed.get();
                select.setInt(1, 7);
                try (ResultSet row = select.executeQuery()) {
                    assertThat(row.next()).isTrue();
                    assertThat(row.getInt("id")).isEqualTo(7);
                    int columns = row.getMetaData().getColumnCount();
                    assertThat(columns).isBetween(last ? 1 + CHANGES : 1, 1 + CHANGES);
                    for (int i = 0; i < columns - 1; i++) {
                        assertThat(row.getInt("c" + i)).isEqualTo(i);
                    }
                }
                executions.release();
            } while (!last);
        }
    }

    private static void selectByHand(Semaphore executions, AtomicBoolean changed) throws IOException {
        try (PreparingClient client = new PreparingClient(weir)) {
            client.prepare("all", "SELECT * FROM item WHERE id = $1");
            boolean last;
            do {
                last = changed.get();
                int columns = columns(client.described("all", "7"));
                assertThat(columns).isBetween(last ? 1 + CHANGES : 1, 1 + CHANGES);
                executions.release();
            } while (!last);
        }
    }

    /** How many columns the row has that was described. */
    private static int columns(List<WireMessage> answers) {
        assertThat(answers).extracting(WireMessage::type).as("%s", answers).containsExactly('2', 'T', 'D', 'C', 'Z');
        assertThat(answers.get(2).values())
                .startsWith("7")
                .hasSameSizeAs(answers.get(1).columns());
        return answers.get(1).columns().size();
    }

    @Test
    void clientThatReliesOnAnOldDescriptionGetsTheErrorOnce(TestDatabase database) throws IOException {
        try (PreparingClient client = new PreparingClient(oneServer)) {
            client.prepare("all", "SELECT * FROM item");
            assertThat(client.value("all")).isEqualTo("7");
            database.execute("ALTER TABLE item ADD COLUMN more int DEFAULT 8");
            isAboutThePlan(client.error("all"));
            List<WireMessage> answers = client.request(bind("", "all"), execute("", 0), sync());
            assertThat(answers.get(1).values()).containsExactly("7", "8");
        }
    }

    @Test
    void describedStatementHasTheNewColumnsForEachClient(TestDatabase database) throws IOException {
        try (PreparingClient one = new PreparingClient(oneServer);
                PreparingClient two = new PreparingClient(oneServer)) {
            one.prepare("one", "SELECT * FROM item");
            two.prepare("two", "SELECT * FROM item");
            assertThat(columns(one.described("one"))).isOne();
            database.execute("ALTER TABLE item ADD COLUMN more int DEFAULT 8");
            assertThat(columns(one.described("one"))).isEqualTo(2);
            assertThat(columns(two.described("two"))).isEqualTo(2);
            two.prepare("new", "SELECT * FROM item");
            database.execute("ALTER TABLE item DROP COLUMN more");
            assertThat(columns(two.described("new"))).isOne();
            assertThat(columns(two.described("two"))).isOne();
            assertThat(columns(one.described("one"))).isOne();
        }
    }

    @Test
    void pipelineBehindAStatementThatIsPreparedAgainIsAnsweredInOrder(TestDatabase database) throws IOException {
        try (PreparingClient client = new PreparingClient(oneServer)) {
            client.prepare("all", "SELECT * FROM item").prepare("one", "SELECT 1");
            assertThat(columns(client.described("all"))).isOne();
            database.execute("ALTER TABLE item ADD COLUMN more int DEFAULT 8");
            List<WireMessage> answers = client.request(
                    bind("", "all"),
                    describe('P', ""),
                    execute("", 0),
                    bind("", "one"),
                    execute("", 0),
                    parse("two", "SELECT 2"),
                    bind("", "two"),
                    execute("", 0),
                    sync());
            assertThat(answers)
                    .extracting(WireMessage::type)
                    .as("%s", answers)
                    .containsExactly('2', 'T', 'D', 'C', '2', 'D', 'C', '1', '2', 'D', 'C', 'Z');
            assertThat(answers.get(2).values()).containsExactly("7", "8");
            assertThat(answers.get(5).values()).containsExactly("1");
            assertThat(answers.get(9).values()).containsExactly("2");
        }
    }

    @Test
    void behindWorkThatIsDoneTheErrorIsPassedOn(TestDatabase database) throws IOException {
        database.execute("DROP SEQUENCE IF EXISTS work", "CREATE SEQUENCE work");
        try (PreparingClient client = new PreparingClient(oneServer)) {
            client.prepare("all", "SELECT * FROM item").prepare("work", "SELECT nextval('work')");
            assertThat(columns(client.described("all"))).isOne();
            database.execute("ALTER TABLE item ADD COLUMN more int DEFAULT 8");
            isAboutThePlan(client.error(
                    bind("", "work"), execute("", 0), bind("", "all"), describe('P', ""), execute("", 0), sync()));
            // It was done once only.
            assertThat(client.value("work")).isEqualTo("2");
            assertThat(columns(client.described("all"))).isEqualTo(2);
        }
    }

    @Test
    void insideATransactionTheErrorIsPassedOnAndTheStatementForgotten(TestDatabase database) throws IOException {
        try (PreparingClient client = new PreparingClient(oneServer)) {
            client.prepare("all", "SELECT * FROM item");
            assertThat(columns(client.described("all"))).isOne();
            database.execute("ALTER TABLE item ADD COLUMN more int DEFAULT 8");
            client.run("BEGIN");
            List<WireMessage> answers = client.described("all");
            assertThat(answers).extracting(WireMessage::type).containsExactly('E', 'Z');
            isAboutThePlan(answers.get(0));
            assertThat(answers.get(1)).hasToString("Z E");
            assertThat(client.run("COMMIT")).containsExactly("ROLLBACK");
            client.run("BEGIN");
            assertThat(columns(client.described("all"))).isEqualTo(2);
            assertThat(client.run("COMMIT")).containsExactly("COMMIT");
        }
    }

    private static void isAboutThePlan(WireMessage error) {
        assertThat(error.sqlState()).isEqualTo("0A000");
        assertThat(error.message()).isEqualTo("cached plan must not change result type");
    }
}

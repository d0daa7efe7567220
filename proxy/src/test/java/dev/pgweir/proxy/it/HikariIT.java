package dev.pgweir.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import java.io.StringReader;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/**
 * pgjdbc behind HikariCP, eight connections on two of PostgreSQL's. In transaction mode without named statements
 * ({@code prepareThreshold=0}), which are not followed from server to server.
 */
@ExtendWith(RealPostgres.class)
final class HikariIT {

    @BeforeAll
    static void table(TestDatabase database) {
        database.execute("CREATE TABLE item (id int PRIMARY KEY, name text)");
    }

    private static Fronted weir(TestDatabase database, String mode, int size) {
        return Fronted.start(database, "pool_mode = \"" + mode + "\"", "default_pool_size = " + size);
    }

    private static HikariDataSource pool(Fronted weir, TestDatabase database, int size) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl("jdbc:postgresql://127.0.0.1:" + weir.port() + "/" + Fronted.NAME + "?prepareThreshold=0");
        config.setUsername(database.user());
        config.setPassword(database.password());
        config.setMaximumPoolSize(size);
        return new HikariDataSource(config);
    }

    @ParameterizedTest
    @ValueSource(strings = {"session", "transaction"})
    void queriesTransactionsAndErrors(String mode, TestDatabase database) throws SQLException {
        try (Fronted weir = weir(database, mode, 2);
                HikariDataSource pool = pool(weir, database, 2);
                Connection connection = pool.getConnection()) {
            execute(connection, "TRUNCATE item");
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO item VALUES (?, ?)")) {
                for (int i = 0; i < 50; i++) {
                    insert.setInt(1, i);
                    insert.setString(2, "name " + i);
                    insert.addBatch();
                }
                assertThat(insert.executeBatch()).hasSize(50);
            }
            connection.setAutoCommit(false);
            execute(connection, "DELETE FROM item");
            assertThatThrownBy(() -> execute(connection, "SELECT 1 / 0")).hasMessageContaining("division by zero");
            assertThatThrownBy(() -> execute(connection, "SELECT 1"))
                    .hasMessageContaining("current transaction is aborted");
            connection.rollback();
            assertThat(count(connection)).isEqualTo(50);
            execute(connection, "DELETE FROM item WHERE id >= 10");
            connection.commit();
            connection.setAutoCommit(true);
            assertThat(count(connection)).isEqualTo(10);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"session", "transaction"})
    void copiesInAndOut(String mode, TestDatabase database) throws Exception {
        try (Fronted weir = weir(database, mode, 2);
                HikariDataSource pool = pool(weir, database, 2);
                Connection connection = pool.getConnection()) {
            execute(connection, "TRUNCATE item");
            CopyManager copy = connection.unwrap(PGConnection.class).getCopyAPI();
            assertThat(copy.copyIn("COPY item FROM STDIN", new StringReader("1\tone\n2\ttwo\n")))
                    .isEqualTo(2);
            assertThatThrownBy(() -> copy.copyIn("COPY item FROM STDIN", new StringReader("x\tnone\n")))
                    .hasMessageContaining("invalid input syntax");
            StringWriter out = new StringWriter();
            copy.copyOut("COPY (SELECT * FROM item ORDER BY id) TO STDOUT", out);
            assertThat(out.toString()).isEqualTo("1\tone\n2\ttwo\n");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"session", "transaction"})
    void cancelsARunningStatement(String mode, TestDatabase database) throws Exception {
        ExecutorService other = Executors.newSingleThreadExecutor();
        try (Fronted weir = weir(database, mode, 2);
                HikariDataSource pool = pool(weir, database, 2);
                Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            Future<?> running = other.submit(() -> statement.execute("SELECT pg_sleep(600)"));
            Awaitility.await()
                    .atMost(30, TimeUnit.SECONDS)
                    .until(() -> "1"
                            .equals(database.value("SELECT count(*) FROM pg_stat_activity WHERE state = 'active'"
                                    + " AND datname = current_database() AND query LIKE 'SELECT pg_sleep(600)%'")));
            statement.cancel();
            assertThatThrownBy(() -> running.get(60, TimeUnit.SECONDS)).hasMessageContaining("canceling statement");
            assertThat(count(connection)).isNotNegative();
        } finally {
            other.shutdownNow();
        }
    }

    /** In session mode each connection needs a server of its own. */
    @ParameterizedTest
    @ValueSource(strings = {"session", "transaction"})
    void eightThreadsWorkAtOnce(String mode, TestDatabase database) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try (Fronted weir = weir(database, mode, mode.equals("session") ? 8 : 2);
                HikariDataSource pool = pool(weir, database, 8)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                int number = i;
                all.add(threads.submit(() -> {
                    for (int j = 0; j < 40; j++) {
                        try (Connection connection = pool.getConnection();
                                PreparedStatement select = connection.prepareStatement("SELECT ?::int + ?::int")) {
                            connection.setAutoCommit(j % 2 == 0);
                            select.setInt(1, number);
                            select.setInt(2, j);
                            try (ResultSet result = select.executeQuery()) {
                                assertThat(result.next()).isTrue();
                                assertThat(result.getInt(1)).isEqualTo(number + j);
                            }
                            if (j % 2 == 1) {
                                connection.commit();
                            }
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get(60, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static int count(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SELECT count(*) FROM item")) {
            assertThat(result.next()).isTrue();
            return result.getInt(1);
        }
    }
}

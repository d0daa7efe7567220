package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.it.Configured.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgweir.proxy.testing.PgWeirProcess;
import dev.pgweir.proxy.testing.PostgresInstance;
import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** SIGTERM where clients have a time to leave, and another PgWeir to go to. */
@ExtendWith(RealPostgres.class)
final class LeavingGracefullyIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int THREADS = 4;

    @Test
    void idleClientsAreSentAwayAndOthersFinishWhatTheyHaveBegun(TestDatabase database) throws IOException {
        try (Configured weir = Configured.start(
                        database, PgWeirProcess.builder(), "default_pool_size = 2", entry("app", database));
                WireClient idle = weir.login("app");
                WireClient busy = weir.login("app")) {
            assertThat(idle.value("SELECT 1")).isEqualTo("1");
            busy.query("BEGIN");
            weir.process().signal("TERM");

            WireMessage farewell = idle.read();
            assertThat(farewell.sqlState()).isEqualTo("57P01");
            assertThat(busy.value("SELECT 2")).isEqualTo("2");
            busy.query("COMMIT");
            assertThat(busy.read().sqlState()).isEqualTo("57P01");
            assertThat(weir.process().awaitExit()).isZero();
        }
    }

    @Test
    void whoDoesNotFinishInTimeIsDisconnected(TestDatabase database) throws IOException {
        try (Configured weir = Configured.start(
                        database, PgWeirProcess.builder(), "shutdown_timeout = 1", entry("app", database));
                WireClient busy = weir.login("app")) {
            busy.query("BEGIN");
            weir.process().signal("TERM");

            assertThat(busy.read().sqlState()).isEqualTo("57P01");
            weir.awaitLine("shutdown_timeout (1 s) is over, 1 clients are disconnected");
            assertThat(weir.process().awaitExit()).isZero();
        }
    }

    /** Two processes on one port, one restarted after the other, under clients that come and go. */
    @Test
    void aRollingRestartLosesNoTransaction(TestDatabase database) throws SQLException {
        database.execute("CREATE TABLE done (id int)");
        int port = PostgresInstance.freePort();
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger transactions = new AtomicInteger();
        List<CompletableFuture<Void>> threads = new ArrayList<>();
        ExecutorService pool = Executors.newFixedThreadPool(THREADS);
        try (Configured first = instance(1, port, database);
                Configured second = instance(2, port, database)) {
            for (int i = 0; i < THREADS; i++) {
                threads.add(CompletableFuture.runAsync(() -> comeAndGo(first, database, stop, transactions), pool));
            }
            progress(transactions, threads);
            first.process().signal("TERM");
            assertThat(first.process().awaitExit()).isZero();
            progress(transactions, threads);
            try (Configured third = instance(1, port, database)) {
                progress(transactions, threads);
                second.process().signal("TERM");
                assertThat(second.process().awaitExit()).isZero();
                progress(transactions, threads);
                stop.set(true);
                assertThat(CompletableFuture.allOf(threads.toArray(CompletableFuture[]::new)))
                        .succeedsWithin(PATIENCE);
                assertThat(third.process().isAlive()).isTrue();
            }
        } finally {
            stop.set(true);
            pool.shutdown();
        }
        assertThat(database.value("SELECT count(*) FROM done")).isEqualTo(String.valueOf(transactions.get()));
    }

    private static Configured instance(int id, int port, TestDatabase database) {
        Configured instance = Configured.start(
                database,
                PgWeirProcess.builder().port(port),
                "so_reuseport = true",
                "peer_id = " + id,
                entry("app", database));
        // It is the other one that may have answered on the port.
        instance.awaitLine("process up");
        return instance;
    }

    private static void progress(AtomicInteger transactions, List<CompletableFuture<Void>> threads) {
        int before = transactions.get();
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(threads).noneMatch(CompletableFuture::isCompletedExceptionally);
            assertThat(transactions.get()).isGreaterThan(before + 3 * THREADS);
        });
    }

    /** Only a connection that nobody has answered yet is tried again; whatever happens later is a loss. */
    private static void comeAndGo(
            Configured weir, TestDatabase database, AtomicBoolean stop, AtomicInteger transactions) {
        while (!stop.get()) {
            try (Connection connection = connect(weir, database);
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                statement.executeUpdate("INSERT INTO done VALUES (1)");
                try (ResultSet one = statement.executeQuery("SELECT 1")) {
                    one.next();
                }
                connection.commit();
                transactions.incrementAndGet();
            } catch (SQLException e) {
                throw new IllegalStateException("a transaction was lost", e);
            }
        }
    }

    private static Connection connect(Configured weir, TestDatabase database) throws SQLException {
        String url = weir.process().jdbcUrl("app") + "?connectTimeout=20";
        try {
            return DriverManager.getConnection(url, database.user(), database.password());
        } catch (SQLException e) {
            // The kernel resets what it has accepted for a listener in the moment in which that is closed.
            assertThat(e.getSQLState()).startsWith("08");
            return DriverManager.getConnection(url, database.user(), database.password());
        }
    }
}

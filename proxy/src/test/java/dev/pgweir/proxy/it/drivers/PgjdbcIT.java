package dev.pgweir.proxy.it.drivers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * pgjdbc, which names a statement S_1, S_2, … from its fifth execution on unless told otherwise, closes those that it has
 * too many of, and with autosave wraps each statement of a transaction in a savepoint.
 */
@ExtendWith(RealPostgres.class)
final class PgjdbcIT {

    private static final int CLIENTS = 8;

    /** More than it takes for all statements to get names as the driver comes, and for all to be dropped twice. */
    private static final int ROUNDS = 12;

    private static final int PATIENCE_SECONDS = 60;

    private static @Nullable TwoServers servers;

    @BeforeAll
    static void start(TestDatabase database) {
        servers = TwoServers.start(database);
    }

    @AfterAll
    static void stop() {
        if (servers != null) {
            servers.close();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "prepareThreshold=0",
                "prepareThreshold=1",
                "prepareThreshold=5",
                "prepareThreshold=-1",
                "preferQueryMode=extendedCacheEverything",
                "preferQueryMode=extendedCacheEverything&prepareThreshold=1",
                "preferQueryMode=simple",
                "prepareThreshold=1&preparedStatementCacheQueries=3",
                "prepareThreshold=1&autosave=always",
                "prepareThreshold=5&autosave=conservative",
            })
    void eightClientsShareTwoServers(String properties, TestDatabase database)
            throws SQLException, InterruptedException, ExecutionException, TimeoutException {
        TwoServers weir = Objects.requireNonNull(servers);
        database.execute(
                "DROP TABLE IF EXISTS entry",
                "CREATE TABLE entry (client int, number int, PRIMARY KEY (client, number))");
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                int client = i;
                all.add(threads.submit(() -> {
                    work(weir, database, properties, client);
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }

        assertThat(database.value("SELECT count(*) || ' from ' || min(number) FROM entry"))
                .isEqualTo(CLIENTS * ROUNDS * JdbcWork.ROWS_PER_ROUND + " from 0");
        assertThat(weir.most()).isEqualTo(TwoServers.COUNT);
    }

    private static void work(TwoServers weir, TestDatabase database, String properties, int client)
            throws SQLException {
        try (Connection connection =
                DriverManager.getConnection(weir.jdbcUrl() + "?" + properties, database.user(), database.password())) {
            JdbcWork work = new JdbcWork(connection, client, properties.contains("autosave=always"));
            for (int number = 0; number < ROUNDS; number++) {
                work.round(number);
            }
        }
    }
}

package dev.pgweir.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.testing.ConnectionCounter;
import dev.pgweir.proxy.testing.PgWeirProcess;
import dev.pgweir.proxy.testing.PostgresInstance;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many clients on few server connections, counted by PostgreSQL itself, which allows no more than a small plan does. */
final class ManyClientsIT {
    private static final int MAX_CONNECTIONS = 22;

    private static PostgresInstance postgres;
    private ConnectionCounter counter;

    @BeforeAll
    static void start() {
        postgres = PostgresInstance.builder()
                .setting("max_connections", String.valueOf(MAX_CONNECTIONS))
                .start();
        postgres.createRole("app", "secret");
        postgres.createRole("other", "secret");
        postgres.createDatabase("one", "app");
        postgres.createDatabase("two", "app");
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    /** For each test anew: a restart ends its connection as well. */
    @BeforeEach
    void count() {
        counter = ConnectionCounter.start(
                postgres.jdbcUrl("postgres"), PostgresInstance.SUPERUSER, PostgresInstance.SUPERUSER_PASSWORD);
    }

    @AfterEach
    void stopCounting() {
        counter.close();
    }

    private static PgWeirProcess weir(String... settings) {
        return PgWeirProcess.builder()
                .config("""
                        [pgweir]
                        auth_type = "trust"
                        max_client_conn = 1000
                        server_login_retry = 1
                        %s
                        [databases."*"]
                        host = "%s"
                        port = %d
                        [users.app]
                        password = "secret"
                        [users.other]
                        password = "secret"
                        """.formatted(String.join("\n", settings), postgres.host(), postgres.port()))
                .start();
    }

    private static WireClient client(PgWeirProcess weir, String user, String database) throws IOException {
        return WireClient.connect(weir.port()).login(user, database, "secret");
    }

    @Test
    void clientsThatNeverLeaveAreAllServed() throws IOException {
        List<WireClient> clients = new ArrayList<>();
        try (PgWeirProcess weir = weir("pool_mode = \"transaction\"", "default_pool_size = 10")) {
            for (int i = 0; i < 315; i++) {
                WireClient client = client(weir, "app", "one");
                clients.add(client);
                assertThat(client.value("SELECT " + i)).isEqualTo(String.valueOf(i));
            }
            counter.awaitSamples(2);
            assertThat(counter.max("one")).isBetween(1, 10);
        } finally {
            for (WireClient client : clients) {
                client.close();
            }
        }
    }

    /** In session mode a client keeps its server, so clients come and go. */
    @ParameterizedTest
    @ValueSource(strings = {"session", "transaction", "statement"})
    void oneHundredClientsStayWithinTheirPool(String mode) throws Exception {
        try (PgWeirProcess weir = weir("pool_mode = \"" + mode + "\"", "default_pool_size = 10")) {
            together(100, number -> {
                for (int i = 0; i < 3; i++) {
                    try (WireClient client = client(weir, "app", "one")) {
                        for (int j = 0; j < 10; j++) {
                            assertThat(client.value("SELECT " + j)).isEqualTo(String.valueOf(j));
                        }
                        client.terminate();
                    }
                }
            });
            counter.awaitSamples(2);
            assertThat(counter.max()).isBetween(1, 10);
        }
    }

    @Test
    void databasesAndUsersShareTheCapOfTheirServer() throws Exception {
        try (PgWeirProcess weir =
                weir("pool_mode = \"transaction\"", "default_pool_size = 10", "max_server_connections = 6")) {
            String[][] pools = {{"app", "one"}, {"app", "two"}, {"other", "one"}, {"other", "two"}};
            together(80, number -> {
                String[] pool = pools[number % pools.length];
                try (WireClient client = client(weir, pool[0], pool[1])) {
                    for (int i = 0; i < 10; i++) {
                        assertThat(client.value("SELECT pg_sleep(0.001) IS NULL"))
                                .isEqualTo("f");
                    }
                }
            });
            counter.awaitSamples(2);
            assertThat(counter.max()).isBetween(1, 6);
        }
    }

    @Test
    void clientsThatVanishInQueriesLeaveNoMoreThanTheCapBehind() throws Exception {
        try (PgWeirProcess weir =
                weir("pool_mode = \"transaction\"", "default_pool_size = 5", "max_server_connections = 6")) {
            together(20, number -> {
                for (int i = 0; i < 5; i++) {
                    try (WireClient client = client(weir, "app", "one")) {
                        client.send(dev.pgweir.proxy.testing.WireBytes.query("BEGIN; SELECT pg_sleep(0.05)"));
                        client.reset();
                    }
                }
            });
            try (WireClient client = client(weir, "app", "one")) {
                assertThat(client.value("SELECT 1")).isEqualTo("1");
            }
            counter.awaitSamples(2);
            // A cancel request counts in the proxy but is no session at PostgreSQL.
            assertThat(counter.max()).isBetween(1, 6);
        }
    }

    @Test
    void aServerThatIsFullIsWaitedFor() throws Exception {
        // More is configured than PostgreSQL lets in.
        try (PgWeirProcess weir = weir("pool_mode = \"transaction\"", "default_pool_size = 40")) {
            together(60, number -> {
                try (WireClient client = client(weir, "app", "one")) {
                    for (int i = 0; i < 5; i++) {
                        assertThat(client.value("SELECT pg_sleep(0.02) IS NULL"))
                                .isEqualTo("f");
                    }
                }
            });
            assertThat(counter.max()).isLessThanOrEqualTo(MAX_CONNECTIONS);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRestartIsSeenOnlyByClientsThatAskedForSomething(boolean immediate) throws Exception {
        try (PgWeirProcess weir = weir("pool_mode = \"transaction\"", "default_pool_size = 5")) {
            List<WireClient> idle = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                idle.add(client(weir, "app", "two"));
                assertThat(idle.get(i).value("SELECT 1")).isEqualTo("1");
            }
            WireClient inTransaction = client(weir, "app", "two");
            inTransaction.query("BEGIN");
            AtomicBoolean ending = new AtomicBoolean();
            AtomicInteger errors = new AtomicInteger();
            AtomicInteger served = new AtomicInteger();
            ExecutorService load = Executors.newCachedThreadPool();
            List<Future<?>> busy = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                busy.add(load.submit(() -> {
                    try (WireClient client = client(weir, "app", "two")) {
                        boolean failedBefore = false;
                        while (!ending.get()) {
                            List<WireMessage> answer = client.query("SELECT 7");
                            boolean failed = answer.stream().anyMatch(message -> message.type() == 'E');
                            if (failed) {
                                assertThat(failedBefore)
                                        .as("one error each: " + answer)
                                        .isFalse();
                                errors.incrementAndGet();
                            } else {
                                served.incrementAndGet();
                            }
                            failedBefore = failed;
                        }
                    }
                    return null;
                }));
            }
            await(() -> served.get() > 200);
            if (immediate) {
                postgres.stopImmediately();
                postgres.start();
            } else {
                postgres.restart();
            }
            int before = served.get();
            await(() -> served.get() > before + 200);
            ending.set(true);
            for (Future<?> future : busy) {
                future.get(60, TimeUnit.SECONDS);
            }
            load.shutdown();
            // No more than the pool had in work at that moment.
            assertThat(errors.get()).isLessThanOrEqualTo(5);
            for (WireClient client : idle) {
                assertThat(client.value("SELECT 2")).isEqualTo("2");
                client.close();
            }
            // PostgreSQL may have sent a notice before it went away.
            List<WireMessage> lost = inTransaction.query("SELECT 3").stream()
                    .filter(message -> message.type() == 'E')
                    .toList();
            assertThat(lost).hasSize(1);
            assertThat(lost.get(0).message()).contains("the server closed the connection");
            assertThat(inTransaction.value("SELECT 4")).isEqualTo("4");
            inTransaction.close();
        }
    }

    @Test
    void aRefusalNamesTheLimitAndItsValue() throws Exception {
        try (PgWeirProcess weir = weir(
                "pool_mode = \"transaction\"", "max_db_client_connections = 2", "max_user_client_connections = 3")) {
            List<WireClient> clients = new ArrayList<>();
            clients.add(client(weir, "app", "one"));
            clients.add(client(weir, "app", "one"));
            try (WireClient refused = WireClient.connect(weir.port())) {
                WireMessage error = last(refused.tryLogin("app", "one", "secret"));
                assertThat(error.type()).isEqualTo('E');
                assertThat(error.message()).contains("max_db_client_connections is 2");
                assertThat(error.sqlState()).isEqualTo("53300");
            }
            clients.add(client(weir, "app", "two"));
            try (WireClient refused = WireClient.connect(weir.port())) {
                assertThat(last(refused.tryLogin("app", "two", "secret")).message())
                        .contains("max_user_client_connections is 3");
            }
            for (WireClient client : clients) {
                client.close();
            }
        }
    }

    @Test
    void waitingTooLongEndsWithTheNameOfTheSetting() throws Exception {
        try (PgWeirProcess weir =
                        weir("pool_mode = \"transaction\"", "default_pool_size = 1", "query_wait_timeout = \"300ms\"");
                WireClient holder = client(weir, "app", "one");
                WireClient waiter = client(weir, "app", "one")) {
            holder.query("BEGIN");
            waiter.send(dev.pgweir.proxy.testing.WireBytes.query("SELECT 1"));
            WireMessage error = waiter.read();
            assertThat(error.message()).isEqualTo("query_wait_timeout");
            assertThat(error.field('D')).contains("pool_size is 1");
        }
    }

    // ---- helpers ----

    private interface Part {
        void run(int number) throws Exception;
    }

    /** Runs the part in as many threads as there are clients, which begin together; any failure fails the test. */
    private static void together(int clients, Part part) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        CountDownLatch start = new CountDownLatch(1);
        List<Future<?>> futures = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            int number = i;
            futures.add(threads.submit(() -> {
                start.await();
                part.run(number);
                return null;
            }));
        }
        start.countDown();
        try {
            for (Future<?> future : futures) {
                future.get(120, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static void await(java.util.concurrent.Callable<Boolean> condition) {
        org.awaitility.Awaitility.await().atMost(60, TimeUnit.SECONDS).until(condition);
    }

    private static WireMessage last(List<WireMessage> messages) {
        return messages.get(messages.size() - 1);
    }
}

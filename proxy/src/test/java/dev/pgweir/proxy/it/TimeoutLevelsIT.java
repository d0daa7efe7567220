package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.it.Answers.types;
import static dev.pgweir.proxy.testing.WireBytes.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgweir.proxy.testing.PgWeirProcess;
import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Limits of time that are set for a user or a database win over those of all; a user's over a database's. */
@ExtendWith(RealPostgres.class)
final class TimeoutLevelsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static PgWeirProcess weir;
    private static WireClient admin;

    @BeforeAll
    static void start(TestDatabase database) throws IOException {
        StringBuilder config = new StringBuilder("""
                [pgweir]
                auth_type = "trust"
                pool_mode = "transaction"
                default_pool_size = 1
                admin_users = "boss"
                query_timeout = 60
                query_wait_timeout = 60
                transaction_timeout = 60
                idle_transaction_timeout = 60
                client_idle_timeout = 60
                query_wait_notify = 30
                """);
        List.of(
                        "boss",
                        "anybody",
                        "patient | query_wait_timeout = 60",
                        "hasty | query_wait_timeout = 0.2",
                        "asking | query_timeout = 0.3",
                        "long | transaction_timeout = 0.3",
                        "thinking | idle_transaction_timeout = 0.3",
                        "silent | client_idle_timeout = 0.3")
                .forEach(line -> section(config, "users", line + " | password = 'x'"));
        List.of(
                        "app | pool_size = 3",
                        "one",
                        "quick | query_wait_timeout = 0.2",
                        "brief | server_lifetime = 0.1",
                        "stocked | min_pool_size = 1",
                        "idle")
                .forEach(line -> section(
                        config,
                        "databases",
                        "%s | host = '%s' | port = %d | dbname = '%s' | user = '%s' | password = '%s'"
                                .formatted(
                                        line,
                                        database.host(),
                                        database.port(),
                                        database.name(),
                                        database.user(),
                                        database.password())));
        weir = PgWeirProcess.builder().config(config.toString()).start();
        admin = WireClient.connect(weir.port()).login("boss", "pgbouncer", "");
    }

    private static void section(StringBuilder config, String kind, String line) {
        String[] parts = line.replace('\'', '"').split(" \\| ", -1);
        config.append('[').append(kind).append('.').append(parts[0]).append("]\n");
        for (int i = 1; i < parts.length; i++) {
            config.append(parts[i]).append('\n');
        }
    }

    @AfterAll
    static void stop() throws IOException {
        admin.close();
        weir.close();
    }

    private static WireClient client(String user, String database) throws IOException {
        return WireClient.connect(weir.port()).login(user, database, "");
    }

    private static String end(WireClient client) throws IOException {
        List<WireMessage> messages = client.readUntil('E');
        client.awaitEnd();
        return messages.get(messages.size() - 1).message();
    }

    @ParameterizedTest
    @CsvSource({"hasty, one", "anybody, quick", "hasty, quick"})
    void queryWaitTimeoutOfUserOrDatabase(String user, String database) throws IOException {
        try (WireClient holder = client("patient", database);
                WireClient waiter = client(user, database)) {
            holder.query("BEGIN");
            waiter.send(query("SELECT 1"));
            assertThat(end(waiter)).startsWith("query_wait_timeout");
            holder.query("COMMIT");
        }
    }

    @Test
    void queryWaitTimeoutOfTheUserWinsAndAShortWaitIsNotWorthANotice() throws IOException {
        try (WireClient holder = client("patient", "quick");
                WireClient hasty = client("anybody", "quick");
                WireClient waiter = client("patient", "quick")) {
            holder.query("BEGIN");
            waiter.send(query("SELECT 'served'"));
            hasty.send(query("SELECT 1"));
            assertThat(end(hasty)).startsWith("query_wait_timeout");
            holder.query("COMMIT");
            assertThat(types(waiter.readUntil('Z'))).isEqualTo("TDCZ");
        }
    }

    @Test
    void queryTimeoutOfTheUser() throws IOException {
        try (WireClient other = client("anybody", "app");
                WireClient client = client("asking", "app")) {
            other.send(query("SELECT pg_sleep(1), 'served'"));
            client.send(query("SELECT pg_sleep(600)"));
            assertThat(end(client)).startsWith("query timeout");
            assertThat(weir.awaitLine("app/asking")).isNotEmpty();
            assertThat(weir.awaitLine("closing because: query timeout")).contains("app/asking");
            assertThat(other.readUntil('Z').get(1).values()).contains("served");
        }
    }

    @Test
    void transactionTimeoutOfTheUser() throws IOException {
        try (WireClient other = client("anybody", "app");
                WireClient client = client("long", "app")) {
            other.query("BEGIN");
            client.query("BEGIN");
            assertThat(end(client)).startsWith("transaction timeout");
            assertThat(weir.awaitLine("closing because: transaction timeout")).contains("app/long");
            assertThat(types(other.query("COMMIT"))).isEqualTo("CZ");
        }
    }

    @Test
    void idleTransactionTimeoutOfTheUserDoesNotCountQueries() throws IOException {
        try (WireClient other = client("anybody", "app");
                WireClient client = client("thinking", "app")) {
            other.query("BEGIN");
            client.query("BEGIN");
            assertThat(client.value("SELECT pg_sleep(0.8)")).isEmpty();
            assertThat(end(client)).startsWith("idle transaction timeout");
            assertThat(weir.awaitLine("closing because: idle transaction timeout"))
                    .contains("app/thinking");
            assertThat(types(other.query("COMMIT"))).isEqualTo("CZ");
        }
    }

    @Test
    void clientIdleTimeoutOfTheUser() throws IOException {
        try (WireClient other = client("anybody", "app");
                WireClient client = client("silent", "app")) {
            assertThat(end(client)).startsWith("client_idle_timeout");
            assertThat(weir.awaitLine("closing because: client_idle_timeout")).contains("app/silent");
            assertThat(other.value("SELECT 'still here'")).isEqualTo("still here");
        }
    }

    @Test
    void serverLifetimeOfTheDatabase() throws IOException {
        try (WireClient brief = client("anybody", "brief");
                WireClient one = client("anybody", "one")) {
            String first = Objects.requireNonNull(brief.value("SELECT pg_backend_pid()"));
            String other = one.value("SELECT pg_backend_pid()");
            await().atMost(PATIENCE).until(() -> !first.equals(brief.value("SELECT pg_backend_pid()")));
            assertThat(one.value("SELECT pg_backend_pid()")).isEqualTo(other);
            assertThat(weir.awaitLine("closing because: server lifetime over")).contains("brief/");
        }
    }

    @Test
    void poolsWithoutServersAreForgottenUnlessTheyAreToBeFilled() throws IOException {
        client("anybody", "idle").terminate();
        client("anybody", "stocked").terminate();
        admin.query("SET pool_idle_timeout = 0.1; SET server_idle_timeout = 0.1");
        try {
            assertThat(weir.awaitLine("closing because: server idle timeout")).contains(" S-");
            assertThat(weir.awaitLine("on db idle because: pool idle timeout")).contains("cleaning up idle pool");
            assertThat(admin.rows("SHOW POOLS"))
                    .noneMatch(row -> "idle".equals(row.get(0)))
                    .anyMatch(row -> "stocked".equals(row.get(0)));
        } finally {
            admin.query("SET pool_idle_timeout = 0; SET server_idle_timeout = 600");
        }
    }
}

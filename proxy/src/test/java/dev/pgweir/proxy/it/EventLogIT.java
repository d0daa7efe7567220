package dev.pgweir.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgweir.proxy.testing.PgWeirProcess;
import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireClient;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the log tells of a PgWeir at work, in both formats. */
@ExtendWith(RealPostgres.class)
final class EventLogIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static String[] settings(TestDatabase database, String format) {
        return new String[] {
            "default_pool_size = 1",
            "log_min_duration = 100",
            "log_idle_transaction = 0.2",
            "log_activity_period = 0.5",
            "log_format = \"" + format + "\"",
            Configured.entry("app", database)
        };
    }

    @Test
    void namesSlowQueriesAndIdleTransactionsAndCountsInBothFormats(TestDatabase database)
            throws IOException, SQLException {
        try (Configured weir = Configured.start(database, PgWeirProcess.builder(), settings(database, "text"))) {
            work(weir, database);
            weir.awaitLine("idle in its transaction");
            String client = "LOG C-0x[0-9a-f]+: app/\\S+@127.0.0.1:\\d+ ";
            assertLine(
                    weir,
                    client
                            + "duration: \\d+\\.\\d{3} ms server: S-0x1 statement: SELECT 'a\\\\n\" b', pg_sleep\\(0.2\\)");
            assertLine(
                    weir,
                    client
                            + "duration: \\d+\\.\\d{3} ms server: S-0x1 statement: SELECT pg_sleep\\(0.2\\), \\$1::text");
            assertLine(
                    weir,
                    "WARNING C-0x[0-9a-f]+: app/\\S+ has been idle in its transaction for \\d+ s, which it began \\d+ s ago;"
                            + " it holds S-0x1, application_name: forgetful");
            assertLine(weir, "LOG pool app/\\S+: S-0x1 connected; total 1, idle [01], waiting [01]");
            assertLine(
                    weir,
                    "LOG activity: \\d+ active queries, [01] idle in transaction, \\d waiting \\(longest \\d\\.\\d s\\),"
                            + " 0 waits timed out, 0 other timeouts, \\d+ queries per minute, \\d clients,"
                            + " 1 server connections");
            assertThat(weir.process().lines()).noneMatch(line -> line.contains("a parameter"));

            weir.reload(settings(database, "json"));
            int from = weir.process().lines().size();
            work(weir, database);
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(after(weir, from)).anyMatch(line -> line.contains("activity: ")));
            assertJson(
                    weir,
                    from,
                    "\"level\":\"log\",\"client_id\":\\d+,\"database\":\"app\",\"user\":\"\\w+\","
                            + "\"address\":\"127.0.0.1:\\d+\",\"duration_ms\":\\d+,\"server_id\":1,\"message\":\"duration: .*"
                            + "statement: SELECT 'a\\\\n\\\\\" b', pg_sleep.*");
            assertJson(
                    weir,
                    from,
                    ".*\"idle_seconds\":0,\"server_id\":1,\"application_name\":\"forgetful\",\"message\":\"has been idle.*");
            assertJson(
                    weir, from, ".*\"active_queries\":\\d+,.*\"queries_per_minute\":\\d+,.*\"message\":\"activity: .*");
            assertJson(
                    weir,
                    from,
                    ".*\"client_id\":\\d+,\"database\":\"app\",\"user\":\"\\w+\",\"address\":\"127.0.0.1:\\d+\","
                            + "\"message\":\"login attempt: .*");
            assertThat(after(weir, from)).allMatch(line -> line.startsWith("{\"time\":\"2") && line.endsWith("\"}"));
        }
    }

    @Test
    void slowQueriesOfASessionAreNamedFromTheReloadOnThatAsksForThem(TestDatabase database) throws IOException {
        String session = "pool_mode = \"session\"";
        try (Configured weir = Configured.start(
                        database, PgWeirProcess.builder(), Configured.entry("app", database, session));
                WireClient client = weir.login("app")) {
            assertThat(client.value("SELECT 'before'")).isEqualTo("before");
            weir.reload("log_min_duration = 1", Configured.entry("app", database, session));

            client.query("SELECT 'after', pg_sleep(0.02)");
            weir.awaitLine("statement: SELECT 'after', pg_sleep(0.02)");

            weir.reload(Configured.entry("app", database, session));
            client.query("SELECT 'silence', pg_sleep(0.02)");
            assertThat(weir.count("silence")).isZero();
        }
    }

    /** A slow simple query, a slow prepared one, and a client that forgets to commit. */
    private static void work(Configured weir, TestDatabase database) throws IOException, SQLException {
        long before = weir.count("has been idle in its transaction");
        String url = weir.process().jdbcUrl("app") + "?prepareThreshold=1";
        try (Connection connection = DriverManager.getConnection(url, database.user(), database.password());
                PreparedStatement statement = connection.prepareStatement("SELECT pg_sleep(0.2), ?::text")) {
            statement.setString(1, "a parameter");
            statement.executeQuery().close();
            statement.executeQuery().close();
        }
        try (WireClient client =
                weir.connect().login(database.user(), "app", database.password(), "application_name", "forgetful")) {
            client.query("SELECT 'a\n\" b', pg_sleep(0.2)");
            client.query("BEGIN");
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(weir.count("has been idle in its transaction"))
                            .isGreaterThan(before));
            client.query("COMMIT");
        }
    }

    private static List<String> after(Configured weir, int from) {
        List<String> lines = weir.process().lines();
        return lines.subList(from, lines.size());
    }

    private static void assertLine(Configured weir, String pattern) {
        Pattern line = Pattern.compile("^.{23} UTC \\[\\d+\\] " + pattern + "$");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(weir.process().lines())
                        .anyMatch(it -> line.matcher(it).matches()));
    }

    private static void assertJson(Configured weir, int from, String pattern) {
        Pattern line = Pattern.compile("\\{\"time\":\"[^\"]+\",\"pid\":\\d+," + pattern + "\\}");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(after(weir, from))
                        .anyMatch(it -> line.matcher(it).matches()));
    }
}

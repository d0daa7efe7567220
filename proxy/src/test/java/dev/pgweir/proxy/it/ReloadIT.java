package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.it.Configured.entry;
import static dev.pgweir.proxy.testing.WireBytes.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgweir.proxy.testing.PgWeirProcess;
import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A new configuration is put in force by SIGHUP while clients go on working. */
@ExtendWith(RealPostgres.class)
final class ReloadIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static Configured weir;
    private static TestDatabase database;

    @BeforeAll
    static void start(TestDatabase given) {
        database = given;
        weir = Configured.start(given, PgWeirProcess.builder(), "default_pool_size = 1", entry("app", given));
    }

    @AfterAll
    static void stop() {
        weir.close();
    }

    @BeforeEach
    void begin() {
        weir.reload("default_pool_size = 1", entry("app", database));
    }

    @Test
    void aFileWithMistakesChangesNothingAndTheLogNamesThemAll() throws IOException {
        weir.rewrite(
                "default_pool_size = 5",
                "server_lifetime = \"invalid\"",
                "no_such_setting = 1",
                entry("app", database),
                "pool_mode = \"lazy\"");

        weir.hup("configuration not reloaded");

        assertThat(weir.process().lines())
                .anyMatch(line -> line.contains(" ERROR ") && line.contains("server_lifetime: "))
                .anyMatch(line -> line.contains(" ERROR ") && line.contains("no_such_setting: unknown setting"))
                .anyMatch(line -> line.contains(" ERROR ") && line.contains("databases.app.pool_mode: "))
                .anyMatch(line -> line.contains("nothing was changed: 3 errors"));
        assertThat(setting("default_pool_size")).isEqualTo("1");
        try (WireClient client = weir.login("app")) {
            assertThat(client.value("SELECT 1")).isEqualTo("1");
        }
    }

    @Test
    void whatNeedsARestartKeepsItsValueAndTheRestIsInForce() throws IOException {
        weir.reload("listen_backlog = 77", "default_pool_size = 3", entry("app", database));

        weir.awaitLine("listen_backlog cannot be changed without a restart: it stays \"128\" instead of \"77\"");
        assertThat(setting("listen_backlog")).isEqualTo("128");
        assertThat(setting("default_pool_size")).isEqualTo("3");
    }

    @Test
    void aLargerPoolServesClientsThatWaitAlready() throws IOException {
        try (WireClient holder = weir.login("app");
                WireClient waiter = weir.login("app")) {
            holder.query("BEGIN");
            waiter.send(query("SELECT 'served'"));
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(waitingClients()).isEqualTo("1"));

            weir.reload("default_pool_size = 2", entry("app", database));

            assertThat(waiter.readUntil('Z')).anyMatch(message -> message.type() == 'D');
            holder.query("COMMIT");
        }
    }

    @Test
    void timesHoldForClientsThatHaveLoggedIn() throws IOException {
        try (WireClient client = weir.login("app")) {
            client.query("SELECT 1");

            weir.reload("default_pool_size = 1", "client_idle_timeout = 0.2", entry("app", database));

            assertThat(client.read().message()).contains("client_idle_timeout");
        }
    }

    @Test
    void serversMoveToAnotherDatabaseWithoutAnErrorUnderLoad() throws IOException {
        String other = database.createDatabase("moved");
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger asked = new AtomicInteger();
        List<CompletableFuture<String>> clients =
                List.of(worker(over, asked), worker(over, asked), worker(over, asked));
        await().atMost(PATIENCE).until(() -> asked.get() > 100);

        weir.reload("default_pool_size = 1", entry("app", database).replace(database.name(), other));
        try (WireClient client = weir.login("app")) {
            assertThat(client.value("SELECT current_database()")).isEqualTo(other);
        }
        over.set(true);

        assertThat(clients).allSatisfy(client -> assertThat(client.join()).isEqualTo(other));
        weir.awaitLine("closing because: database configuration changed");
    }

    @Test
    void aChangedPasswordReplacesTheServers() throws IOException {
        String user = database.createRole("rotated", "before");
        weir.reload("default_pool_size = 2", entry("app", database, credentials(user, "before")));
        try (WireClient client = weir.login("app")) {
            String pid = client.value("SELECT pg_backend_pid()");
            assertThat(client.value("SELECT pg_backend_pid()")).isEqualTo(pid);

            alterRole(user, "after");
            weir.reload("default_pool_size = 2", entry("app", database, credentials(user, "after")));

            assertThat(client.value("SELECT pg_backend_pid()")).isNotEqualTo(pid);
        }
    }

    @Test
    void usr1LetsGoOfTheServersAndUsr2GoesOn() throws IOException {
        try (WireClient client = weir.login("app")) {
            String pid = client.value("SELECT pg_backend_pid()");

            weir.process().signal("USR1");
            weir.awaitLine("PAUSE done");
            client.send(query("SELECT pg_backend_pid()"));
            weir.process().signal("USR2");

            WireMessage row = client.readUntil('Z').stream()
                    .filter(message -> message.type() == 'D')
                    .findFirst()
                    .orElseThrow();
            assertThat(row.values()).doesNotContain(pid);
        }
    }

    @Test
    void serverFastCloseEndsASessionBetweenTransactions() throws IOException {
        String[] settings = {"default_pool_size = 3", entry("session", database, "pool_mode = \"session\"")};
        weir.reload(settings);
        try (WireClient patient = weir.login("session");
                WireClient busy = weir.login("session")) {
            String pid = patient.value("SELECT pg_backend_pid()");
            weir.console("RECONNECT session");
            assertThat(patient.value("SELECT pg_backend_pid()")).isEqualTo(pid);
            busy.query("BEGIN");
            weir.console("RECONNECT session");

            settings[0] = "server_fast_close = 1";
            weir.reload(settings);

            assertThat(patient.read().message()).isEqualTo("database configuration changed");
            assertThat(busy.value("SELECT 'still here'")).isEqualTo("still here");
            busy.send(query("COMMIT"));
            assertThat(busy.readUntil('E'))
                    .last()
                    .extracting(WireMessage::message)
                    .isEqualTo("database configuration changed");
        }
        weir.awaitLine("closing because: database configuration changed");
    }

    @Test
    void clientsAreGreetedAndNamedByTheirAddress() throws IOException {
        weir.reload(
                "application_name_add_host = 1",
                "login_notify_message = \"Maintenance at noon\"",
                entry("app", database));
        try (WireClient named = weir.connect();
                WireClient nameless = weir.login("app")) {
            assertThat(named.tryLogin(database.user(), "app", database.password(), "application_name", "shop"))
                    .filteredOn(message -> message.type() == 'N')
                    .singleElement()
                    .extracting(WireMessage::message)
                    .isEqualTo("Maintenance at noon");
            assertThat(named.value("SHOW application_name")).matches("shop - 127\\.0\\.0\\.1:\\d+");
            assertThat(nameless.value("SHOW application_name")).matches("app - 127\\.0\\.0\\.1:\\d+");
        }
    }

    @Test
    void verboseSaysMoreUntilItIsTakenBack() throws IOException {
        assertThat(setting("verbose")).isEqualTo("0");
        weir.reload("default_pool_size = 1", "verbose = 2", "query_wait_timeout = 0.2", entry("app", database));
        try (WireClient holder = weir.login("app");
                WireClient waiter = weir.login("app")) {
            holder.query("BEGIN");
            waiter.send(query("SELECT 1"));
            weir.awaitLine(" DEBUG ");
        }
        weir.console("SET verbose = 0");
        assertThat(setting("verbose")).isEqualTo("0");
    }

    @Test
    void conffileIsWhatTheNextReloadReads(@TempDir Path directory) throws IOException {
        Path other = Files.writeString(
                directory.resolve("other.ini"),
                "[databases]\napp = host=127.0.0.1 pool_size=7\n[users]\n" + database.user()
                        + " = password=x\n[pgbouncer]\nlisten_addr = 127.0.0.1\nauth_type = trust\nadmin_users = "
                        + database.user()
                        + "\nmax_client_conn = 0x1F4\n");
        String own = setting("conffile");
        weir.console("SET conffile = '" + other + "'");
        weir.hup("configuration reloaded");
        assertThat(setting("max_client_conn")).isEqualTo("500");
        weir.console("SET conffile = '" + own + "'");
    }

    @Test
    void anUnchangedFileKeepsTheServers() throws IOException {
        try (WireClient client = weir.login("app")) {
            String pid = client.value("SELECT pg_backend_pid()");
            weir.hup("configuration reloaded");
            assertThat(client.value("SELECT pg_backend_pid()")).isEqualTo(pid);
        }
    }

    @Test
    void aRemovedDatabaseIsLeftAtTheEndOfEachTransaction() throws IOException {
        weir.reload("default_pool_size = 2", entry("app", database), entry("old", database));
        try (WireClient busy = weir.login("old");
                WireClient idle = weir.login("old")) {
            busy.query("BEGIN");
            idle.query("SELECT 1");

            weir.reload("default_pool_size = 2", entry("app", database));

            WireMessage told = idle.read();
            assertThat(told.message()).isEqualTo("database removed");
            assertThat(told.sqlState()).isEqualTo("57P04");
            assertThat(busy.value("SELECT 'still here'")).isEqualTo("still here");
            try (WireClient late = weir.connect()) {
                assertThat(last(late.tryLogin(database.user(), "old", database.password()))
                                .message())
                        .isEqualTo("no such database: old");
            }
            busy.query("COMMIT");
            assertThat(busy.read().message()).isEqualTo("database removed");
        }
        weir.awaitLine("on db old because: database removed");
        assertThat(weir.console("SHOW POOLS")).noneMatch(row -> "old".equals(row.get(0)));
    }

    @Test
    void manyReloadsInARowWithMoreDatabasesEachTime() throws IOException {
        List<String> lines = new ArrayList<>(List.of("default_pool_size = 1", entry("app", database)));
        for (int i = 0; i < 14; i++) {
            String name = "more" + i;
            lines.add(entry(name, database, credentials(database.user(), database.password())));
            weir.reload(lines.toArray(String[]::new));
            try (WireClient client = weir.login(name)) {
                assertThat(client.value("SELECT current_user")).isEqualTo(database.user());
            }
        }
    }

    @Test
    void aRemovedUserIsLeftAndCannotComeBack() throws IOException {
        String user = database.createRole("leaving", "secret");
        weir.reload("default_pool_size = 1", entry("app", database), "[users." + user + "]", "password = \"secret\"");
        try (WireClient client = weir.connect().login(user, "app", "secret")) {
            weir.reload("default_pool_size = 1", entry("app", database));
            assertThat(client.read().message()).isEqualTo("user removed");
        }
        try (WireClient late = weir.connect()) {
            assertThat(last(late.tryLogin(user, "app", "secret")).type()).isEqualTo('E');
        }
    }

    @Test
    void theAuthFileIsReadAnew(@TempDir Path directory) throws IOException {
        String user = database.createRole("filed", "secret");
        Path file = Files.writeString(directory.resolve("userlist.txt"), "");
        String[] settings = {"default_pool_size = 1", "auth_file = \"" + file + "\"", entry("app", database)};
        weir.reload(settings);
        try (WireClient early = weir.connect()) {
            assertThat(last(early.tryLogin(user, "app", "secret")).type()).isEqualTo('E');
        }

        Files.writeString(file, "\"" + user + "\" \"secret\"\n");
        weir.reload(settings);

        try (WireClient client = weir.connect().login(user, "app", "secret")) {
            assertThat(client.value("SELECT current_user")).isEqualTo(user);
        }
    }

    @Test
    void emptyPoolsAndAutomaticDatabasesAreForgotten() throws IOException {
        weir.reload(
                "server_idle_timeout = 0.1", "pool_idle_timeout = 0.1", entry("app", database), entry("*", database));
        weir.login("app").terminate();
        weir.awaitLine("on db app because: pool idle timeout");
        weir.reload(
                "server_idle_timeout = 0.1", "autodb_idle_timeout = 0.1", entry("app", database), entry("*", database));
        weir.login("any").terminate();
        weir.awaitLine("registered new auto-database: any");
        weir.awaitLine("on db any because: autodb idle timeout");
        assertThat(weir.console("SHOW POOLS")).noneMatch(row -> "any".equals(row.get(0)));
    }

    private static CompletableFuture<String> worker(AtomicBoolean over, AtomicInteger asked) {
        return CompletableFuture.supplyAsync(() -> {
            try (WireClient client = weir.login("app")) {
                while (!over.get()) {
                    client.value("SELECT 1");
                    asked.incrementAndGet();
                }
                return client.value("SELECT current_database()");
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static String[] credentials(String user, String password) {
        return new String[] {"user = \"" + user + "\"", "password = \"" + password + "\""};
    }

    private static void alterRole(String role, String password) {
        try (Connection connection = database.connectAsSuperuser();
                Statement statement = connection.createStatement()) {
            statement.execute("ALTER ROLE " + role + " PASSWORD '" + password + "'");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static WireMessage last(List<WireMessage> messages) {
        return messages.get(messages.size() - 1);
    }

    private static @Nullable String setting(String name) throws IOException {
        return weir.console("SHOW CONFIG").stream()
                .filter(row -> name.equals(row.get(0)))
                .findFirst()
                .orElseThrow()
                .get(1);
    }

    private static @Nullable String waitingClients() throws IOException {
        return weir.console("SHOW POOLS").stream()
                .filter(row -> "app".equals(row.get(0)) && database.user().equals(row.get(1)))
                .findFirst()
                .orElseThrow()
                .get(3);
    }
}

package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.testing.WireBytes.message;
import static dev.pgweir.proxy.testing.WireBytes.startup;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.testing.PostgresInstance;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Passwords with which PgWeir, started from an ini, logs in at PostgreSQL, from the ini and from the userlist, up to the
 * longest. The ini has the smallest {@code pkt_buf}, which must not matter.
 */
final class ServerPasswordsIT {
    /** The longest password that PgBouncer takes from a client. */
    private static final String LONGEST = "x".repeat(65_530);

    private static final List<String> METHODS = List.of("password", "md5", "scram-sha-256");

    @TempDir
    private static Path directory;

    private static PostgresInstance postgres;
    private static FromIni weir;

    @BeforeAll
    static void start() throws IOException, SQLException {
        PostgresInstance.Builder builder = PostgresInstance.builder().auth("scram-sha-256");
        for (String method : METHODS) {
            builder.hba("host all by_" + method.charAt(0) + " 127.0.0.1/32 " + method);
        }
        postgres = builder.hba("host all long 127.0.0.1/32 password").start();
        List<String> userlist = new ArrayList<>();
        StringBuilder databases = new StringBuilder("[databases]\n");
        String server = " = host=" + postgres.host() + " port=" + postgres.port() + " dbname=postgres ";
        try (Connection connection = postgres.connect("postgres");
                Statement statement = connection.createStatement()) {
            for (String method : METHODS) {
                String user = "by_" + method.charAt(0);
                statement.execute(
                        "SET password_encryption = '" + (method.equals("md5") ? "md5" : "scram-sha-256") + "'");
                statement.execute("CREATE ROLE " + user + " LOGIN PASSWORD 'pencil'");
                userlist.addAll(List.of(user, "pencil"));
                databases.append("ini_" + user + server + "user=" + user + " password=pencil\n");
                databases.append("wrong_" + user + server + "user=" + user + " password=crayon\n");
            }
            statement.execute("CREATE ROLE long LOGIN PASSWORD '" + LONGEST + "'");
            statement.execute("CREATE ROLE barred NOLOGIN PASSWORD 'pencil'");
            statement.execute("CREATE ROLE rotated LOGIN PASSWORD 'pencil'");
        }
        userlist.addAll(
                List.of("scram", secret("scram-sha-256", "scram"), "hashed", secret("md5", "hashed"), "long", LONGEST));
        userlist.addAll(List.of("barred", "pencil", "rotated", "pencil"));
        databases.append("file" + server + "\n");
        databases.append("ini_long" + server + "user=long password='" + LONGEST + "'\n");
        databases.append("few" + server + "pool_size=1\n");
        databases.append("forced" + server + "user=postgres\n");
        weir = FromIni.start(
                directory,
                userlist,
                "auth_type = scram-sha-256",
                "auth_query = SELECT $1::text, repeat('x', 65530)",
                "pkt_buf = 75",
                "pool_mode = transaction",
                databases.toString());
    }

    /** As PostgreSQL stores the longest password. */
    private static String secret(String encryption, String user) throws SQLException {
        try (Connection connection = postgres.connect("postgres");
                Statement statement = connection.createStatement()) {
            statement.execute("SET password_encryption = '" + encryption + "'");
            statement.execute("CREATE ROLE " + user + " LOGIN PASSWORD '" + LONGEST + "'");
            try (var rows =
                    statement.executeQuery("SELECT rolpassword FROM pg_authid WHERE rolname = '" + user + "'")) {
                rows.next();
                return rows.getString(1);
            }
        }
    }

    @AfterAll
    static void stop() {
        weir.close();
        postgres.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"by_p", "by_m", "by_s"})
    void passwordOfTheIniOrOfTheUserlistAnswersEachMethod(String user) throws IOException {
        for (String database : List.of("file", "ini_" + user)) {
            try (WireClient client = weir.login(user, database, "pencil")) {
                assertThat(client.value("SELECT current_user")).isEqualTo(user);
            }
        }
        // Each time, while the server is not asked again, too.
        for (int i = 0; i < 3; i++) {
            assertThat(weir.refusal(user, "wrong_" + user, "pencil"))
                    .isEqualTo("FATAL 28P01 password authentication failed for user \"" + user + "\"");
        }
    }

    @Test
    void longestPasswordIsSentAndTaken() throws IOException {
        try (WireClient ofIni = weir.login("by_s", "ini_long", "pencil");
                WireClient ofUserlist = weir.login("long", "file", LONGEST)) {
            assertThat(ofIni.value("SELECT current_user")).isEqualTo("long");
            assertThat(ofUserlist.value("SELECT current_user")).isEqualTo("long");
        }
    }

    @ParameterizedTest
    @CsvSource({"long, file", "scram, forced", "hashed, forced", "found, forced"})
    void plainPasswordOfAClientMayBeAsLongAndNotLonger(String user, String database) throws IOException {
        // Whom the userlist does not have is asked for.
        weir.orders("SET auth_user = 'postgres'");
        try (WireClient console = weir.console()) {
            console.query("SET auth_type = 'plain'");
            try (WireClient client = weir.login(user, database, LONGEST)) {
                assertThat(client.value("SELECT 1")).isEqualTo("1");
            }
            try (WireClient client = weir.connect()) {
                client.send(startup("user", user, "database", database));
                assertThat(client.read().type()).isEqualTo('R');
                client.send(message('p', LONGEST + "x"));
                assertThat(client.read().type()).isEqualTo('E');
                client.awaitEnd();
            }
            console.query("RELOAD");
        }
    }

    @Test
    void roleThatMayNotLogInIsToldSoByPostgresEachTime() throws IOException {
        for (int i = 0; i < 3; i++) {
            assertThat(weir.refusal("barred", "file", "pencil"))
                    .isEqualTo("FATAL 28000 role \"barred\" is not permitted to log in");
        }
    }

    @Test
    void loginsInARowAndAfterAReconnectAreServed() throws IOException {
        for (int i = 0; i < 9; i++) {
            try (WireClient client = weir.login("by_s", "file", "pencil")) {
                assertThat(client.value("SELECT current_user")).isEqualTo("by_s");
            }
            if (i % 3 == 2) {
                weir.orders("RECONNECT file");
            }
        }
    }

    /** PostgreSQL is asked once for all of them. */
    @Test
    void passwordThatHasChangedRefusesAllWhoWaitAtOnce() throws Exception {
        weir.orders("PAUSE few");
        postgres.execute("ALTER ROLE rotated PASSWORD 'new'");
        List<WireClient> waiting = new ArrayList<>();
        // Each blocks, and the common pool has fewer threads than that on few cores.
        ExecutorService logins = Executors.newCachedThreadPool();
        try {
            for (int i = 0; i < 4; i++) {
                WireClient client = weir.connect();
                waiting.add(client);
                client.send(startup("user", "rotated", "database", "few"));
            }
            List<CompletableFuture<WireMessage>> answers = new ArrayList<>();
            for (WireClient client : waiting) {
                answers.add(CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                List<WireMessage> answer = client.authenticate("rotated", "pencil");
                                return answer.get(answer.size() - 1);
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        },
                        logins));
            }
            weir.awaitRow("POOLS", "few", Map.of("cl_waiting", "4"));
            weir.orders("RESUME few");
            String text = "password authentication failed for user \"rotated\"";
            for (var answer : answers) {
                assertThat(answer.get().message()).isEqualTo(text);
            }
            weir.awaitCount("closing because: " + text + " (age=", 4);
            assertThat(postgres.log()).filteredOn(line -> line.contains(text)).hasSize(1);
        } finally {
            for (WireClient client : waiting) {
                client.close();
            }
            logins.shutdown();
        }
    }
}

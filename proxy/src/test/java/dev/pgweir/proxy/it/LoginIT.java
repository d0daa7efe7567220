package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.testing.WireBytes.bytes;
import static dev.pgweir.proxy.testing.WireBytes.gssEncRequest;
import static dev.pgweir.proxy.testing.WireBytes.sslRequest;
import static dev.pgweir.proxy.testing.WireBytes.startup;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.testing.PgWeirProcess;
import dev.pgweir.proxy.testing.PostgresInstance;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may log in, by which method, with which kind of stored secret; the server asks everybody for SCRAM or md5. */
final class LoginIT {

    private static final String PASSWORD = "pencil";

    private static PostgresInstance postgres;
    private static String scramSecret;
    private static String md5Secret;

    @BeforeAll
    static void start() throws SQLException {
        postgres = PostgresInstance.builder()
                .auth("scram-sha-256")
                .hba("host all hashed 127.0.0.1/32 md5")
                .start();
        postgres.execute("CREATE ROLE scrammed LOGIN PASSWORD '" + PASSWORD + "'");
        try (Connection connection = postgres.connect("postgres");
                Statement statement = connection.createStatement()) {
            statement.execute("SET password_encryption = 'md5'");
            statement.execute("CREATE ROLE hashed LOGIN PASSWORD '" + PASSWORD + "'");
            scramSecret = secret(statement, "scrammed");
            md5Secret = secret(statement, "hashed");
        }
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    private static String secret(Statement statement, String role) throws SQLException {
        try (ResultSet rows =
                statement.executeQuery("SELECT rolpassword FROM pg_authid WHERE rolname = '" + role + "'")) {
            rows.next();
            return rows.getString(1);
        }
    }

    /** @param database what stands in [databases.app] besides the address */
    private static PgWeirProcess weir(String authType, String user, String secret, String database) {
        return PgWeirProcess.builder()
                .config("""
                [databases.app]
                host = "%s"
                port = %d
                dbname = "postgres"
                %s
                [users.%s]
                password = '%s'
                [pgweir]
                auth_type = "%s"
                pool_mode = "transaction"
                """.formatted(postgres.host(), postgres.port(), database, user, secret, authType))
                .start();
    }

    @ParameterizedTest
    @CsvSource({
        "trust, scrammed, plain",
        "plain, scrammed, plain",
        "md5, scrammed, plain",
        "scram-sha-256, scrammed, plain",
        "scram-sha-256, scrammed, scram",
        "trust, hashed, md5",
        "plain, hashed, md5",
        "md5, hashed, md5"
    })
    void logsInByEachMethodWithEachSecretThatFits(String authType, String user, String kind) throws IOException {
        String secret = kind.equals("plain") ? PASSWORD : kind.equals("md5") ? md5Secret : scramSecret;
        try (PgWeirProcess weir = weir(authType, user, secret, "");
                WireClient client = WireClient.connect(weir.port())) {
            client.login(user, "app", PASSWORD);
            assertThat(client.value("SELECT current_user")).isEqualTo(user);
            assertThat(client.value("SELECT rolname FROM pg_roles WHERE rolname = session_user"))
                    .isEqualTo(user);
            if (!authType.equals("trust")) {
                try (WireClient wrong = WireClient.connect(weir.port())) {
                    WireMessage refusal = last(wrong.tryLogin(user, "app", "crayon"));
                    assertThat(refusal.field('S')).isEqualTo("FATAL");
                    assertThat(refusal.message()).contains("authentication failed");
                    wrong.awaitEnd();
                }
            }
            try (WireClient unknown = WireClient.connect(weir.port())) {
                WireMessage refusal = last(unknown.tryLogin("nosuchuser", "app", PASSWORD));
                assertThat(refusal.message()).contains("authentication failed");
                unknown.awaitEnd();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "md5", "scram-sha-256"})
    void wrongPasswordAndUnknownUserLookAlikeAndDatabasesStaySecretUntilThePasswordWasRight(String authType)
            throws IOException {
        try (PgWeirProcess weir = weir(authType, "scrammed", PASSWORD, "")) {
            List<WireMessage> wrong = attempt(weir, "scrammed", "app", "crayon");
            List<WireMessage> unknown = attempt(weir, "nosuchuser", "app", "crayon");
            List<WireMessage> nowhere = attempt(weir, "scrammed", "nosuchdb", "crayon");
            assertThat(kinds(unknown)).isEqualTo(kinds(wrong));
            assertThat(kinds(nowhere)).isEqualTo(kinds(wrong));
            assertThat(last(unknown).sqlState()).isEqualTo(last(wrong).sqlState());
            assertThat(last(unknown).message().replace("nosuchuser", "scrammed"))
                    .isEqualTo(last(wrong).message());
            assertThat(last(nowhere).message()).isEqualTo(last(wrong).message());
            assertThat(last(attempt(weir, "scrammed", "nosuchdb", PASSWORD)).message())
                    .isEqualTo("no such database: nosuchdb");
        }
    }

    @Test
    void anyLetsEverybodyInAsTheForcedUser() throws IOException {
        String forced = "user = \"scrammed\"\npassword = \"" + PASSWORD + "\"";
        try (PgWeirProcess weir = weir("any", "scrammed", PASSWORD, forced);
                WireClient client = WireClient.connect(weir.port())) {
            client.login("whoever", "app", "");
            assertThat(client.value("SELECT current_user")).isEqualTo("scrammed");
        }
    }

    @Test
    void refusalOfTheServerReachesTheClientWithItsText() throws IOException {
        try (PgWeirProcess weir = weir("trust", "scrammed", "not the password", "");
                WireClient client = WireClient.connect(weir.port())) {
            WireMessage refusal = last(client.tryLogin("scrammed", "app", ""));
            assertThat(refusal.message()).contains("password authentication failed for user \"scrammed\"");
            client.awaitEnd();
            assertThat(weir.isAlive()).isTrue();
        }
    }

    @Test
    void authFileIsReadAsPgBouncerWritesIt() throws IOException {
        Path file = Files.createTempFile("pgweir-users", ".txt");
        try {
            Files.writeString(file, "\"scrammed\" \"" + scramSecret + "\"\n\"hashed\" \"" + md5Secret + "\"\n");
            try (PgWeirProcess weir = PgWeirProcess.builder()
                            .config("""
                    [databases.app]
                    host = "%s"
                    port = %d
                    dbname = "postgres"
                    [pgweir]
                    auth_file = "%s"
                    auth_type = "scram-sha-256"
                    """.formatted(postgres.host(), postgres.port(), file))
                            .start();
                    WireClient client = WireClient.connect(weir.port())) {
                client.login("scrammed", "app", PASSWORD);
                assertThat(client.value("SELECT current_user")).isEqualTo("scrammed");
            }
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void encryptionIsDeclinedAndTheLoginGoesOn() throws IOException {
        try (PgWeirProcess weir = weir("trust", "scrammed", PASSWORD, "");
                WireClient client = WireClient.connect(weir.port())) {
            assertThat(client.send(gssEncRequest()).readByte()).isEqualTo('N');
            assertThat(client.send(sslRequest()).readByte()).isEqualTo('N');
            client.login("scrammed", "app", "");
            assertThat(client.value("SELECT 1")).isEqualTo("1");
            byte[] packet = startup("user", "scrammed", "database", "app");
            for (byte[] request : List.of(sslRequest(), gssEncRequest())) {
                try (WireClient injector = WireClient.connect(weir.port())) {
                    injector.send(bytes(request, packet));
                    // Not one byte of a login, whatever it is told before the end.
                    WireMessage answer = injector.read();
                    assertThat(answer.type()).isEqualTo('E');
                    injector.awaitEnd();
                }
            }
        }
    }

    private static List<WireMessage> attempt(PgWeirProcess weir, String user, String database, String password)
            throws IOException {
        try (WireClient client = WireClient.connect(weir.port())) {
            return client.tryLogin(user, database, password);
        }
    }

    private static List<String> kinds(List<WireMessage> messages) {
        return messages.stream()
                .map(message -> message.type() + (message.type() == 'R' ? " " + message.int32(0) : ""))
                .toList();
    }

    private static WireMessage last(List<WireMessage> messages) {
        return messages.get(messages.size() - 1);
    }
}

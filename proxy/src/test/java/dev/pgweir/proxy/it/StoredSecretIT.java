package dev.pgweir.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.testing.PgWeirProcess;
import dev.pgweir.proxy.testing.PostgresInstance;
import dev.pgweir.proxy.testing.PostgresVersion;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Which kind of stored secret is of use for what: the client proves itself by one method, and the server asks for
 * another. A secret that is of no use refuses the client with a text that says so, and nobody else.
 *
 * <p>Each role is named after what the server asks it for and what PgWeir has stored of its password: {@code scram_md5}
 * has to answer SCRAM with an md5 hash.
 */
class StoredSecretIT {

    private static final String PASSWORD = "pencil";

    /** By what the server calls the method in pg_hba.conf. */
    private static final Map<String, String> SERVER_METHODS =
            Map.of("scram", "scram-sha-256", "md5", "md5", "clear", "password");

    /** {@code other} is a SCRAM secret of the same password with another salt than the server's. */
    private static final List<String> SECRETS = List.of("plain", "md5", "scram", "other", "none");

    private static final List<String> METHODS = List.of("trust", "plain", "md5", "scram-sha-256");

    private static final Map<String, PgWeirProcess> WEIRS = new HashMap<>();

    private static PostgresInstance postgres;

    /** One PgWeir for each auth_type, all with the same users. */
    @BeforeAll
    static void start(TestInfo test) throws SQLException {
        PostgresVersion version = test.getTestClass().orElseThrow().getAnnotation(PostgresVersion.class);
        PostgresInstance.Builder builder = PostgresInstance.builder()
                .major(version == null ? PostgresVersion.NEWEST : version.value())
                .auth("scram-sha-256");
        List<String> roles = new ArrayList<>();
        SERVER_METHODS.forEach((name, method) -> SECRETS.forEach(secret -> {
            roles.add(name + "_" + secret);
            builder.hba("host all " + name + "_" + secret + " 127.0.0.1/32 " + method);
        }));
        postgres = builder.start();
        StringBuilder users = new StringBuilder();
        try (Connection connection = postgres.connect("postgres");
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE ROLE other LOGIN PASSWORD '" + PASSWORD + "'");
            for (String role : roles) {
                statement.execute(
                        "SET password_encryption = '" + (role.startsWith("md5") ? "md5" : "scram-sha-256") + "'");
                statement.execute("CREATE ROLE " + role + " LOGIN PASSWORD '" + PASSWORD + "'");
                users.append("[users.%s]\npassword = '%s'\n".formatted(role, stored(statement, role)));
            }
        }
        for (String method : METHODS) {
            WEIRS.put(
                    method,
                    PgWeirProcess.builder()
                            .config("""
                    [databases.app]
                    host = "%s"
                    port = %d
                    dbname = "postgres"
                    [pgweir]
                    auth_type = "%s"
                    pool_mode = "transaction"
                    %s
                    """.formatted(postgres.host(), postgres.port(), method, users))
                            .start());
        }
    }

    private static String stored(Statement statement, String role) throws SQLException {
        return switch (role.replaceFirst(".*_", "")) {
            case "plain" -> PASSWORD;
            case "md5" -> "md5" + md5Hex(PASSWORD + role);
            case "scram" -> scramSecret(statement, role.startsWith("md5") ? "other" : role);
            case "other" -> scramSecret(statement, "other");
            default -> "";
        };
    }

    private static String md5Hex(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String scramSecret(Statement statement, String role) throws SQLException {
        try (ResultSet rows =
                statement.executeQuery("SELECT rolpassword FROM pg_authid WHERE rolname = '" + role + "'")) {
            rows.next();
            return rows.getString(1);
        }
    }

    @AfterAll
    static void stop() {
        WEIRS.values().forEach(PgWeirProcess::close);
        WEIRS.clear();
        postgres.close();
    }

    @AfterEach
    void noFaultIsLogged() {
        WEIRS.values()
                .forEach(weir -> assertThat(weir.lines())
                        .filteredOn(line -> line.contains("a fault of PgWeir")
                                || line.contains("Exception")
                                || line.contains(PASSWORD)
                                || line.contains("SCRAM-SHA-256$"))
                        .isEmpty());
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "trust, scram_plain",
        "trust, md5_plain",
        "trust, clear_plain",
        "trust, md5_md5",
        "plain, scram_plain",
        // The client's password, once it was right, is as good as a stored one.
        "plain, scram_md5",
        "plain, scram_scram",
        "plain, scram_other",
        "plain, md5_scram",
        "plain, clear_md5",
        "plain, clear_scram",
        "md5, scram_plain",
        "md5, md5_md5",
        "md5, clear_plain",
        // md5 gives way to SCRAM where only that can be checked.
        "md5, scram_scram",
        "scram-sha-256, scram_plain",
        "scram-sha-256, md5_plain",
        "scram-sha-256, clear_plain",
        "scram-sha-256, scram_scram"
    })
    void secretThatFitsLogsIn(String method, String role) throws IOException {
        try (WireClient client = WireClient.connect(weir(method).port())) {
            client.login(role, "app", PASSWORD);
            assertThat(client.value("SELECT current_user")).isEqualTo(role);
        }
        if (!method.equals("trust")) {
            try (WireClient wrong = WireClient.connect(weir(method).port())) {
                assertThat(last(wrong.tryLogin(role, "app", "crayon")).message())
                        .endsWith("authentication failed");
            }
        }
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "plain, scram_none, password authentication failed",
        "md5, scram_none, password authentication failed",
        "scram-sha-256, scram_none, SASL authentication failed",
        "scram-sha-256, scram_md5, SASL authentication failed",
        "scram-sha-256, md5_md5, SASL authentication failed"
    })
    void secretThatCannotCheckTheClientLooksLikeAWrongPassword(String method, String role, String text)
            throws IOException {
        PgWeirProcess weir = weir(method);
        assertRefused(weir, role, "28P01", text);
        assertThat(weir.lines())
                .filteredOn(line -> line.contains("/" + role + "@") && line.contains("login refused: "))
                .singleElement()
                .asString()
                .endsWith(
                        role.endsWith("none")
                                ? "the user has no password"
                                : "the stored secret cannot be used with this authentication method");
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "trust, scram_md5, wrong password type",
        "trust, scram_scram, wrong password type",
        "trust, md5_scram, wrong password type",
        "trust, clear_md5, wrong password type",
        "trust, clear_scram, wrong password type",
        "trust, scram_none, 'the server asks for a password, and none is known for user \"scram_none\"'",
        "md5, scram_md5, wrong password type",
        "md5, md5_scram, wrong password type",
        "md5, clear_md5, wrong password type",
        "scram-sha-256, md5_scram, wrong password type",
        "scram-sha-256, clear_scram, wrong password type",
        "scram-sha-256, scram_other, 'the client''s SCRAM keys do not fit: salt and iterations of user"
                + " \"scram_other\" differ between PgWeir and the server'"
    })
    void secretThatDoesNotAnswerTheServerIsSaidToBeOfTheWrongType(String method, String role, String text)
            throws IOException {
        assertRefused(weir(method), role, "28000", text);
    }

    /** Somebody else, with a server connection of the same database, is not disturbed by the refusal. */
    private static void assertRefused(PgWeirProcess weir, String role, String sqlState, String text)
            throws IOException {
        try (WireClient bystander = WireClient.connect(weir.port());
                WireClient client = WireClient.connect(weir.port())) {
            bystander.login("scram_plain", "app", PASSWORD);
            bystander.query("BEGIN");

            WireMessage refusal = last(client.tryLogin(role, "app", PASSWORD));

            assertThat(refusal.message()).isEqualTo(text);
            assertThat(refusal.sqlState()).isEqualTo(sqlState);
            assertThat(refusal.field('S')).isEqualTo("FATAL");
            client.awaitEnd();
            assertThat(bystander.value("SELECT 'undisturbed'")).isEqualTo("undisturbed");
            try (WireClient newcomer = WireClient.connect(weir.port())) {
                newcomer.login("scram_plain", "app", PASSWORD);
                assertThat(newcomer.value("SELECT 'served'")).isEqualTo("served");
            }
        }
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(weir.lines())
                        .filteredOn(line -> line.contains("/" + role + "@") && line.contains(" C-"))
                        .filteredOn(line -> line.contains("closing because: "))
                        .singleElement()
                        .asString()
                        .contains("closing because: " + text + " (age="));
    }

    private static WireMessage last(List<WireMessage> messages) {
        return messages.get(messages.size() - 1);
    }

    private static PgWeirProcess weir(String method) {
        return Objects.requireNonNull(WEIRS.get(method));
    }
}

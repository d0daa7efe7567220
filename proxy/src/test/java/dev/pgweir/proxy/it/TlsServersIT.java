package dev.pgweir.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.testing.PgWeirProcess;
import dev.pgweir.proxy.testing.PostgresInstance;
import dev.pgweir.proxy.testing.WireBytes;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import dev.pgweir.proxy.tls.TestAuthority;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * TLS towards a PostgreSQL that lets some in by {@code hostssl … scram-sha-256}, some by {@code cert} and some only in the
 * clear. One PgWeir, a database for each way to reach it.
 */
final class TlsServersIT {

    @TempDir
    private static @Nullable Path directory;

    private static final TestAuthority AUTHORITY = new TestAuthority("test authority");
    private static final TestAuthority STRANGE = new TestAuthority("strange authority");

    private static @Nullable PostgresInstance postgres;
    private static @Nullable PgWeirProcess weir;

    /** Servers that are hostile, or have no TLS, by the name of the database that leads there. */
    private static final Map<String, AnsweringServer> HOSTILE = Map.of(
            // Bytes that somebody in between puts behind the answer would count as the encrypted server's.
            "injected", AnsweringServer.start(WireBytes.bytes(new byte[] {'S'}, WireBytes.message('R', 0))),
            "error", AnsweringServer.start(WireBytes.message('E', "SFATAL", "C28000", "Mnot the server's", "")),
            "mute", AnsweringServer.start(new byte[] {'?'}),
            "without", AnsweringServer.start(new byte[] {'N'}),
            "garbage", AnsweringServer.start(new byte[] {'S'}),
            "straight", AnsweringServer.start(new byte[] {0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28}));

    @BeforeAll
    static void start() {
        Path files = Objects.requireNonNull(directory);
        AUTHORITY.own().write(files, "ca");
        STRANGE.own().write(files, "strange");
        AUTHORITY.issue("certified").write(files, "client");
        TestAuthority.Issued server = AUTHORITY.issueSigned("SHA512withRSA", "db", "localhost");
        postgres = PostgresInstance.builder()
                .tls(server.keyPem(), server.certificatePem(), AUTHORITY.own().certificatePem())
                .auth("reject")
                .hba("hostssl all bound 127.0.0.1/32 scram-sha-256")
                .hba("hostssl all certified 127.0.0.1/32 cert")
                .hba("hostnossl all clear 127.0.0.1/32 scram-sha-256")
                .hba("hostssl all word 127.0.0.1/32 password")
                .start();
        for (String role : List.of("bound", "certified", "clear", "word")) {
            postgres.createRole(role, "secret");
        }
        weir = PgWeirProcess.builder().config(config("ca.crt")).start();
    }

    private static String config(String authorities) {
        StringBuilder text = new StringBuilder();
        database(text, "prefer", "bound", "localhost", "");
        database(text, "require", "bound", "127.0.0.1", "server_tls_sslmode = \"require\"");
        database(text, "ca", "bound", "127.0.0.1", "server_tls_sslmode = \"verify-ca\"");
        database(text, "full", "bound", "localhost", "server_tls_sslmode = \"verify-full\"");
        database(text, "wrongname", "bound", "127.0.0.1", "server_tls_sslmode = \"verify-full\"");
        database(text, "clear", "clear", "localhost", "server_tls_sslmode = \"disable\"");
        database(
                text,
                "direct",
                "bound",
                "localhost",
                "server_tls_sslmode = \"verify-full\"\nserver_tls_sslnegotiation = \"direct\"");
        database(text, "bound", "bound", "localhost", "server_channel_binding = \"require\"");
        database(text, "unbound", "bound", "localhost", "server_channel_binding = \"disable\"");
        database(text, "notbindable", "word", "localhost", "server_channel_binding = \"require\"");
        database(text, "certified", "certified", "localhost", "server_tls_sslmode = \"verify-full\"");
        HOSTILE.forEach((name, server) -> {
            String direct = name.equals("straight") ? "\nserver_tls_sslnegotiation = \"direct\"" : "";
            text.append("""
                    [databases.%s]
                    host = "localhost"
                    port = %d
                    dbname = "postgres"
                    user = "bound"
                    server_connect_timeout = 3
                    server_tls_sslmode = "require"%s

                    """.formatted(name, server.port(), direct));
        });
        return text + """
                [pgweir]
                auth_type = "any"
                pool_mode = "transaction"
                default_pool_size = 1
                admin_users = ["bound"]
                server_tls_ca_file = "%s"
                server_tls_key_file = "%s"
                server_tls_cert_file = "%s"
                """.formatted(file(authorities), file("client.key"), file("client.crt"));
    }

    private static void database(StringBuilder text, String name, String user, String host, String more) {
        text.append("""
                [databases.%s]
                host = "%s"
                port = %d
                dbname = "postgres"
                user = "%s"
                password = "secret"
                %s

                """.formatted(name, host, Objects.requireNonNull(postgres).port(), user, more));
    }

    private static String file(String name) {
        return Objects.requireNonNull(directory).resolve(name).toString();
    }

    @AfterAll
    static void stop() {
        if (weir != null) {
            weir.close();
        }
        if (postgres != null) {
            postgres.close();
        }
        HOSTILE.values().forEach(AnsweringServer::close);
    }

    @ParameterizedTest
    @CsvSource({
        "prefer, TLSv1.3",
        "require, TLSv1.3",
        "ca, TLSv1.3",
        "full, TLSv1.3",
        "direct, TLSv1.3",
        "bound, TLSv1.3",
        "unbound, TLSv1.3",
        "certified, TLSv1.3",
        "clear, ",
    })
    void reachesTheServerInEachWay(String database, @Nullable String version) throws IOException {
        try (WireClient client = login(database)) {
            assertThat(client.value("SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()"))
                    .isEqualTo(version);
        }
    }

    @Test
    void theConsoleShowsTheCipherOfServers() throws IOException {
        try (WireClient client = login("full");
                WireClient console = login("pgbouncer")) {
            client.value("SELECT 1");

            assertThat(console.rows("SHOW SERVERS"))
                    .filteredOn(row -> "full".equals(row.get(2)))
                    .allSatisfy(row -> assertThat(row).contains("TLSv1.3/TLS_AES_256_GCM_SHA384"))
                    .isNotEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "wrongname, TLS handshake error: No subject alternative names matching IP address 127.0.0.1 found",
        "notbindable, server_channel_binding = require",
    })
    void refusesAServerThatIsNotWhatItShouldBe(String database, String text) throws IOException {
        try (WireClient client = connect()) {
            List<WireMessage> answer = client.tryLogin("bound", database, "");

            assertThat(answer.get(answer.size() - 1).toString()).contains(text);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "injected, received unencrypted data after SSL response",
        "error, the server answered SSLRequest by an error",
        "mute, neither by S nor by N",
        "without, server refused SSL",
        "straight, TLS handshake error: ",
    })
    void givesUpOnAServerThatDoesNotBeginTls(String database, String text) throws IOException {
        try (WireClient client = connect()) {
            List<WireMessage> answer = client.tryLogin("bound", database, "");

            assertThat(answer.get(answer.size() - 1).toString()).contains(text).doesNotContain("not the server's");
            Objects.requireNonNull(weir).awaitLine(text);
        }
    }

    @Test
    void aServerThatStopsInTheMiddleOfTheHandshakeIsGivenUpAfterTheConnectTimeout() throws IOException {
        try (WireClient client = connect()) {
            client.send(WireBytes.startup("user", "bound", "database", "garbage"));

            Objects.requireNonNull(weir).awaitLine("closing because: connect timeout");
        }
    }

    @Test
    void aCancelRequestIsEncryptedWhereItsServerIs() throws IOException {
        PostgresInstance server = Objects.requireNonNull(postgres);
        try (WireClient client = login("full")) {
            client.send(WireBytes.query("SELECT pg_sleep(61)"));
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
                try (var connection = server.connect("postgres");
                        var rows = connection
                                .createStatement()
                                .executeQuery("SELECT count(*) FROM pg_stat_activity WHERE query ="
                                        + " 'SELECT pg_sleep(61)' AND state = 'active'")) {
                    rows.next();
                    return rows.getInt(1) == 1;
                }
            });
            client.cancel();

            assertThat(client.readUntil('Z'))
                    .anyMatch(message -> message.toString().contains("57014"));
        }
    }

    @Test
    void otherSettingsOfTlsRetireTheServersAndABrokenFileChangesNothing() throws IOException {
        PgWeirProcess process = Objects.requireNonNull(weir);
        try (WireClient client = login("ca");
                WireClient console = login("pgbouncer")) {
            String before = client.value("SELECT pg_backend_pid()");

            process.rewriteConfig(config("nowhere.crt"));
            assertThat(console.query("RELOAD").toString()).contains("RELOAD failed");
            process.awaitLine(" ERROR TLS setup failed: server_tls_ca_file: " + file("nowhere.crt")
                    + ": No such file or directory");
            assertThat(client.value("SELECT pg_backend_pid()")).isEqualTo(before);

            process.rewriteConfig(config("strange.crt"));
            console.query("RELOAD");
            process.awaitLine("closing because: database configuration changed");
            try (WireClient late = connect()) {
                assertThat(late.tryLogin("bound", "full", "").toString()).contains("TLS handshake error: ");
            }

            process.rewriteConfig(config("ca.crt"));
            console.query("RELOAD");
            try (WireClient again = login("full")) {
                assertThat(again.value("SELECT 1")).isEqualTo("1");
            }
        }
    }

    private static WireClient connect() throws IOException {
        return WireClient.connect(Objects.requireNonNull(weir).port());
    }

    private static WireClient login(String database) throws IOException {
        return connect().login("bound", database, "");
    }
}

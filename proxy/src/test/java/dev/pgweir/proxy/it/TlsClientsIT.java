package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.testing.WireBytes.gssEncRequest;
import static dev.pgweir.proxy.testing.WireBytes.sslRequest;
import static dev.pgweir.proxy.testing.WireBytes.startup;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import dev.pgweir.proxy.tls.TestAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import javax.net.ssl.SSLSocket;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** TLS towards clients: optional on one PgWeir; the others need it, or a certificate. */
@ExtendWith(RealPostgres.class)
final class TlsClientsIT {

    @TempDir
    private static @Nullable Path directory;

    private static final TestAuthority AUTHORITY = new TestAuthority("test authority");
    private static final TestAuthority STRANGE = new TestAuthority("strange authority");
    private static TestAuthority.@Nullable Issued mine;

    private static @Nullable TestDatabase database;
    private static @Nullable Fronted optional;
    private static @Nullable Fronted strict;
    private static @Nullable ClientProgram psql;

    @BeforeAll
    static void start(TestDatabase shared) throws IOException {
        database = shared;
        Path files = Objects.requireNonNull(directory);
        AUTHORITY.own().write(files, "ca");
        STRANGE.own().write(files, "strange");
        AUTHORITY.issue("weir", "localhost", "127.0.0.1").write(files, "server");
        mine = AUTHORITY.issue(shared.user());
        mine.write(files, "client");
        STRANGE.issue(shared.user()).write(files, "foreign");
        optional = Fronted.start(shared, settings("prefer", "admin_users = [\"" + shared.user() + "\"]", Http.SETTING));
        // As short as a login on a busy machine can bear.
        strict = Fronted.start(shared, settings("verify-full", "client_login_timeout = 4"));
        psql = ClientProgram.psql().orElse(null);
    }

    private static String[] settings(String mode, String... more) {
        String[] all = new String[6 + more.length];
        all[0] = "auth_type = \"scram-sha-256\"";
        all[1] = "client_tls_sslmode = \"" + mode + "\"";
        all[2] = "client_tls_key_file = \"" + file("server.key") + "\"";
        all[3] = "client_tls_cert_file = \"" + file("server.crt") + "\"";
        all[4] = "client_tls_ca_file = \"" + file("ca.crt") + "\"";
        all[5] = "server_tls_sslmode = \"disable\"";
        System.arraycopy(more, 0, all, 6, more.length);
        return all;
    }

    private static String file(String name) {
        return Objects.requireNonNull(directory).resolve(name).toString();
    }

    @AfterAll
    static void stop() {
        for (Fronted weir : new Fronted[] {optional, strict}) {
            if (weir != null) {
                weir.close();
            }
        }
    }

    @Test
    void metricsTellHowConnectionsAreEncrypted() throws Exception {
        Http http = Http.of(weir().process());
        Properties properties = new Properties();
        properties.putAll(
                Map.of("user", database().user(), "password", database().password()));
        properties.putAll(Map.of("sslmode", "verify-ca", "sslrootcert", file("ca.crt")));
        try (Connection connection =
                        DriverManager.getConnection(weir().process().jdbcUrl(Fronted.NAME), properties);
                WireClient clear = weir().login()) {
            assertThat(connection.isValid(10)).isTrue();
            assertThat(clear.value("SELECT 1")).isEqualTo("1");
            assertThat(http.get("/metrics").body())
                    .containsPattern("pgweir_tls_client_connections\\{cipher=\"TLS_\\w+\",protocol=\"TLSv1.3\"} [1-9]")
                    .containsPattern("pgweir_tls_client_connections\\{cipher=\"\",protocol=\"\"} [1-9]")
                    .containsPattern("pgweir_tls_server_connections\\{cipher=\"\",protocol=\"\"} 1")
                    .containsPattern("pgweir_tls_handshakes_total\\{result=\"succeeded\",side=\"client\"} [1-9]");
        }
        properties.put("sslrootcert", file("strange.crt"));
        double before = failed(http);
        assertThatThrownBy(() -> DriverManager.getConnection(weir().process().jdbcUrl(Fronted.NAME), properties))
                .isInstanceOf(SQLException.class);
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(failed(http)).isGreaterThan(before));
    }

    private static double failed(Http http) {
        return http.get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("pgweir_tls_handshakes_total{result=\"failed\",side=\"client\"}"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' '))))
                .sum();
    }

    // ---- psql ----

    @ParameterizedTest
    @CsvSource({
        "disable, ca.crt, 127.0.0.1, no",
        "allow, ca.crt, 127.0.0.1, no",
        "prefer, strange.crt, 127.0.0.1, TLSv1.3/TLS_AES_256_GCM_SHA384",
        "require, none, 127.0.0.1, TLSv1.3/TLS_AES_256_GCM_SHA384",
        "verify-ca, ca.crt, 127.0.0.1, TLSv1.3/TLS_AES_256_GCM_SHA384",
        "verify-full, ca.crt, localhost, TLSv1.3/TLS_AES_256_GCM_SHA384",
    })
    void psqlConnectsInEachModeAndTheConsoleShowsTheCipher(String mode, String root, String host, String tls) {
        if (psql == null) {
            return;
        }
        ClientProgram.Run run = psql(
                weir(),
                "SHOW CLIENTS",
                Map.of(
                        "PGDATABASE",
                        "pgbouncer",
                        "PGSSLMODE",
                        mode,
                        // prefer is not told of the certificate that it could not verify.
                        "PGSSLROOTCERT",
                        mode.startsWith("verify") ? file(root) : file("none"),
                        "PGHOST",
                        host));

        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(run.output()).contains(tls.equals("no") ? "||" : "|" + tls + "|");
        weir().process()
                .awaitLine("login attempt: db=pgbouncer user=" + database().user() + " tls=" + tls + " repl");
    }

    @ParameterizedTest
    @CsvSource({
        "verify-ca, strange.crt, 127.0.0.1, certificate verify failed",
        "verify-full, ca.crt, 127.0.0.2, does not match host name",
    })
    void psqlRefusesWhatItCannotVerify(String mode, String root, String host, String text) {
        if (psql == null) {
            return;
        }
        // Other addresses of the loopback are not listened on, so the name is told apart from the address.
        Map<String, String> environment = new HashMap<>(
                Map.of("PGSSLMODE", mode, "PGSSLROOTCERT", file(root), "PGHOSTADDR", "127.0.0.1", "PGHOST", host));

        ClientProgram.Run run = psql(weir(), "SELECT 1", environment);

        assertThat(run.exitCode()).isNotZero();
        assertThat(run.output()).contains(text);
    }

    @ParameterizedTest
    @CsvSource({"require, 0", "prefer, 0", "disable, 0"})
    void psqlBindsItsLoginToTheConnection(String binding, int exitCode) {
        if (psql == null) {
            return;
        }
        ClientProgram.Run run = psql(weir(), "SELECT 1", Map.of("PGSSLMODE", "require", "PGCHANNELBINDING", binding));

        assertThat(run.exitCode()).as(run.output()).isEqualTo(exitCode);
    }

    @Test
    void psqlCannotBindItsLoginWithoutTls() {
        if (psql == null) {
            return;
        }
        assertThat(psql(weir(), "SELECT 1", Map.of("PGSSLMODE", "disable", "PGCHANNELBINDING", "require"))
                        .output())
                .contains("channel binding");
    }

    @ParameterizedTest
    @CsvSource({"client, 0", "foreign, 2", "none, 2"})
    void onlyAClientWithACertificateOfTheAuthorityGetsIn(String certificate, int exitCode) {
        if (psql == null) {
            return;
        }
        ClientProgram.Run run = psql(
                Objects.requireNonNull(strict),
                "SELECT 1",
                Map.of(
                        "PGSSLMODE", "require",
                        "PGSSLCERT", file(certificate + ".crt"),
                        "PGSSLKEY", file(certificate + ".key")));

        assertThat(run.exitCode()).as(run.output()).isEqualTo(exitCode);
        if (exitCode != 0) {
            Objects.requireNonNull(strict).process().awaitLine("TLS handshake error: ");
        }
    }

    @Test
    void aClientWithoutTlsIsRefusedWhereItMustBeUsed() throws IOException {
        try (WireClient client = Objects.requireNonNull(strict).connect()) {
            List<WireMessage> answer =
                    client.tryLogin(database().user(), Fronted.NAME, database().password());

            assertThat(answer.get(0).toString()).contains("SSL required");
            client.awaitEnd();
        }
    }

    private static ClientProgram.Run psql(Fronted at, String sql, Map<String, String> more) {
        Map<String, String> environment = new HashMap<>(at.environment());
        environment.put("PGSSLROOTCERT", file("none"));
        environment.put("PGSSLCERT", file("none"));
        environment.putAll(more);
        return Objects.requireNonNull(psql).run(environment, "", "-XAtc", sql);
    }

    // ---- pgjdbc ----

    @ParameterizedTest
    @CsvSource({"require", "verify-ca", "verify-full"})
    void pgjdbcConnectsWithItsCertificate(String mode) throws Exception {
        Properties properties = new Properties();
        properties.put("user", database().user());
        properties.put("password", database().password());
        properties.put("sslmode", mode);
        properties.put("sslrootcert", file("ca.crt"));
        properties.put("channelBinding", "require");
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:postgresql://localhost:" + weir().port() + "/" + Fronted.NAME, properties);
                var rows = connection.createStatement().executeQuery("SELECT 42")) {
            assertThat(rows.next()).isTrue();
            assertThat(rows.getInt(1)).isEqualTo(42);
        }
    }

    // ---- bytes ----

    @Test
    void bytesBehindARequestForEncryptionEndTheConnection() throws IOException {
        for (byte[] request : List.of(sslRequest(), gssEncRequest())) {
            try (WireClient client = weir().connect()) {
                client.send(request, startup("user", database().user(), "database", Fronted.NAME));

                assertThat(client.read().toString()).contains("unencrypted bytes behind");
                client.awaitEnd();
            }
        }
    }

    @Test
    void anOfferOfGssapiIsAnsweredByNo() throws IOException {
        try (WireClient client = weir().connect()) {
            assertThat(client.send(gssEncRequest()).readByte()).isEqualTo('N');
            assertThat(client.send(sslRequest()).readByte()).isEqualTo('S');
        }
    }

    @Test
    void whatIsNoHandshakeBehindTheAnswerEndsTheConnectionAndNobodyElses() throws IOException {
        try (WireClient other = weir().login();
                WireClient client = weir().connect()) {
            assertThat(client.send(sslRequest()).readByte()).isEqualTo('S');

            client.send(startup("user", database().user(), "database", Fronted.NAME));

            client.awaitEnd();
            weir().process().awaitLine("TLS handshake error: not an SSL/TLS record");
            assertThat(other.value("SELECT 1")).isEqualTo("1");
        }
    }

    @Test
    void aHandshakeThatStopsHalfWayEndsByTheLoginTimeout() throws IOException {
        Fronted weir = Objects.requireNonNull(strict);
        try (WireClient client = weir.connect()) {
            assertThat(client.send(sslRequest()).readByte()).isEqualTo('S');
            // The header of a record that promises more.
            client.send(new byte[] {0x16, 0x03, 0x01, 0x01, 0x00, 0x01});

            client.awaitEnd();
            weir.process().awaitLine("closing because: client_login_timeout");
        }
    }

    @Test
    void tlsWithoutAQuestionNeedsItsProtocolInAlpn() throws IOException {
        try (SSLSocket socket = atOnce("postgresql");
                WireClient client = WireClient.over(socket)) {
            assertThat(socket.getApplicationProtocol()).isEqualTo("postgresql");
            client.login(database().user(), Fronted.NAME, database().password());
            assertThat(client.value("SELECT 7")).isEqualTo("7");
        }
        for (String protocol : new String[] {null, "http/1.1"}) {
            try (SSLSocket socket = atOnce(protocol);
                    WireClient client = WireClient.over(socket)) {
                assertThatThrownBy(() -> client.login(
                                database().user(), Fronted.NAME, database().password()))
                        .isInstanceOf(IOException.class);
            }
        }
        weir().process().awaitLine("direct TLS without the protocol \"postgresql\" in ALPN");
    }

    @Test
    void aCancelRequestArrivesByTlsAsWell() throws Exception {
        try (WireClient client = secured()) {
            client.login(database().user(), Fronted.NAME, database().password());
            client.send(dev.pgweir.proxy.testing.WireBytes.query("SELECT pg_sleep(60)"));
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> "1"
                            .equals(database()
                                    .value("SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)'"
                                            + " AND state = 'active'")));
            try (WireClient other = secured()) {
                other.send(dev.pgweir.proxy.testing.WireBytes.cancelRequest(client.pid(), client.secret()));
                other.awaitEnd();
            }
            assertThat(client.readUntil('Z'))
                    .anyMatch(message -> message.toString().contains("57014"));
        }
    }

    @Test
    void largeResultsAndStatementsPassUnchanged() throws IOException {
        String text = "x".repeat(300_000);
        try (WireClient client = secured()) {
            client.login(database().user(), Fronted.NAME, database().password());
            for (int i = 0; i < 20; i++) {
                assertThat(client.value("SELECT repeat('y', 2000000)")).hasSize(2_000_000);
                assertThat(client.value("SELECT length('" + text + "')")).isEqualTo("300000");
            }
        }
    }

    @Test
    void aRenewedCertificateIsShownWithoutAWordAndABrokenOneIsNot() throws Exception {
        Path files = Objects.requireNonNull(directory);
        try (WireClient before = secured()) {
            before.login(database().user(), Fronted.NAME, database().password());
            TestAuthority.Issued renewed = AUTHORITY.issue("weir", "localhost", "127.0.0.1");
            renewed.write(files, "server");

            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> shownCertificate().equals(renewed.certificate()));
            assertThat(before.value("SELECT 1")).isEqualTo("1");

            Files.writeString(files.resolve("server.crt"), "no certificate");
            weir().process().awaitLine("there is no certificate in PEM format in it; the certificates that were read");
            assertThat(shownCertificate()).isEqualTo(renewed.certificate());
            renewed.write(files, "server");
        }
    }

    private static Certificate shownCertificate() throws IOException {
        try (SSLSocket socket = Secured.ask(weir().port(), AUTHORITY.clientContext(mine))) {
            return socket.getSession().getPeerCertificates()[0];
        }
    }

    private static WireClient secured() throws IOException {
        return WireClient.over(Secured.ask(weir().port(), AUTHORITY.clientContext(mine)));
    }

    /** Without asking for TLS first. */
    private static SSLSocket atOnce(@Nullable String protocol) throws IOException {
        return Secured.shakeHands(
                new Socket(InetAddress.getLoopbackAddress(), weir().port()),
                AUTHORITY.clientContext(mine),
                parameters -> {
                    if (protocol != null) {
                        parameters.setApplicationProtocols(new String[] {protocol});
                    }
                });
    }

    private static Fronted weir() {
        return Objects.requireNonNull(optional);
    }

    private static TestDatabase database() {
        return Objects.requireNonNull(database);
    }
}

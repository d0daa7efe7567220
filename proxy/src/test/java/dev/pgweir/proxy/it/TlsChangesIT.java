package dev.pgweir.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pgweir.proxy.testing.PostgresInstance;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import dev.pgweir.proxy.tls.TestAuthority;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS on both sides of a PgWeir that was started from an ini, changed while it runs: by SET, RELOAD and SIGHUP. */
final class TlsChangesIT {
    private static final String USER = "bound";
    private static final TestAuthority FIRST = new TestAuthority("first authority");
    private static final TestAuthority SECOND = new TestAuthority("second authority");

    @TempDir
    private static Path directory;

    private static PostgresInstance postgres;
    private static FromIni weir;

    @BeforeAll
    static void start() throws IOException {
        FIRST.own().write(directory, "ca1");
        SECOND.own().write(directory, "ca2");
        FIRST.issue("weir", "localhost", "127.0.0.1").write(directory, "server1");
        SECOND.issue("weir", "localhost", "127.0.0.1").write(directory, "server2");
        TestAuthority.Issued server = FIRST.issue("db", "localhost");
        postgres = PostgresInstance.builder()
                .tls(server.keyPem(), server.certificatePem(), FIRST.own().certificatePem())
                .auth("reject")
                .hba("hostssl all " + USER + " 127.0.0.1/32 scram-sha-256")
                .hba("host all either 127.0.0.1/32 scram-sha-256")
                .start();
        postgres.createRole(USER, FromIni.SECRET);
        postgres.createRole("either", FromIni.SECRET);
        weir = FromIni.start(directory, List.of(USER, FromIni.SECRET, "either", FromIni.SECRET), ini());
    }

    private static String[] ini(String... more) {
        String server = " port=" + postgres.port() + " dbname=postgres";
        List<String> lines = new ArrayList<>(List.of(
                "auth_type = scram-sha-256",
                "pool_mode = transaction",
                "server_login_retry = 1",
                "server_tls_sslmode = require",
                "server_tls_ca_file = " + directory.resolve("ca1.crt"),
                "client_tls_key_file = " + directory.resolve("server1.key"),
                "client_tls_cert_file = " + directory.resolve("server1.crt"),
                "client_tls_ca_file = " + directory.resolve("ca1.crt"),
                "client_tls_sslmode = allow"));
        lines.addAll(Arrays.asList(more));
        lines.addAll(
                List.of("[databases]", "app = host=localhost" + server, "several = host=localhost,localhost" + server));
        return lines.toArray(String[]::new);
    }

    @AfterAll
    static void stop() {
        weir.close();
        postgres.close();
    }

    @BeforeEach
    void asAtTheStart() throws IOException {
        reload();
    }

    /** By signal: the console may not be reached without TLS at that moment. */
    private static void reload(String... more) throws IOException {
        long before = weir.count("configuration reloaded");
        weir.rewrite(ini(more));
        weir.process().signal("HUP");
        await().atMost(FromIni.PATIENCE).until(() -> weir.count("configuration reloaded") > before);
    }

    private static WireClient login(String user) throws IOException {
        return weir.login(user, "app", FromIni.SECRET);
    }

    private static WireClient secured(TestAuthority trusted) throws IOException {
        return secured(trusted, null);
    }

    /** With a certificate of that name, if any. */
    private static WireClient secured(TestAuthority trusted, @Nullable String name) throws IOException {
        return WireClient.over(
                Secured.ask(weir.port(), trusted.clientContext(name == null ? null : trusted.issue(name))));
    }

    private static void isEncrypted(TestAuthority trusted) throws IOException {
        try (WireClient client = secured(trusted)) {
            client.login(USER, "app", FromIni.SECRET);
            assertThat(client.value("SELECT 'encrypted'")).isEqualTo("encrypted");
        }
    }

    // ---- clients ----

    @Test
    void encryptionOfClientsIsRequiredAndSwitchedOffBySet() throws IOException {
        for (int i = 0; i < 2; i++) {
            weir.orders("SET client_tls_sslmode = 'require'");
            isEncrypted(FIRST);
            try (WireClient client = weir.connect()) {
                assertThat(client.tryLogin(USER, "app", FromIni.SECRET))
                        .last()
                        .satisfies(refusal -> assertThat(refusal.message()).contains("SSL required"));
            }
            try (WireClient console = secured(FIRST)) {
                console.login(FromIni.ADMIN, "pgbouncer", FromIni.SECRET);
                console.query("SET client_tls_sslmode = 'disable'");
            }
            assertThatThrownBy(() -> secured(FIRST)).hasMessage("answered by N");
            login(USER).close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"SET", "RELOAD", "HUP"})
    void anotherCertificateIsShownAtOnceAndTheOldAuthorityDoesNotKnowIt(String way) throws IOException {
        isEncrypted(FIRST);
        String[] settings = {
            "client_tls_key_file = " + directory.resolve("server2.key"),
            "client_tls_cert_file = " + directory.resolve("server2.crt"),
            "client_tls_ca_file = " + directory.resolve("ca2.crt")
        };
        if (way.equals("SET")) {
            // Key and certificate belong together, so neither can be set alone.
            weir.orders("SET client_tls_sslmode = 'disable'");
            for (String setting : settings) {
                weir.orders("SET " + setting.replace("= ", "= '") + "'");
            }
            weir.orders("SET client_tls_sslmode = 'require'");
            try (WireClient console = secured(SECOND)) {
                console.login(FromIni.ADMIN, "pgbouncer", FromIni.SECRET);
                console.query("SET client_tls_sslmode = 'allow'");
            }
        } else if (way.equals("RELOAD")) {
            weir.rewrite(ini(settings));
            weir.orders("RELOAD");
        } else {
            reload(settings);
        }
        isEncrypted(SECOND);
        assertThatThrownBy(() -> secured(FIRST)).isInstanceOf(IOException.class);
    }

    @Test
    void suiteOfTls13IsInTheLogAndAnUnknownOneIsRefused() throws IOException {
        reload("client_tls13_ciphers = TLS_CHACHA20_POLY1305_SHA256");
        isEncrypted(FIRST);
        weir.process().awaitLine("tls=TLSv1.3/TLS_CHACHA20_POLY1305_SHA256 replication=no");
        weir.rewrite(ini("client_tls13_ciphers = TLS_NOTHING"));
        assertThat(FromIni.told(weir.order("RELOAD")))
                .isEqualTo("ERROR F0000 RELOAD failed, see logs for additional details");
        assertThat(weir.process().awaitLine("failed to set the TLSv1.3 cipher suites"))
                .contains(" ERROR TLS setup failed: ");
        isEncrypted(FIRST);
    }

    @Test
    void certificateThatIsNotThereIsNamedAndTheOldOneStays() throws IOException {
        weir.rewrite(ini("client_tls_cert_file = " + directory.resolve("dummy.crt")));
        assertThat(FromIni.told(weir.order("RELOAD")))
                .isEqualTo("ERROR F0000 RELOAD failed, see logs for additional details");
        assertThat(weir.process().awaitLine("dummy.crt"))
                .contains(" ERROR TLS setup failed:")
                .contains("No such file or directory");
        isEncrypted(FIRST);
    }

    @Test
    void certificateIsTheLoginWhereTheMethodIsCert() throws IOException {
        weir.orders("SET client_tls_sslmode = 'verify-full'", "SET auth_type = 'cert'");
        try (WireClient client = secured(FIRST, USER)) {
            client.login(USER, "app", "");
            assertThat(client.value("SELECT current_user")).isEqualTo(USER);
        }
        try (WireClient other = secured(FIRST, "either");
                WireClient console = secured(FIRST, FromIni.ADMIN)) {
            assertThat(FromIni.told(other.tryLogin(USER, "app", ""))).startsWith("FATAL 08P01 ");
            console.login(FromIni.ADMIN, "pgbouncer", "");
            console.query("SET auth_type = 'scram-sha-256'");
            console.query("SET client_tls_sslmode = 'allow'");
        }
    }

    // ---- servers ----

    @Test
    void encryptionOfServersIsSwitchedOffAndOnBySetAndAReconnect() throws IOException {
        try (WireClient client = login(USER)) {
            assertThat(client.value("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"))
                    .isEqualTo("t");
        }
        weir.orders("SET server_tls_sslmode = 'disable'", "RECONNECT app", "WAIT_CLOSE app");
        for (int i = 0; i < 2; i++) {
            assertThat(weir.refusal(USER, "app", FromIni.SECRET))
                    .startsWith("FATAL 28000 pg_hba.conf rejects connection for host")
                    .contains("no encryption");
        }
        weir.orders("SET server_tls_sslmode = 'require'");
        await().atMost(FromIni.PATIENCE).untilAsserted(() -> {
            try (WireClient client = weir.connect()) {
                assertThat(client.tryLogin(USER, "app", FromIni.SECRET))
                        .last()
                        .extracting(WireMessage::type)
                        .isEqualTo('Z');
            }
        });
    }

    @ParameterizedTest
    @CsvSource({"app", "several"})
    void serverWhoseAuthorityIsAnotherIsNotTrusted(String database) throws IOException {
        reload(
                "server_tls_sslmode = verify-full",
                "server_tls_ca_file = " + directory.resolve("ca2.crt"),
                "query_wait_timeout = 0.5",
                "server_login_retry = 0.2");
        weir.orders("RECONNECT " + database, "WAIT_CLOSE " + database);
        String refusal = weir.refusal(USER, database, FromIni.SECRET);
        assertThat(refusal).startsWith("FATAL 08P01 ");
        weir.process().awaitLine("certificate verify failed");

        reload("server_tls_sslmode = verify-full", "server_login_retry = 0.2");
        await().atMost(FromIni.PATIENCE).untilAsserted(() -> {
            try (WireClient client = weir.connect()) {
                assertThat(client.tryLogin(USER, database, FromIni.SECRET))
                        .last()
                        .extracting(WireMessage::type)
                        .isEqualTo('Z');
            }
        });
    }

    @ParameterizedTest
    @CsvSource({
        "server_tls_sslmode = require, ''",
        "server_tls_sslmode = require, server_tls_protocols = tlsv1.2",
        "server_tls_sslmode = disable, server_tls_sslmode = allow"
    })
    void idleServerIsClosedByAReloadThatChangesItsEncryptionAndByNoOther(String before, String after)
            throws IOException {
        reload(before);
        weir.orders("RECONNECT app", "WAIT_CLOSE app");
        try (WireClient client = login("either")) {
            String pid = client.value("SELECT pg_backend_pid()");
            long closed = weir.count("closing because: database configuration changed");
            reload(before);
            assertThat(client.value("SELECT pg_backend_pid()")).isEqualTo(pid);
            assertThat(weir.count("closing because: database configuration changed"))
                    .isEqualTo(closed);

            reload(before, after);

            if (after.isEmpty()) {
                assertThat(client.value("SELECT pg_backend_pid()")).isEqualTo(pid);
            } else {
                weir.awaitCount("closing because: database configuration changed", closed + 1);
                assertThat(client.value("SELECT pg_backend_pid()")).isNotEqualTo(pid);
            }
        }
    }
}

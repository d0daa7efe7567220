package dev.pgweir.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pgweir.proxy.testing.PgWeirProcess;
import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.tls.TestAuthority;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients get by TLS is the same whether BoringSSL does it or, where that does not load, the JDK. */
@ExtendWith(RealPostgres.class)
@ParameterizedClass(name = "{0}")
@ValueSource(strings = {"BoringSSL", "JDK"})
final class TlsEnginesIT {
    private static final int LOGINS = 100;

    private static final TestAuthority AUTHORITY = new TestAuthority("authority");
    private static final TestAuthority.Issued USUAL = AUTHORITY.issue("weir", "localhost", "127.0.0.1");

    @TempDir
    private static @Nullable Path directory;

    private static final Map<String, Fronted> RUNNING = new HashMap<>();

    private static @Nullable TestDatabase database;
    private static @Nullable ClientProgram psql;

    @Parameter
    String engine = "";

    @BeforeAll
    static void prepare(TestDatabase shared) {
        database = shared;
        psql = ClientProgram.psql().orElse(null);
        AUTHORITY.own().write(files(), "ca");
    }

    /** PgWeir with this engine; it is started when it is needed first. */
    private Fronted weir() {
        return RUNNING.computeIfAbsent(engine, name -> {
            USUAL.write(files(), "server");
            PgWeirProcess.Builder builder = PgWeirProcess.builder();
            if (name.equals("JDK")) {
                builder.jvmOption("-Dio.netty.handler.ssl.noOpenSsl=true");
            }
            Fronted started = Fronted.start(
                    database(),
                    builder,
                    "auth_type = \"scram-sha-256\"",
                    "admin_users = [\"" + database().user() + "\"]",
                    "client_tls_sslmode = \"prefer\"",
                    "client_tls_key_file = \"" + file("server.key") + "\"",
                    "client_tls_cert_file = \"" + file("server.crt") + "\"",
                    "server_tls_sslmode = \"disable\"");
            started.process().awaitLine(name.equals("JDK") ? "TLS by the JDK, because" : "TLS by BoringSSL");
            return started;
        });
    }

    @AfterAll
    static void stop() {
        RUNNING.values().forEach(Fronted::close);
        RUNNING.clear();
    }

    @Test
    void psqlVerifiesTheCertificateAndItsNameAndBindsItsLogin() {
        reload();
        if (psql == null) {
            return;
        }
        ClientProgram.Run run = psql(
                "SELECT 42",
                Map.of(
                        "PGSSLMODE",
                        "verify-full",
                        "PGSSLROOTCERT",
                        file("ca.crt"),
                        "PGHOST",
                        "localhost",
                        "PGCHANNELBINDING",
                        "require"));

        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(run.output()).contains("42");
    }

    @Test
    void pgjdbcVerifiesTheCertificateAndItsNameAndBindsItsLogin() throws Exception {
        reload();
        try (Connection connection = jdbc("verify-full", "require");
                var rows = connection.createStatement().executeQuery("SELECT 42")) {
            assertThat(rows.next()).isTrue();
        }
    }

    @Test
    void nodePostgresVerifiesTheCertificateAndItsName() {
        reload();
        ClientProgram node = ClientProgram.node("node-tls.js", "pg").orElse(null);
        if (node == null) {
            return;
        }
        Map<String, String> environment = new HashMap<>(weir().environment());
        environment.put("PGHOST", "localhost");
        environment.put("ROOT_CERTIFICATE", file("ca.crt"));

        ClientProgram.Run run = node.run(environment, "");

        assertThat(run.exitCode()).as(run.output()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SHA256withRSA",
                "SHA384withRSA",
                "SHA512withRSA",
                "SHA256withECDSA",
                "SHA384withECDSA",
                "SHA512withECDSA"
            })
    void loginsAreBoundToCertificatesWithAnySignature(String signature) throws Exception {
        weir();
        AUTHORITY.selfSigned(signature, "weir", "localhost").write(files(), "server");
        console("RELOAD");
        try (Connection connection = jdbc("require", "require");
                var rows = connection.createStatement().executeQuery("SELECT 42")) {
            assertThat(rows.next()).isTrue();
        }
        if (psql != null) {
            ClientProgram.Run run = psql("SELECT 42", Map.of("PGSSLMODE", "require", "PGCHANNELBINDING", "require"));
            assertThat(run.exitCode()).as(run.output()).isZero();
        }
    }

    @Test
    void noBindingIsOfferedWhereNoneIsDefined() {
        weir();
        AUTHORITY.selfSigned("Ed25519", "weir", "localhost").write(files(), "server");
        console("RELOAD");
        if (psql == null) {
            return;
        }
        for (String binding : new String[] {"prefer", "disable"}) {
            ClientProgram.Run run = psql("SELECT 42", Map.of("PGSSLMODE", "require", "PGCHANNELBINDING", binding));
            assertThat(run.exitCode()).as(run.output()).isZero();
        }
        ClientProgram.Run run = psql("SELECT 42", Map.of("PGSSLMODE", "require", "PGCHANNELBINDING", "require"));
        assertThat(run.exitCode()).isNotZero();
        assertThat(run.output()).contains("channel binding");
    }

    @Test
    void whoHasTheKeyExchangeRepeatedIsSentAway() throws Exception {
        reload();
        try (WireClient other = weir().login();
                SSLSocket socket = secured("TLSv1.2");
                WireClient client = WireClient.over(socket)) {
            client.login(database().user(), Fronted.NAME, database().password());
            assertThat(client.value("SELECT 1")).isEqualTo("1");

            socket.startHandshake();

            assertThatThrownBy(() -> client.value("SELECT 2")).isInstanceOf(IOException.class);
            assertThat(other.value("SELECT 3")).isEqualTo("3");
        }
    }

    @Test
    void manyLoginsAtOnceSucceedWhileOthersAsk() throws Exception {
        reload();
        AtomicInteger done = new AtomicInteger();
        try (WireClient asking = weir().login()) {
            Together.run(20, number -> {
                for (int i = 0; i < LOGINS / 20; i++) {
                    try (SSLSocket socket = secured("TLSv1.3");
                            WireClient client = WireClient.over(socket)) {
                        client.login(database().user(), Fronted.NAME, database().password());
                        assertThat(client.value("SELECT 1")).isEqualTo("1");
                        done.incrementAndGet();
                    }
                }
            });
            assertThat(asking.value("SELECT 1")).isEqualTo("1");
        }
        assertThat(done.get()).isEqualTo(LOGINS);
    }

    // ---- clients ----

    private SSLSocket secured(String protocol) throws IOException {
        return Secured.ask(
                weir().port(),
                AUTHORITY.clientContext(null),
                parameters -> parameters.setProtocols(new String[] {protocol}));
    }

    private Connection jdbc(String mode, String binding) throws Exception {
        Properties properties = new Properties();
        properties.put("user", database().user());
        properties.put("password", database().password());
        properties.put("sslmode", mode);
        properties.put("sslrootcert", file("ca.crt"));
        properties.put("channelBinding", binding);
        return DriverManager.getConnection(
                "jdbc:postgresql://localhost:" + weir().port() + "/" + Fronted.NAME, properties);
    }

    private ClientProgram.Run psql(String sql, Map<String, String> more) {
        Map<String, String> environment = new HashMap<>(weir().environment());
        environment.put("PGSSLROOTCERT", file("none"));
        environment.put("PGSSLCERT", file("none"));
        environment.putAll(more);
        return Objects.requireNonNull(psql).run(environment, "", "-XAtc", sql);
    }

    /** The usual certificate is in force. */
    private void reload() {
        weir();
        USUAL.write(files(), "server");
        console("RELOAD");
    }

    private void console(String command) {
        try (WireClient console = weir().connect()
                .login(database().user(), "pgbouncer", database().password())) {
            assertThat(console.query(command)).noneMatch(message -> message.type() == 'E');
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Path files() {
        return Objects.requireNonNull(directory);
    }

    private static String file(String name) {
        return files().resolve(name).toString();
    }

    private static TestDatabase database() {
        return Objects.requireNonNull(database);
    }
}

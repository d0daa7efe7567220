package dev.pgweir.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgweir.proxy.testing.PgWeirProcess;
import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.UnixBridge;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import dev.pgweir.proxy.tls.TestAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code auth_type = hba}: each rule asks for what it says, in the order of the file. */
@ExtendWith(RealPostgres.class)
final class HbaIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String RULES = """
            host pgbouncer all 127.0.0.1/32 trust
            host app trusted 127.0.0.1/32 trust
            host app rejected 127.0.0.0/8 reject
            host app hashed 0.0.0.0/0 md5
            host app plain 127.0.0.1 255.255.255.255 password
            host app scram,mapped all scram-sha-256
            hostssl app certified 127.0.0.1/32 cert
            hostssl app guest,other 127.0.0.1/32 cert map=people
            hostssl app shown 127.0.0.1/32 trust clientcert=verify-ca
            hostssl app named 127.0.0.1/32 scram-sha-256 clientcert=verify-full
            hostssl app all 127.0.0.1/32 trust
            host sameuser all 10.0.0.0/8 trust
            local all all peer map=pw
            """;

    private static final String SELF = System.getProperty("user.name");
    private static final TestAuthority AUTHORITY = new TestAuthority("test authority");

    @TempDir
    private static Path directory;

    private static PgWeirProcess weir;

    @BeforeAll
    static void start(TestDatabase database) throws IOException {
        AUTHORITY.own().write(directory, "ca");
        AUTHORITY.issue("weir", "localhost", "127.0.0.1").write(directory, "server");
        Files.writeString(directory.resolve("pg_hba.conf"), RULES);
        Files.writeString(
                directory.resolve("pg_ident.conf"),
                "pw " + SELF + " mapped\npeople \"A Person\" guest\npeople boss all\n");
        StringBuilder users = new StringBuilder();
        for (String user : List.of(
                "trusted",
                "rejected",
                "hashed",
                "plain",
                "scram",
                "mapped",
                "other",
                "certified",
                "guest",
                "shown",
                "named")) {
            users.append("[users.%s]\npassword = 'pencil'\n".formatted(user));
        }
        weir = PgWeirProcess.builder()
                .config("""
                [pgweir]
                auth_type = "hba"
                auth_hba_file = "%1$s/pg_hba.conf"
                auth_ident_file = "%1$s/pg_ident.conf"
                admin_users = "trusted"
                pool_mode = "transaction"
                login_failure_delay = 0
                unix_socket_dir = "%1$s"
                client_tls_sslmode = "prefer"
                client_tls_key_file = "%1$s/server.key"
                client_tls_cert_file = "%1$s/server.crt"
                client_tls_ca_file = "%1$s/ca.crt"
                server_tls_sslmode = "disable"
                [databases.app]
                host = "%2$s"
                port = %3$d
                dbname = "%4$s"
                user = "%5$s"
                password = "%6$s"
                %7$s
                """.formatted(
                                directory,
                                database.host(),
                                database.port(),
                                database.name(),
                                database.user(),
                                database.password(),
                                users))
                .start();
    }

    @AfterAll
    static void stop() {
        weir.close();
    }

    @ParameterizedTest
    @CsvSource({"trusted, ''", "hashed, pencil", "plain, pencil", "scram, pencil"})
    void letsInByTheMethodOfTheRule(String user, String password) throws IOException {
        try (WireClient client = WireClient.connect(weir.port())) {
            client.login(user, "app", password);
            assertThat(client.value("SELECT 1")).isEqualTo("1");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "rejected, app, login rejected",
        "other, app, login rejected",
        "nosuchuser, app, login rejected",
        "trusted, trusted, login rejected",
        "hashed, app, password authentication failed",
        "plain, app, password authentication failed",
        "scram, app, SASL authentication failed"
    })
    void refusesWhomNoRuleLetsIn(String user, String database, String text) throws IOException {
        assertThat(error(user, database)).isEqualTo(text);
    }

    @Test
    void whichRuleItWasIsInTheLog() throws IOException {
        assertThat(error("rejected", "app")).isEqualTo("login rejected");
        weir.awaitLine("login refused: line 3 of auth_hba_file");
    }

    @Test
    void reloadPutsNewRulesInForceAndKeepsTheOldWhereOneIsWrong() throws IOException {
        rewrite(RULES.replace("rejected 127.0.0.0/8 reject", "rejected 127.0.0.0/8 trust"));
        try (WireClient console = WireClient.connect(weir.port())) {
            console.login("trusted", "pgbouncer", "");
            console.query("RELOAD");
            await().atMost(PATIENCE).untilAsserted(() -> {
                try (WireClient client = WireClient.connect(weir.port())) {
                    assertThat(last(client.tryLogin("rejected", "app", "")).type())
                            .isEqualTo('Z');
                }
            });
            rewrite("host all all all reject\nhost all all nowhere trust\n");
            WireMessage refused = console.query("RELOAD").get(0);
            assertThat(refused.type()).isEqualTo('E');
            weir.awaitLine("could not parse hba config line 2");
            letsInByTheMethodOfTheRule("trusted", "");
            rewrite(RULES);
            console.query("RELOAD");
        }
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(error("rejected", "app")).isEqualTo("login rejected"));
    }

    @ParameterizedTest
    @CsvSource({
        "certified, certified",
        "A Person, guest",
        "boss, other",
        "boss, guest",
        "whoever, shown",
        "named, named",
        ", trusted"
    })
    void certificateLetsInWhoseItIs(@Nullable String name, String user) throws IOException {
        try (WireClient client = secured(name)) {
            client.login(user, "app", "pencil");
            assertThat(client.value("SELECT 1")).isEqualTo("1");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "somebody, certified, certificate authentication failed",
        ", certified, certificate authentication failed",
        "guest, guest, certificate authentication failed",
        "A Person, other, certificate authentication failed",
        ", shown, login rejected",
        "shown, named, login rejected"
    })
    void certificateLetsInNobodyElse(@Nullable String name, String user, String text) throws IOException {
        try (WireClient client = secured(name)) {
            WireMessage last = last(client.tryLogin(user, "app", "pencil"));
            assertThat(last.type()).isEqualTo('E');
            assertThat(last.message()).isEqualTo(text);
        }
    }

    @Test
    void mapSaysWhomTheSystemsUserMayBe() throws IOException {
        try (UnixBridge bridge = UnixBridge.to(directory.resolve(".s.PGSQL." + weir.port()));
                WireClient mapped = WireClient.connect(bridge.port());
                WireClient self = WireClient.connect(bridge.port())) {
            mapped.login("mapped", "app", "");
            assertThat(mapped.value("SELECT 1")).isEqualTo("1");
            assertThat(last(self.tryLogin("other", "app", "")).message()).isEqualTo("\"peer\" authentication failed");
        }
    }

    /** By TLS, with a certificate of that name, if any. */
    private static WireClient secured(@Nullable String name) throws IOException {
        return WireClient.over(
                Secured.ask(weir.port(), AUTHORITY.clientContext(name == null ? null : AUTHORITY.issue(name))));
    }

    private static void rewrite(String rules) throws IOException {
        Files.writeString(directory.resolve("pg_hba.conf"), rules);
    }

    private static String error(String user, String database) throws IOException {
        try (WireClient client = WireClient.connect(weir.port())) {
            WireMessage last = last(client.tryLogin(user, database, "crayon"));
            assertThat(last.type()).isEqualTo('E');
            return last.message();
        }
    }

    private static WireMessage last(List<WireMessage> messages) {
        return messages.get(messages.size() - 1);
    }
}

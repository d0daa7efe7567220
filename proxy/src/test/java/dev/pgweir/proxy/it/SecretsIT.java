package dev.pgweir.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.testing.PgWeirProcess;
import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a run writes holds no secret of its configuration, in whichever way it got there. */
@ExtendWith(RealPostgres.class)
final class SecretsIT {
    private static final List<String> SECRETS = List.of(
            "plain-zebra",
            "file-zebra",
            "variable-zebra",
            "url-zebra",
            "ldap-zebra",
            "listed-zebra",
            "typed-zebra",
            "late-zebra");

    @TempDir
    private Path directory;

    @Test
    void nothingThatIsWrittenHoldsASecret(TestDatabase database) throws IOException {
        Files.writeString(directory.resolve("password"), "file-zebra\n");
        Files.writeString(directory.resolve("userlist.txt"), "\"listed\" \"listed-zebra\"\n");
        String config = """
                [pgweir]
                auth_type = "%s"
                auth_file = "%s/userlist.txt"
                auth_user = "plain"
                auth_ldap_options = "ldapserver=127.0.0.1 ldapport=9 ldapbasedn=dc=x ldapbinddn=cn=x ldapbindpasswd=ldap-zebra"
                pool_mode = "transaction"
                admin_users = "file"
                login_failure_delay = 0
                [users.plain]
                password = "plain-zebra"
                [users.file]
                password_file = "%s/password"
                [users.variable]
                password_env = "ZEBRA"
                [databases.app]
                url = "postgresql://plain:url-zebra@%s:%d/%s"
                [databases.other]
                host = "%s"
                port = %d
                dbname = "%s"
                password_env = "ZEBRA"
                """;
        try (PgWeirProcess weir = PgWeirProcess.builder()
                .environment("ZEBRA", "variable-zebra")
                .config(text(config, "plain", database))
                .start()) {
            for (String user : List.of("plain", "file", "variable", "listed", "nobody")) {
                for (String name : List.of("app", "other", "nosuchdb")) {
                    for (String password : List.of("typed-zebra", user + "-zebra")) {
                        refusedOrNot(weir, user, name, password);
                    }
                }
            }
            StringBuilder shown = new StringBuilder();
            try (WireClient console = WireClient.connect(weir.port())) {
                console.login("file", "pgbouncer", "file-zebra");
                for (String what : List.of(
                        "CONFIG",
                        "DATABASES",
                        "USERS",
                        "POOLS",
                        "CLIENTS",
                        "SERVERS",
                        "SOCKETS",
                        "FDS",
                        "HELP",
                        "MEM")) {
                    shown.append(console.query("SHOW " + what));
                }
                shown.append(console.query("SET auth_type = 'ldap'"));
                refusedOrNot(weir, "plain", "app", "typed-zebra");
                shown.append(console.query("SET auth_ldap_options = 'ldapserver=late-zebra x'"));
                weir.rewriteConfig(text(config.replace("plain-zebra", "late-zebra"), "md5", database));
                shown.append(console.query("RELOAD"));
                refusedOrNot(weir, "plain", "app", "typed-zebra");
                weir.rewriteConfig(text(config.replace("\"plain-zebra\"", "\"late-zebra"), "md5", database));
                shown.append(console.query("RELOAD"));
                weir.rewriteConfig(text(config + "password = 'late-zebra'\n", "md5", database));
                shown.append(console.query("RELOAD"));
            }
            Path process = Path.of("/proc", Long.toString(weir.pid()), "cmdline");
            if (Files.exists(process)) {
                shown.append(Files.readString(process));
            }
            assertThat(shown.toString()).contains("auth_ldap_options");
            assertThat(weir.lines()).hasSizeGreaterThan(50);
            shown.append(String.join("\n", weir.lines()));
            assertThat(SECRETS).noneMatch(secret -> shown.indexOf(secret) >= 0);
        }
    }

    private String text(String config, String authType, TestDatabase database) {
        return config.formatted(
                authType,
                directory,
                directory,
                database.host(),
                database.port(),
                database.name(),
                database.host(),
                database.port(),
                database.name());
    }

    private static void refusedOrNot(PgWeirProcess weir, String user, String database, String password)
            throws IOException {
        try (WireClient client = WireClient.connect(weir.port())) {
            assertThat(client.tryLogin(user, database, password)).isNotEmpty();
        }
    }
}

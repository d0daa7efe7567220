package dev.pgweir.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgweir.proxy.testing.FaultProxy;
import dev.pgweir.proxy.testing.PgWeirProcess;
import dev.pgweir.proxy.testing.PostgresInstance;
import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Databases with several hosts, and names whose addresses change. The names are those of a table of hosts that the JVM
 * reads instead of asking the system; the addresses are proxies on this machine, in front of one PostgreSQL.
 */
@ExtendWith(RealPostgres.class)
final class HostListIT {

    @TempDir
    private static Path directory;

    private static Path table;
    private static FaultProxy second;
    private static FaultProxy third;
    private static PgWeirProcess weir;
    private static String user;

    @BeforeAll
    static void start(TestDatabase database) throws IOException {
        int port = PostgresInstance.freePort();
        second = FaultProxy.at("127.0.0.2", port, database.host(), database.port());
        third = FaultProxy.at("127.0.0.3", port, database.host(), database.port());
        table = directory.resolve("hosts");
        Files.writeString(table, "127.0.0.2 two moving\n127.0.0.3 three\n127.0.0.4 nobody\n");
        user = database.user();
        StringBuilder databases = new StringBuilder();
        for (List<String> entry : List.of(
                List.of("turns", "two,three", "round-robin"),
                List.of("stays", "nosuch.name,nobody,three", "disable"),
                List.of("dead", "nobody,two", "round-robin"),
                List.of("moves", "moving", "round-robin"))) {
            databases.append("""
                    [databases.%s]
                    host = "%s"
                    load_balance_hosts = "%s"
                    port = %d
                    dbname = "%s"
                    """.formatted(entry.get(0), entry.get(1), entry.get(2), port, database.name()));
        }
        weir = PgWeirProcess.builder()
                .jvmOption("-Djdk.net.hosts.file=" + table)
                .config(databases + """
                        [users.%1$s]
                        password = "%2$s"
                        [pgweir]
                        auth_type = "trust"
                        pool_mode = "transaction"
                        default_pool_size = 4
                        admin_users = ["%1$s"]
                        dns_max_ttl = 0
                        dns_nxdomain_ttl = 0
                        dns_zone_check_period = 1
                        """.formatted(user, database.password()))
                .start();
    }

    @AfterAll
    static void stop() {
        weir.close();
        second.close();
        third.close();
    }

    private static WireClient login(String database) throws IOException {
        return WireClient.connect(weir.port()).login(user, database, "");
    }

    /** Where PgWeir's connections of a database lead to, oldest first. */
    private static List<String> servers(String database) throws IOException {
        try (WireClient console = login("pgbouncer")) {
            return console.rows("SHOW SERVERS").stream()
                    .filter(row -> database.equals(row.get(2)))
                    .sorted((a, b) -> Integer.compare(Integer.parseInt(a.get(20)), Integer.parseInt(b.get(20))))
                    .map(row -> row.get(5))
                    .toList();
        }
    }

    /** As many connections as clients are in a transaction at the same time. */
    private static void busy(String database, int clients) throws IOException {
        if (clients > 0) {
            try (WireClient client = login(database)) {
                client.query("BEGIN");
                busy(database, clients - 1);
                client.query("COMMIT");
            }
        }
    }

    @Test
    void hostsTakeTurns() throws IOException {
        busy("turns", 4);
        assertThat(servers("turns")).containsExactly("127.0.0.2", "127.0.0.3", "127.0.0.2", "127.0.0.3");
    }

    @Test
    void consoleShowsHostsAndTheirAddresses() throws IOException {
        busy("turns", 2);
        try (WireClient console = login("pgbouncer")) {
            assertThat(console.rows("SHOW DNS_HOSTS"))
                    .extracting(row -> row.get(0) + " " + row.get(2))
                    .contains("two 127.0.0.2", "three 127.0.0.3");
            assertThat(console.rows("SHOW DATABASES"))
                    .extracting(row -> row.get(0) + " " + row.get(1) + " " + row.get(10))
                    .contains(
                            "turns two,three round-robin",
                            "stays nosuch.name,nobody,three disable",
                            "moves moving null");
        }
    }

    @Test
    void hostThatFailsIsPassedOver() throws IOException {
        busy("dead", 3);
        assertThat(servers("dead")).containsExactly("127.0.0.2", "127.0.0.2", "127.0.0.2");
        assertThat(weir.awaitLine("closing because: connect failed")).contains("@nobody:");
    }

    @Test
    void withoutBalancingTheFirstThatAnswersIsUsedForAll() throws IOException {
        busy("stays", 3);
        assertThat(servers("stays")).containsExactly("127.0.0.3", "127.0.0.3", "127.0.0.3");
        assertThat(weir.lines().stream().filter(line -> line.contains("closing because: server DNS lookup failed")))
                .hasSize(1)
                .allMatch(line -> line.contains("@nosuch.name:"));
    }

    @Test
    void changedAddressRetiresTheOldConnections() throws IOException {
        try (WireClient busy = login("moves")) {
            busy.query("BEGIN");
            busy("moves", 1);
            assertThat(servers("moves")).containsExactly("127.0.0.2", "127.0.0.2");

            Files.writeString(table, Files.readString(table).replace(" moving", "") + "127.0.0.3 moving\n");

            await().atMost(Duration.ofSeconds(30)).until(() -> servers("moves").size() == 1);
            assertThat(busy.value("SELECT 'undisturbed'")).isEqualTo("undisturbed");
            busy.query("COMMIT");
            await().atMost(Duration.ofSeconds(30)).until(() -> servers("moves").isEmpty());
            assertThat(busy.value("SELECT 'elsewhere'")).isEqualTo("elsewhere");
            assertThat(servers("moves")).containsExactly("127.0.0.3");
        }
        assertThat(weir.awaitLine("closing because: server address changed")).contains("@127.0.0.2:");
    }
}

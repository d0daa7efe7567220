package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.testing.WireBytes.query;
import static dev.pgweir.proxy.testing.WireBytes.startup;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgweir.proxy.testing.PostgresInstance;
import dev.pgweir.proxy.testing.UnixBridge;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** auth_query as a pgbouncer.ini has it: who asks, where, for whom, and what is said when that does not work. */
final class AuthQueryIniIT {
    private static final String SELF = System.getProperty("user.name");

    @TempDir
    private static Path directory;

    private static PostgresInstance postgres;
    private static FromIni weir;

    @BeforeAll
    static void start() throws IOException, SQLException {
        postgres = PostgresInstance.builder()
                .auth("scram-sha-256")
                .hba("host all hashed,asking 127.0.0.1/32 md5")
                .start();
        try (Connection connection = postgres.connect("postgres");
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE ROLE found LOGIN PASSWORD 'secret'");
            statement.execute("CREATE ROLE capped LOGIN PASSWORD 'secret'");
            statement.execute("CREATE ROLE expired LOGIN PASSWORD 'secret' VALID UNTIL '2001-01-01'");
            statement.execute("CREATE ROLE restless LOGIN PASSWORD 'secret'");
            statement.execute("SET password_encryption = 'md5'");
            statement.execute("CREATE ROLE asking SUPERUSER LOGIN PASSWORD 'secret'");
            statement.execute("CREATE ROLE hashed LOGIN PASSWORD 'secret'");
            statement.execute("CREATE DATABASE elsewhere");
        }
        Files.writeString(directory.resolve("hba"), "local all all peer map=people\nhost all all 127.0.0.1/32 md5\n");
        ident("mapped");
        weir = FromIni.start(directory, List.of("asking", "secret"), ini("auth_user = asking", "md5"));
    }

    private static void ident(String name) throws IOException {
        Files.writeString(directory.resolve("ident"), "people " + SELF + " " + name + "\n");
    }

    private static String[] ini(String authUser, String authType) {
        String server = " = host=" + postgres.host() + " port=" + postgres.port() + " ";
        return new String[] {
            "auth_type = " + authType,
            authUser,
            "auth_hba_file = " + directory.resolve("hba"),
            "auth_ident_file = " + directory.resolve("ident"),
            "unix_socket_dir = " + directory,
            "pool_mode = transaction",
            "[databases]",
            "app" + server + "dbname=postgres",
            "own" + server + "dbname=postgres auth_user=asking",
            "other" + server + "dbname=elsewhere",
            "lacking" + server + "dbname=nosuchdb",
            "reserved" + server + "dbname=postgres auth_user=asking auth_dbname=pgbouncer",
            "wins" + server + "dbname=postgres auth_dbname=other",
            "few" + server + "dbname=postgres max_db_client_connections=2",
            "forced" + server + "dbname=postgres user=asking",
            "*" + server + "user=asking auth_user=asking",
            "[users]",
            "restless = pool_mode=statement",
            "capped = max_user_client_connections=2"
        };
    }

    @AfterAll
    static void stop() {
        weir.close();
        postgres.close();
    }

    @AfterEach
    void everythingAsItWas() throws IOException {
        weir.rewrite(ini("auth_user = asking", "md5"));
        weir.orders("RELOAD");
    }

    private static void isLetIn(String user, String database) throws IOException {
        try (WireClient client = weir.login(user, database, "secret")) {
            assertThat(client.value("SELECT 'served'")).isEqualTo("served");
        }
    }

    @Test
    void databaseToAskInMayBeSetForAll() throws IOException {
        weir.rewrite(ini("", "md5"));
        weir.orders("RELOAD");
        assertThat(weir.refusal("hashed", "app", "secret")).isEqualTo("FATAL 08P01 password authentication failed");
        weir.orders("SET auth_user = 'asking'", "SET auth_dbname = 'other'");
        isLetIn("hashed", "app");
        assertThat(weir.show("POOLS"))
                .anyMatch(row -> "other".equals(row.get("database")) && "asking".equals(row.get("user")));
    }

    @Test
    void databaseToAskInThatIsNotConfiguredIsAnErrorUnlessADatabaseHasItsOwn() throws IOException {
        String[] lines = ini("auth_user = asking", "md5");
        // Without the fallback, or any name would be that of a database.
        for (int i = 0; i < lines.length; i++) {
            lines[i] = lines[i].startsWith("*") ? "" : lines[i];
        }
        weir.rewrite(lines);
        weir.orders("RELOAD", "SET auth_dbname = 'nowhere'");
        assertThat(weir.refusal("hashed", "app", "secret")).isEqualTo("FATAL 08P01 bouncer config error");
        weir.process().awaitLine("authentication database \"nowhere\" is not configured.");
        isLetIn("hashed", "wins");
        weir.orders("SET auth_dbname = 'other'", "DISABLE other");
        assertThat(weir.refusal("hashed", "app", "secret"))
                .isEqualTo("FATAL 08P01 authentication database \"other\" is disabled");
        weir.orders("ENABLE other");
    }

    @Test
    void consolesDatabaseCannotBeAsked() throws IOException {
        String text = "cannot use the reserved \"pgbouncer\" database as an auth_dbname";
        long before = weir.count(text);
        assertThat(weir.refusal("hashed", "reserved", "secret")).isEqualTo("FATAL 08P01 bouncer config error");
        assertThat(weir.refusal("hashed", "pgbouncer", "secret")).isEqualTo("FATAL 08P01 bouncer config error");
        weir.awaitCount(text, before + 2);

        String[] lines = ini("auth_user = asking\nauth_dbname = pgbouncer", "md5");
        weir.rewrite(lines);
        assertThat(FromIni.told(weir.order("RELOAD")))
                .isEqualTo("ERROR F0000 RELOAD failed, see logs for additional details");
        weir.process().awaitLine("auth_dbname");
        isLetIn("hashed", "app");
    }

    /** The user who asks is the one whom the database forces. */
    @ParameterizedTest
    @ValueSource(strings = {"forced", "elsewhere", "postgres"})
    void unknownUserOfADatabaseOfTheUserWhoAsksIsToldSo(String database) throws IOException {
        long before = weir.count("closing because: no such user (age=");
        for (int i = 0; i < 3; i++) {
            assertThat(weir.refusal("nobody" + i, database, "secret")).isEqualTo("FATAL 08P01 no such user");
        }
        try (WireClient client = weir.login("hashed", database, "secret")) {
            assertThat(client.value("SELECT current_user")).isEqualTo("asking");
        }
        weir.awaitCount("closing because: no such user (age=", before + 3);
    }

    @Test
    void databaseThatPostgresDoesNotHaveIsToldInItsWordsWhoeverAsks() throws IOException {
        for (String user : List.of("asking", "hashed", "nobody")) {
            assertThat(weir.refusal(user, "lacking", "secret"))
                    .isEqualTo("FATAL 3D000 database \"nosuchdb\" does not exist");
        }
        weir.process().awaitLine("server login failed: FATAL database \"nosuchdb\" does not exist");
        assertThat(weir.refusal("asking", "lacking", "wrong")).isEqualTo("FATAL 08P01 password authentication failed");
        assertThat(weir.refusal("nobody", "nosuchdb", "secret"))
                .isEqualTo("FATAL 3D000 database \"nosuchdb\" does not exist");
    }

    @Test
    void userWithoutAPasswordInTheFileIsAskedForAndHasItsOwnPoolMode() throws IOException {
        try (WireClient client = weir.login("restless", "app", "secret")) {
            assertThat(client.value("SELECT current_user")).isEqualTo("restless");
            assertThat(FromIni.told(client.send(query("BEGIN")).readUntil('E'))).contains("statement pooling");
        }
        assertThat(weir.refusal("restless", "app", "wrong")).isEqualTo("FATAL 08P01 SASL authentication failed");
        assertThat(weir.refusal("expired", "app", "secret")).startsWith("FATAL 08P01 ");
    }

    @ParameterizedTest
    @CsvSource({"capped, app, max_user_client_connections", "hashed, few, max_db_client_connections"})
    void usersThatAreAskedForAreLimitedAsOthersAre(String user, String database, String setting) throws IOException {
        List<WireClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 2; i++) {
                clients.add(weir.login(user, database, "secret"));
            }
            assertThat(weir.refusal(user, database, "secret"))
                    .startsWith("FATAL 08P01 ")
                    .contains(setting);
            assertThat(weir.refusal(user, "app", "wrong")).endsWith(" authentication failed");
            assertThat(weir.row("USERS", "nobody")).isEmpty();
            if (database.equals("few")) {
                assertThat(weir.row("DATABASES", "few"))
                        .containsAllEntriesOf(Map.of("max_client_connections", "2", "current_client_connections", "2"));
            } else {
                assertThat(weir.row("USERS", user))
                        .containsAllEntriesOf(
                                Map.of("max_user_client_connections", "2", "current_client_connections", "2"));
            }
        } finally {
            for (WireClient client : clients) {
                client.close();
            }
        }
    }

    @Test
    void newerProtocolIsNegotiatedOnceAlthoughPostgresIsAsked() throws IOException {
        try (WireClient client = weir.connect()) {
            client.send(startup(3 << 16 | 2, "user", "hashed", "database", "own", "_pq_.option", "1"));
            List<WireMessage> login = client.authenticate("hashed", "secret");
            assertThat(login).filteredOn(message -> message.type() == 'v').hasSize(1);
            assertThat(login).last().extracting(WireMessage::type).isEqualTo('Z');
            assertThat(client.value("SELECT 1")).isEqualTo("1");
        }
    }

    /** By the Unix socket the map says who may be whom; what the file does not have is asked for. */
    @ParameterizedTest
    @ValueSource(strings = {"app", "own"})
    void mapOfTheSystemsUsersIsReadAnewAndItsUsersAreAskedFor(String database) throws IOException {
        weir.rewrite(ini(database.equals("app") ? "auth_user = asking" : "", "hba"));
        weir.orders("RELOAD");
        try (UnixBridge bridge = UnixBridge.to(directory.resolve(".s.PGSQL." + weir.port()))) {
            assertThat(byUnixSocket(bridge, "hashed", database)).isEqualTo("\"peer\" authentication failed");
            for (String name : List.of("hashed", "all")) {
                ident(name);
                weir.orders("RELOAD");
                await().atMost(FromIni.PATIENCE)
                        .untilAsserted(() -> assertThat(byUnixSocket(bridge, "hashed", database))
                                .isEmpty());
            }
        } finally {
            ident("mapped");
        }
    }

    private static String byUnixSocket(UnixBridge bridge, String user, String database) throws IOException {
        try (WireClient client = WireClient.connect(bridge.port())) {
            List<WireMessage> answer = client.tryLogin(user, database, "");
            WireMessage last = answer.get(answer.size() - 1);
            return last.type() == 'Z' ? "" : last.message();
        }
    }
}

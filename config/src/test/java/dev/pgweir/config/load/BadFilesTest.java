package dev.pgweir.config.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** One bad file per rule, each with the exact line that its writer gets to read. */
final class BadFilesTest {

    /** What most files need around the mistake. */
    private static final String DATABASE = "\n[databases.app]\nhost = \"db\"\n";

    @TempDir
    Path directory;

    static Stream<Arguments> mistakes() {
        return Stream.of(
                bad(
                        "[pgweir]\nlisten_port = 99999",
                        "pgweir.toml:2:1: listen_port: 99999 is out of range, accepted: 0 to 65535"),
                bad(
                        "[pgweir]\n  listen_port = \"http\"",
                        "pgweir.toml:2:3: listen_port: \"http\" is not a whole number, accepted: 0 to 65535"),
                bad(
                        "[pgweir]\nlisten_port = 6432.5",
                        "pgweir.toml:2:1: listen_port: \"6432.5\" is not a whole number, accepted: 0 to 65535"),
                bad(
                        "[pgweir]\npool_mode = \"fast\"",
                        "pgweir.toml:2:1: pool_mode: \"fast\" is not one of the choices,"
                                + " accepted: session, transaction, statement"),
                bad(
                        "[pgweir]\nquery_timeout = \"soon\"",
                        "pgweir.toml:2:1: query_timeout: \"soon\" is not a length of time,"
                                + " accepted: seconds (0.5), or 15s, 500ms, 2min, 1h"),
                bad(
                        "[pgweir]\nquery_timeout = -1",
                        "pgweir.toml:2:1: query_timeout: \"-1\" is not a length of time,"
                                + " accepted: seconds (0.5), or 15s, 500ms, 2min, 1h"),
                bad(
                        "[pgweir]\nquery_timeout = \"4 weeks\"",
                        "pgweir.toml:2:1: query_timeout: \"4 weeks\" is not a length of time,"
                                + " accepted: seconds (0.5), or 15s, 500ms, 2min, 1h"),
                bad(
                        "[pgweir]\nlog_stats = \"maybe\"",
                        "pgweir.toml:2:1: log_stats: \"maybe\" is neither on nor off,"
                                + " accepted: 1, true, yes, on, 0, false, no, off"),
                bad(
                        "[pgweir]\nserver_reset_query = 5",
                        "pgweir.toml:2:1: server_reset_query: a number is not a value here, accepted: text, in quotes"),
                bad(
                        "[pgweir]\nlisten_addr = [\"::1\", 5]",
                        "pgweir.toml:2:1: listen_addr: such an array is not a value here,"
                                + " accepted: words separated by commas, in quotes"),
                bad(
                        "[pgweir]\nverbose = 2020-01-01",
                        "pgweir.toml:2:1: verbose: a date or time is not a value here, accepted: 0 to 3"),
                bad(
                        "[pgweir]\nserver_check_query = \"a\\u0000b\"",
                        "pgweir.toml:2:1: server_check_query: \"a?b\" contains a zero byte, accepted: text"),
                bad(
                        "[pgweir]\nmax_clients_conn = 5",
                        "pgweir.toml:2:1: max_clients_conn: unknown setting, did you mean max_client_conn?"),
                bad(
                        "[pgweir]\ncolour = 5",
                        "pgweir.toml:2:1: colour: unknown setting, those there are stand in README.md under All settings"),
                bad(
                        "[pgweir]\nserver_tls_sslmode = \"always\"",
                        "pgweir.toml:2:1: server_tls_sslmode: \"always\" is not one of the choices, accepted: disable,"
                                + " allow, prefer, require, verify-ca, verify-full"),
                bad(
                        "[pgweir]\nserver_tls_sslnegotiation = \"straight\"",
                        "pgweir.toml:2:1: server_tls_sslnegotiation: \"straight\" is not one of the choices, accepted:"
                                + " postgres, direct"),
                bad(
                        "[pgweir]\nauth_type = \"hba\"",
                        "pgweir.toml:2:1: auth_type: hba needs rules, accepted: with it, auth_hba_file = a file of them"),
                bad(
                        "[pgweir]\nauth_type = \"pam\"",
                        "pgweir.toml:2:1: auth_type: \"pam\" is refused because PgWeir does not ask the modules of the"
                                + " operating system; ldap asks a directory itself, accepted: any, trust, plain, md5,"
                                + " scram-sha-256, peer, cert, hba, ldap"),
                bad(
                        "[pgweir]\nauth_type = \"ldap\"",
                        "pgweir.toml: auth_ldap_options: ldap needs ldapserver or ldapurl"),
                bad(
                        "[pgweir]\nauth_dbname = \"pgbouncer\"",
                        "pgweir.toml:2:1: auth_dbname: cannot use the reserved \"pgbouncer\" database as an auth_dbname,"
                                + " accepted: any other database"),
                bad(
                        "[pgweir]\nlisten_addr = \"\"",
                        "pgweir.toml:2:1: listen_addr: no address is left to listen on,"
                                + " accepted: addresses, or * for all; none at all with unix_socket_dir"),
                bad(
                        "[pgweir]\nstats_period = 0",
                        "pgweir.toml:2:1: stats_period: averages need a period, accepted: more than 0"),
                bad(
                        "[pgweir]\nmax_server_connections = 20\ncancel_reserve_connections = 20",
                        "pgweir.toml:3:1: cancel_reserve_connections: 20 leaves nothing of max_server_connections = 20"
                                + " for queries, accepted: less than that"),
                bad(
                        "[pgweir]\nauth_file = \"nowhere.txt\"",
                        "pgweir.toml:2:1: auth_file: nowhere.txt: there is no such file"),
                bad("[pgwier]\n", "pgweir.toml:1:1: \"pgwier\" is not a section, did you mean [pgweir]?"),
                bad(
                        "[tables.1]\n",
                        "pgweir.toml:1:1: \"tables\" is not a section,"
                                + " accepted: [pgweir], [databases.NAME], [users.NAME], [peers.ID]"),
                bad("[user.app]\n", "pgweir.toml:1:1: \"user\" is not a section, did you mean [users]?"),
                bad("[pgbouncer]\n", "pgweir.toml:1:1: \"pgbouncer\" is not a section, did you mean [pgweir]?"),
                bad(
                        "listen_port = 5\n",
                        "pgweir.toml:1:1: \"listen_port\" is not a section,"
                                + " accepted: this setting below [pgweir]"),
                bad("pgweir = 5\n", "pgweir.toml:1:1: pgweir: not a section, accepted: [pgweir]"),
                bad(
                        "[databases]\nother = \"host=db\"\n",
                        "pgweir.toml:2:1: databases: \"other\" is not a section,"
                                + " accepted: [databases.NAME] with keys below"),
                bad("[users.\"\"]\n", "pgweir.toml:1:1: users: a name is empty, accepted: [users.NAME]"),
                bad(
                        "[databases.pgbouncer]\nhost = \"db\"",
                        "pgweir.toml:1:1: databases: pgbouncer is the name of the console, accepted: any other name"),
                bad(
                        "[databases.pgweir]\nhost = \"db\"",
                        "pgweir.toml:1:1: databases: pgweir is the name of the console, accepted: any other name"),
                bad(
                        "[databases.x]\nport = 5432",
                        "pgweir.toml:1:1: databases.x.host: missing, and there is no unix_socket_dir in its place,"
                                + " accepted: names or addresses separated by commas, a directory, or @ and an abstract name"),
                bad(
                        "[databases.x]\nhost = \"a,,b\"",
                        "pgweir.toml:2:1: databases.x.host: a host is empty,"
                                + " accepted: names or addresses separated by commas, a directory, or @ and an abstract name"),
                bad(
                        "[pgweir]\nunix_socket_mode = \"0999\"",
                        "pgweir.toml:2:1: unix_socket_mode: not a file mode: 0999,"
                                + " accepted: octal digits from 0 to 0777"),
                bad(
                        "[databases.x]\nport = 6432\n[pgweir]\nunix_socket_dir = \"/run/pgweir\"",
                        "pgweir.toml:1:1: databases.x.host: this is the address PgWeir itself listens on,"
                                + " accepted: the PostgreSQL server's"),
                bad(
                        "[databases.x]\nhost = \"db:5432\"",
                        "pgweir.toml:2:1: databases.x.host: the port has a key of its own, port,"
                                + " accepted: names or addresses separated by commas, a directory, or @ and an abstract name"),
                bad(
                        "[databases.x]\nhost = \"a b\"",
                        "pgweir.toml:2:1: databases.x.host: a host contains no blanks,"
                                + " accepted: names or addresses separated by commas, a directory, or @ and an abstract name"),
                bad(
                        "[databases.x]\nhost = \"localhost\"\nport = 6432",
                        "pgweir.toml:2:1: databases.x.host: this is the address PgWeir itself listens on,"
                                + " accepted: the PostgreSQL server's"),
                bad(
                        "[databases.x]\nhost = \"db\"\nport = 0",
                        "pgweir.toml:3:1: databases.x.port: 0 is out of range, accepted: 1 to 65535"),
                bad(
                        "[databases.x]\nhost = \"db\"\npoolsize = 5",
                        "pgweir.toml:3:1: databases.x.poolsize: unknown setting, did you mean pool_size?"),
                bad(
                        "[databases.x]\nhost = \"db\"\nserver_channel_binding = \"on\"",
                        "pgweir.toml:3:1: databases.x.server_channel_binding: \"on\" is not one of the choices,"
                                + " accepted: disable, prefer, require"),
                bad(
                        "[databases.x]\nurl = \"postgresql://u:p@db/x?sslmode=verify\"",
                        "pgweir.toml:2:1: databases.x.url: sslmode: \"verify\" is not one of the choices, accepted:"
                                + " disable, allow, prefer, require, verify-ca, verify-full"),
                bad(
                        "[databases.x]\nurl = \"mysql://db\"",
                        "pgweir.toml:2:1: databases.x.url: not a connection URL,"
                                + " accepted: postgresql://user:password@host:port/dbname"),
                bad(
                        "[users.x]\nmax_user_connections = \"many\"",
                        "pgweir.toml:2:1: users.x.max_user_connections: \"many\" is not a whole number,"
                                + " accepted: 0 to 2147483647"),
                bad(
                        "[users.x]\npassword = 123",
                        "pgweir.toml:2:1: users.x.password: a number is not a value here,"
                                + " accepted: a password, or its md5 or SCRAM-SHA-256 form, in quotes"),
                bad(
                        "[peers.x]\nhost = \"db\"",
                        "pgweir.toml:1:1: peers: \"x\" is not a whole number, accepted: 1 to 16383"),
                bad(
                        "[peers.1]\nport = 7000",
                        "pgweir.toml:1:1: peers.1.host: missing, accepted: an address, or the directory of a Unix socket"),
                bad(
                        "[pgweir]\nlisten_port = \n",
                        "pgweir.toml:2:15: not TOML: Unexpected end of line, expected a value"),
                bad(
                        "[pgweir]\nlisten_port = 1\nlisten_port = 2\n",
                        "pgweir.toml:3:1: not TOML: listen_port previously defined at line 2, column 1"));
    }

    private static Arguments bad(String toml, String message) {
        return Arguments.of(toml, message);
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void saysWhereAndWhatAndWhatIsAccepted(String toml, String message) {
        assertThat(new Loading(directory).errors(toml + DATABASE)).containsExactly(message);
    }

    @Test
    void listsEveryProblemOfEverySourceFromTheTop() {
        Loading loading = new Loading(directory);
        loading.write("users.txt", "\"app\" \"secret\"\nbroken\n");

        LoadResult result = loading.load("""
                [databases.app]
                host = ""
                pool_mode = "x"
                [pgweir]
                auth_file = "users.txt"
                pol_mode = "session"
                stats_period = 0
                """, Map.of("PGWEIR_LISTEN_PORT", "x"));

        assertThat(result.config()).isNull();
        assertThat(loading.lines(result.errors()))
                .containsExactly(
                        "pgweir.toml:2:1: databases.app.host: missing, and there is no unix_socket_dir in its place,"
                                + " accepted: names or addresses separated by commas, a directory, or @ and an abstract name",
                        "pgweir.toml:3:1: databases.app.pool_mode: \"x\" is not one of the choices,"
                                + " accepted: session, transaction, statement",
                        "pgweir.toml:6:1: pol_mode: unknown setting, did you mean pool_mode?",
                        "pgweir.toml:7:1: stats_period: averages need a period, accepted: more than 0",
                        "users.txt:2:1: the user does not begin with a double quote, accepted: \"user\" \"secret\"",
                        "PGWEIR_LISTEN_PORT: \"x\" is not a whole number, accepted: 0 to 65535");
    }

    @Test
    void missingFileIsAProblemAndNoException() {
        LoadResult result = ConfigLoader.load(directory.resolve("none.toml"), Map.of());

        assertThat(new Loading(directory).lines(result.errors())).containsExactly("none.toml: there is no such file");
    }

    @Test
    void directoryIsAProblemAndNoException() {
        assertThat(ConfigLoader.load(directory, Map.of()).errors())
                .singleElement()
                .satisfies(problem -> assertThat(problem.message()).startsWith("the file cannot be read: "));
    }

    @Test
    void fileWithoutDatabasesIsRefusedWhereThereIsNoUrl() {
        assertThat(new Loading(directory).errors("[pgweir]\n"))
                .containsExactly("pgweir.toml: databases: there is none, accepted: [databases.NAME], or DATABASE_URL");
    }

    @Test
    void nothingAtAllSaysWhatToGive() {
        assertThat(Loading.texts(ConfigLoader.load(null, Map.of()).errors()))
                .containsExactly(
                        "DATABASE_URL: there is neither a file nor this variable, accepted: a file as argument,"
                                + " or DATABASE_URL=postgresql://user:password@host:port/dbname");
    }

    @Test
    void endlessFileIsRefused() {
        assertThat(ConfigLoader.load(Path.of("/dev/zero"), Map.of()).errors())
                .singleElement()
                .satisfies(problem -> assertThat(problem.message()).contains("longer than 4194304 bytes"));
    }

    @Test
    void controlCharactersCannotForgeALogLine() {
        assertThat(new Loading(directory).errors("[pgweir]\n\"a\\nb\" = 1\npool_mode = \"a\\r\\nb\"" + DATABASE))
                .containsExactly(
                        "pgweir.toml:2:1: a?b: unknown setting, those there are stand in README.md under All settings",
                        "pgweir.toml:3:1: pool_mode: \"a??b\" is not one of the choices,"
                                + " accepted: session, transaction, statement");
    }

    @Test
    void whatIsReadWithoutEffectIsWarnedAbout() {
        assertThat(new Loading(directory).warnings("""
                        [pgweir]
                        auth_type = "trust"
                        job_name = "x"
                        verbose = 0
                        sbuf_loopcnt = 9
                        [databases.app]
                        host = "db"
                        [users.app]
                        """))
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("pgweir.toml:3:1: job_name: has no effect: "),
                        line -> assertThat(line).startsWith("pgweir.toml:5:1: sbuf_loopcnt: has no effect: "));
    }

    @Test
    void warnsWhenNobodyCanLogIn() {
        assertThat(new Loading(directory).warnings("[pgweir]\nauth_type = \"md5\"" + DATABASE))
                .containsExactly("pgweir.toml:2:1: auth_type: md5 needs users, and neither auth_file nor [users.NAME]"
                        + " has one: nobody can log in");
    }

    @Test
    void warnsOfDatabasesThatNobodyIsLetInTo() {
        assertThat(new Loading(directory)
                        .warnings("[pgweir]\nauth_type = \"any\"\n"
                                + "[databases.open]\nhost = \"db\"\n[databases.forced]\nhost = \"db\"\nuser = \"app\""))
                .containsExactly(
                        "pgweir.toml:3:1: databases.open.user: missing, and auth_type = any lets nobody in to a"
                                + " database without it");
    }

    @Test
    void warnsOfCancelRequestsThatGetLost() {
        String shared = "[pgweir]\nauth_type = \"any\"\nso_reuseport = true\n";
        String rest = DATABASE + "user = \"app\"";

        assertThat(new Loading(directory).warnings(shared + rest))
                .containsExactly(
                        "pgweir.toml:3:1: so_reuseport: without peer_id and [peers] a cancel request that another"
                                + " process of the port gets is lost");
        assertThat(new Loading(directory).warnings(shared + "peer_id = 1\n" + rest))
                .isEmpty();
    }
}

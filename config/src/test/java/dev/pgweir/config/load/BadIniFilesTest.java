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

/** One bad pgbouncer.ini per rule, each with the exact line that its writer gets to read. */
final class BadIniFilesTest {

    private static final String FORM = ", accepted: key=value key='a value with blanks'";

    @TempDir
    Path directory;

    static Stream<Arguments> mistakes() {
        return Stream.of(
                bad(
                        "pool_mode = session",
                        "pgbouncer.ini:1:1: a value stands above the first section,"
                                + " accepted: [pgbouncer] in a line before it"),
                bad(
                        "[pgbouncer\npool_mode = session",
                        "pgbouncer.ini:1:1: the name of the section has no ] at its end, accepted: [name]",
                        "pgbouncer.ini:2:1: a value stands above the first section,"
                                + " accepted: [pgbouncer] in a line before it"),
                bad(
                        "[database]\napp = host=db",
                        "pgbouncer.ini:1:1: \"database\" is not a section," + " did you mean [databases]?"),
                bad(
                        "  [pgweir]\npool_mode = x",
                        "pgbouncer.ini:1:3: \"pgweir\" is not a section, did you mean [pgbouncer]?"),
                bad(
                        "[colours]\nred = 1",
                        "pgbouncer.ini:1:1: \"colours\" is not a section,"
                                + " accepted: [pgbouncer], [databases], [users], [peers]"),
                bad(
                        "[pgbouncer]\n\tpool_mode",
                        "pgbouncer.ini:2:2: there is no = behind the name,"
                                + " accepted: name = value; [section]; %include file"),
                bad(
                        "[pgbouncer]\npool mode = session",
                        "pgbouncer.ini:2:1: there is no = behind the name,"
                                + " accepted: name = value; [section]; %include file"),
                bad(
                        "[pgbouncer]\n= session",
                        "pgbouncer.ini:2:1: a name is missing or has no quote at its end, accepted: name = value"),
                bad(
                        "[databases]\n\"app = host=db",
                        "pgbouncer.ini:2:1: a name is missing or has no quote at its end, accepted: name = value"),
                bad(
                        "[databases]\n'' = host=db",
                        "pgbouncer.ini:2:1: a name is missing or has no quote at its end, accepted: name = value"),
                bad(
                        "[pgbouncer]\n  max_clients_conn = 5",
                        "pgbouncer.ini:2:3: max_clients_conn: unknown setting, did you mean max_client_conn?"),
                bad(
                        "[pgbouncer]\nmax_client_conn = many",
                        "pgbouncer.ini:2:1: max_client_conn: \"many\" is not a whole number, accepted: 1 to 2147483647"),
                bad(
                        "[pgbouncer]\npool_mode = session ; the default",
                        "pgbouncer.ini:2:1: pool_mode: \"session ; the default\" is not one of the choices,"
                                + " accepted: session, transaction, statement"),
                bad(
                        "[pgbouncer]\nserver_lifetime = invalid",
                        "pgbouncer.ini:2:1: server_lifetime: \"invalid\" is not a length of time,"
                                + " accepted: seconds (0.5), or 15s, 500ms, 2min, 1h"),
                bad(
                        "[pgbouncer]\nstats_period = 0",
                        "pgbouncer.ini:2:1: stats_period: averages need a period, accepted: more than 0"),
                bad(
                        "[pgbouncer]\nserver_tls_sslmode = verify_full",
                        "pgbouncer.ini:2:1: server_tls_sslmode: \"verify_full\" is not one of the choices, accepted:"
                                + " disable, allow, prefer, require, verify-ca, verify-full"),
                bad(
                        "[pgbouncer]\npidfile = ~other/x.pid",
                        "pgbouncer.ini:2:1: pidfile: \"~other/x.pid\" cannot be found out, accepted: a path without ~"),
                bad(
                        "[pgbouncer]\nauth_file = /none/userlist.txt",
                        "pgbouncer.ini:2:1: auth_file: /none/userlist.txt: there is no such file"),
                bad(
                        "[databases]\napp = host=db  poolsize=5",
                        "pgbouncer.ini:2:16: databases.app.poolsize: unknown setting, did you mean pool_size?"),
                bad(
                        "[databases]\napp = host=db port=many",
                        "pgbouncer.ini:2:15: databases.app.port: \"many\" is not a whole number,"
                                + " accepted: 1 to 65535"),
                bad(
                        "[databases]\napp = host=db port=-1",
                        "pgbouncer.ini:2:15: databases.app.port: -1 is out of range, accepted: 1 to 65535"),
                bad(
                        "[databases]\napp = host=db pool_mode=-1",
                        "pgbouncer.ini:2:15: databases.app.pool_mode: \"-1\" is not one of the choices,"
                                + " accepted: session, transaction, statement"),
                bad(
                        "[databases]\napp = host=db password='x",
                        "pgbouncer.ini:2:24: databases.app: a quote is not closed" + FORM),
                bad(
                        "[databases]\napp = host=db password='x'y",
                        "pgbouncer.ini:2:24: databases.app: something stands right behind the closing quote" + FORM),
                bad(
                        "[databases]\napp = host=db password=''",
                        "pgbouncer.ini:2:24: databases.app: a value is empty" + FORM),
                bad("[databases]\napp = host=db dbname=", "pgbouncer.ini:2:22: databases.app: a value is empty" + FORM),
                bad(
                        "[databases]\napp = host=db =x",
                        "pgbouncer.ini:2:15: databases.app: there is no key before the =" + FORM),
                bad(
                        "[databases]\napp = host=db secret",
                        "pgbouncer.ini:2:15: databases.app: there is no = behind a key" + FORM),
                bad(
                        "[databases]\npgbouncer = host=db",
                        "pgbouncer.ini:2:1: databases: pgbouncer is the name of the console, accepted: any other name"),
                bad(
                        "[users]\napp = pool_mode=fast",
                        "pgbouncer.ini:2:7: users.app.pool_mode: \"fast\" is not one of the choices,"
                                + " accepted: session, transaction, statement"),
                bad(
                        "[users]\napp = port=5432",
                        "pgbouncer.ini:2:7: users.app.port: unknown setting, those there are stand in README.md under All settings"),
                bad(
                        "[peers]\nfirst = host=db",
                        "pgbouncer.ini:2:1: peers: \"first\" is not a whole number, accepted: 1 to 16383"),
                bad(
                        "[peers]\n99999 = host=db",
                        "pgbouncer.ini:2:1: peers: 99999 is out of range, accepted: 1 to 16383"),
                bad(
                        "[peers]\n1 = port=6432",
                        "pgbouncer.ini:2:1: peers.1.host: missing, accepted: an address, or the directory of a Unix socket"),
                bad(
                        "[pgbouncer]\n%include /none/more.ini",
                        "pgbouncer.ini:2:1: %include: \"/none/more.ini\": there is no such file"),
                bad(
                        "[pgbouncer]\n%include",
                        "pgbouncer.ini:2:1: there is no = behind the name,"
                                + " accepted: name = value; [section]; %include file"),
                bad(
                        "[pgbouncer]\n%include ${directory}/pgbouncer.ini",
                        "pgbouncer.ini:2:1: %include: \"${directory}/pgbouncer.ini\" includes itself,"
                                + " accepted: another file"));
    }

    private static Arguments bad(String ini, String... messages) {
        return Arguments.of(ini, messages);
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void saysWhereAndWhatAndWhatIsAccepted(String ini, String[] messages) {
        Loading loading = new Loading(directory);

        LoadResult result = loading.load("pgbouncer.ini", ini.replace("${directory}", directory.toString()), Map.of());

        assertThat(result.config()).isNull();
        assertThat(loading.lines(result.errors()))
                .containsExactlyInAnyOrder(Stream.of(messages)
                        .map(line -> line.replace("${directory}/", ""))
                        .toArray(String[]::new));
    }

    @Test
    void listsEveryProblemOfEveryFileAtOnce() {
        Loading loading = new Loading(directory);
        loading.write("more.ini", "pool_mode = x\n[users]\nboss = limit=4\n");

        LoadResult result =
                loading.load("pgbouncer.ini", """
                [databases]
                pgbouncer = host=db
                [pgbouncer]
                listen_port = x
                  %include DIR/more.ini
                app = pool_size=y
                """.replace("DIR", directory.toString()), Map.of("PGWEIR_VERBOSE", "9"));

        assertThat(loading.lines(result.errors()))
                .containsExactly(
                        "more.ini:1:1: pool_mode: \"x\" is not one of the choices,"
                                + " accepted: session, transaction, statement",
                        "more.ini:3:8: users.boss.limit: unknown setting,"
                                + " those there are stand in README.md under All settings",
                        "pgbouncer.ini:2:1: databases: pgbouncer is the name of the console,"
                                + " accepted: any other name",
                        "pgbouncer.ini:4:1: listen_port: \"x\" is not a whole number, accepted: 0 to 65535",
                        "pgbouncer.ini:6:7: users.app.pool_size: \"y\" is not a whole number,"
                                + " accepted: 0 to 2147483647",
                        "PGWEIR_VERBOSE: 9 is out of range, accepted: 0 to 3");
    }

    @Test
    void filesIncludeEachOtherTenDeepAndNoDeeper() {
        Loading loading = new Loading(directory);
        for (int depth = 1; depth <= 11; depth++) {
            loading.write(depth + ".ini", "%include " + directory + "/" + (depth + 1) + ".ini\n");
        }

        LoadResult result = loading.load("pgbouncer.ini", "[pgbouncer]\n%include " + directory + "/1.ini\n", Map.of());

        assertThat(loading.lines(result.errors()))
                .containsExactly("10.ini:1:1: %include: files include each other more than 10 deep");
    }

    @Test
    void passwordsAreNotInMessages() {
        LoadResult result = new Loading(directory).load("pgbouncer.ini", """
                [databases]
                a = host=db password='hunter2
                b = host=db password='hunter2'x
                c = host=db password='hunter2\0'
                d = host=db hunter2
                """, Map.of());

        assertThat(result.errors()).hasSize(4);
        assertThat(result.toString()).doesNotContain("hunter2");
    }
}

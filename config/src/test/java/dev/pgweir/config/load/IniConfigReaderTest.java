package dev.pgweir.config.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.config.DatabaseConfig;
import dev.pgweir.config.ProxyConfig;
import dev.pgweir.config.value.AuthType;
import dev.pgweir.config.value.PoolMode;
import dev.pgweir.config.value.Secret;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a pgbouncer.ini says. */
final class IniConfigReaderTest {

    @TempDir
    Path directory;

    @Test
    void readsAWholeFile() {
        Loading loading = new Loading(directory);
        loading.write("userlist.txt", "\"app\" \"secret\"\n");

        ProxyConfig config = loading.ini("""
                ;; a comment
                # another
                [databases]
                app = host=db.internal dbname=real user=boss password='it''s a \\secret' connect_query='SELECT 1'
                  indented=host = ::1 port = 5433
                other.db-2 = host=db reserve_pool=3 timezone='Europe/Berlin' min_pool_size=-1
                * = host=fallback auth_user=checker

                [pgbouncer]
                listen_addr = 127.0.0.1, ::1
                listen_port=7000
                \tauth_type  =  SCRAM-sha-256\t
                auth_file = DIR/userlist.txt
                pool_mode = Transaction
                server_reset_query = SELECT ';'; SELECT '#'
                query_timeout = 0.5
                server_idle_timeout = 120
                ignore_startup_parameters = extra_float_digits, options
                admin_users = root, boss
                auth_query = SELECT usename, passwd FROM pg_shadow WHERE usename=$1
                server_check_query =
                max_server_connections = 19

                [users]
                app = pool_mode=session max_user_connections=7 query_wait_timeout=-1

                [peers]
                2 = host=10.0.0.2 pool_size=3
                1 = host=/tmp/one port=6433
                """.replace("DIR", directory.toString()));

        assertThat(config.listen().listenAddr()).containsExactly("127.0.0.1", "::1");
        assertThat(config.listen().listenPort()).isEqualTo(7000);
        assertThat(config.auth().authType()).isEqualTo(AuthType.SCRAM_SHA_256);
        assertThat(config.secretOf("app")).contains(Secret.of("secret"));
        assertThat(config.pool().poolMode()).isEqualTo(PoolMode.TRANSACTION);
        assertThat(config.server().serverResetQuery()).isEqualTo("SELECT ';'; SELECT '#'");
        assertThat(config.server().serverCheckQuery()).isNull();
        assertThat(config.timeouts().serverIdleTimeout()).isEqualTo(Duration.ofMinutes(2));
        assertThat(config.clientSettings("app", "x").query()).isEqualTo(Duration.ofMillis(500));
        assertThat(config.protocol().ignoreStartupParameters()).containsExactly("extra_float_digits", "options");
        assertThat(config.admin().adminUsers()).containsExactly("root", "boss");
        assertThat(config.effective("auth_query")).isEqualTo("SELECT usename, passwd FROM pg_shadow WHERE usename=$1");
        assertThat(config.limits().maxServerConnections()).isEqualTo(19);
        assertThat(config.compatible()).isTrue();

        assertThat(config.databases()).containsOnlyKeys("app", "indented", "other.db-2", DatabaseConfig.FALLBACK);
        assertThat(config.poolSettings("app", "anyone").target()).satisfies(target -> {
            assertThat(target.dbname()).isEqualTo("real");
            assertThat(target.user()).isEqualTo("boss");
            assertThat(target.password()).isEqualTo(Secret.of("it's a \\secret"));
            assertThat(target.connectQuery()).isEqualTo("SELECT 1");
        });
        assertThat(config.database("indented").orElseThrow().port()).isEqualTo(5433);
        assertThat(config.poolSettings("other.db-2", "u").sizes().reservePoolSize())
                .isEqualTo(3);
        assertThat(config.poolSettings("other.db-2", "u").sizes().minPoolSize()).isZero();
        assertThat(config.poolSettings("elsewhere", "u").target().host()).isEqualTo("fallback");
        assertThat(config.clientSettings("app", "app").poolMode()).isEqualTo(PoolMode.SESSION);
        assertThat(config.clientSettings("app", "app").queryWait()).isEqualTo(Duration.ofMinutes(2));

        assertThat(config.peers().keySet()).containsExactly(1, 2);
        assertThat(Objects.requireNonNull(config.peers().get(1)).host()).isEqualTo("/tmp/one");
        assertThat(Objects.requireNonNull(config.peers().get(1)).port()).isEqualTo(6433);
        assertThat(Objects.requireNonNull(config.peers().get(1)).poolSize()).isNull();
        assertThat(Objects.requireNonNull(config.peers().get(2)).port()).isEqualTo(6432);
        assertThat(Objects.requireNonNull(config.peers().get(2)).poolSize()).isEqualTo(3);
    }

    @Test
    void withoutListenAddrOnlyTheUnixSocketInTmpIsListenedOn() {
        ProxyConfig nothing = new Loading(directory).ini("[databases]\napp = host=db\n[pgbouncer]\n");
        ProxyConfig elsewhere =
                new Loading(directory).ini("[databases]\napp = host=db\n[pgbouncer]\nunix_socket_dir = /run/pgweir\n");
        ProxyConfig byTcp =
                new Loading(directory).ini("[databases]\napp = host=db\n[pgbouncer]\nlisten_addr = 10.0.0.1\n");
        ProxyConfig byTcpOnly = new Loading(directory)
                .ini("[databases]\napp = host=db\n[pgbouncer]\nlisten_addr = ::1\nunix_socket_dir =\n");

        assertThat(nothing.listen().listenAddr()).isEmpty();
        assertThat(nothing.listen().unixSocketDir()).isEqualTo("/tmp");
        assertThat(elsewhere.listen().listenAddr()).isEmpty();
        assertThat(elsewhere.listen().unixSocketDir()).isEqualTo("/run/pgweir");
        assertThat(byTcp.listen().listenAddr()).containsExactly("10.0.0.1");
        assertThat(byTcp.listen().unixSocketDir()).isEqualTo("/tmp");
        assertThat(byTcpOnly.listen().listenAddr()).containsExactly("::1");
        assertThat(byTcpOnly.listen().unixSocketDir()).isEmpty();
    }

    @Test
    void numbersAreReadAsPgBouncerReadsThem() {
        ProxyConfig config = new Loading(directory).ini("""
                [databases]
                app = host=db port=0x1538 pool_size=010
                [pgbouncer]
                listen_addr = 127.0.0.1
                max_client_conn = 0x1F4
                default_pool_size = +20
                query_timeout = 1.5e1
                server_lifetime = 1e12
                log_connections = 2
                log_disconnections = no
                unix_socket_mode = 0700
                """);

        assertThat(config.database("app").orElseThrow().port()).isEqualTo(5432);
        assertThat(config.poolSettings("app", "u").sizes().poolSize()).isEqualTo(8);
        assertThat(config.limits().maxClientConn()).isEqualTo(500);
        assertThat(config.pool().defaultPoolSize()).isEqualTo(20);
        assertThat(config.clientSettings("app", "u").query()).isEqualTo(Duration.ofSeconds(15));
        assertThat(config.effective("server_lifetime")).isEqualTo("315360000");
        assertThat(config.log().logConnections()).isTrue();
        assertThat(config.log().logDisconnections()).isFalse();
        assertThat(config.listen().unixSocketMode()).isEqualTo(0700);
    }

    @Test
    void theLastValueCountsAndSectionsMerge() {
        ProxyConfig config = new Loading(directory).ini("""
                [pgbouncer]
                pool_mode = session
                max_client_conn = 7
                pool_mode = transaction
                [databases]
                app = host=one pool_size=3
                keep = host=kept
                [pgbouncer]
                max_client_conn = 8
                [databases]
                app = host=two
                """);

        assertThat(config.pool().poolMode()).isEqualTo(PoolMode.TRANSACTION);
        assertThat(config.limits().maxClientConn()).isEqualTo(8);
        assertThat(config.poolSettings("app", "u").target().host()).isEqualTo("two");
        // Nothing is left of what the name said before.
        assertThat(config.poolSettings("app", "u").sizes().poolSize()).isEqualTo(20);
        assertThat(config.databases()).containsKey("keep");
    }

    @Test
    void includedFileGoesOnInTheSectionAndMayBeginAnother() {
        Loading loading = new Loading(directory);
        loading.write("more.ini", "b = host=two\n[pgbouncer]\nmax_client_conn = 9\n");

        ProxyConfig config = loading.ini("""
                [databases]
                a = host=one
                %include DIR/more.ini
                default_pool_size = 4
                """.replace("DIR", directory.toString()));

        assertThat(config.databases()).containsOnlyKeys("a", "b");
        assertThat(config.limits().maxClientConn()).isEqualTo(9);
        assertThat(config.pool().defaultPoolSize()).isEqualTo(4);
    }

    @Test
    void relativePathsBeginInTheWorkingDirectory() {
        LoadResult result = new Loading(directory).load("pgbouncer.ini", """
                        [databases]
                        app = host=db
                        [pgbouncer]
                        auth_file = no-such-directory/userlist.txt
                        auth_hba_file = conf/hba.txt
                        """, Map.of());

        assertThat(Loading.texts(result.errors()))
                .singleElement()
                .asString()
                .endsWith("auth_file: no-such-directory/userlist.txt: there is no such file");
        ProxyConfig config = new Loading(directory).ini("""
                [databases]
                app = host=db
                [pgbouncer]
                auth_hba_file = conf/hba.txt
                auth_ident_file = ident.txt
                """);
        assertThat(config.effective("auth_hba_file")).isEqualTo("conf/hba.txt");
        assertThat(config.effective("auth_ident_file")).isEqualTo("ident.txt");
    }

    @Test
    void tildeIsTheHomeOfWhoeverStartsIt() {
        LoadResult result = new Loading(directory)
                .load(
                        "pgbouncer.ini",
                        "[databases]\napp = host=db\n[pgbouncer]\nlogfile = ~/log/x.log\npidfile = ~\n",
                        Map.of("HOME", "/home/pooler"));

        ProxyConfig config = Objects.requireNonNull(result.config());
        assertThat(config.effective("logfile")).isEqualTo("/home/pooler/log/x.log");
        assertThat(config.effective("pidfile")).isEqualTo("/home/pooler");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "plain|plain",
                "two.parts-and_more*|two.parts-and_more*",
                "\"my db\"|my db",
                "\"a\"\"b=c\"|a\"b=c",
                "'my db'|my db",
                "'it''s'|it's",
                "\"*\"|*",
            })
    void readsNames(String written, String name) {
        ProxyConfig config = new Loading(directory).ini("[databases]\n" + written + "= host=db\n");

        assertThat(config.databases()).containsOnlyKeys(name);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "dbname=x|x",
                "dbname = x|x",
                "`dbname =   'a  b'`|a  b",
                "dbname='a''b'|a'b",
                "dbname=''''|'",
                "dbname='\\'|\\",
                "dbname=a\\b|a\\b",
                "dbname=a'b'c|a'b'c",
                "dbname=a=b|a=b",
                "dbname=a;b#c|a;b#c",
                "dbname='\"'|\"",
                "dbname=x dbname=y|y",
                "dbname=x\tport=5433|x",
            })
    void readsValuesOfConnectStrings(String written, String dbname) {
        ProxyConfig config = new Loading(directory).ini("[databases]\napp = host=db " + written + "\n");

        assertThat(config.poolSettings("app", "u").target().dbname()).isEqualTo(dbname);
    }

    @Test
    void linesOfOtherSystemsAndSectionsWithMoreBehindThemAreRead() {
        ProxyConfig config = new Loading(directory)
                .ini("[pgbouncer] max_client_conn = 5\r\npool_mode = transaction\r\n\r\n[databases]\r\na=host=db\r\n");

        assertThat(config.limits().maxClientConn()).isEqualTo(5);
        assertThat(config.pool().poolMode()).isEqualTo(PoolMode.TRANSACTION);
        assertThat(config.poolSettings("a", "u").target().host()).isEqualTo("db");
    }

    @Test
    void everythingWithoutEffectIsNamedInOneLine() {
        LoadResult result = new Loading(directory).load("pgbouncer.ini", """
                [databases]
                * = host=db auth_query='SELECT 1'
                [pgbouncer]
                auth_type = any
                resolv_conf = /etc/other.conf
                service_name = pooler
                sbuf_loopcnt = 9
                pkt_buf = 8192
                verbose = 0
                """, Map.of("PGWEIR_PKT_BUF", "2048"));

        assertThat(result.config()).isNotNull();
        List<String> warnings = new Loading(directory).lines(result.warnings());
        assertThat(warnings).hasSize(2);
        assertThat(warnings.get(1)).startsWith("PGWEIR_PKT_BUF: has no effect: ");
        assertThat(warnings.get(0))
                .startsWith("pgbouncer.ini: settings without effect: ")
                .contains("databases.*.auth_query (", "resolv_conf (", "service_name (", "sbuf_loopcnt, pkt_buf (")
                .doesNotContain("verbose");
    }

    @Test
    void fileWithoutDatabasesStartsAsWithPgBouncer() {
        LoadResult result = new Loading(directory).load("pgbouncer.ini", "[pgbouncer]\nauth_type = any\n", Map.of());

        assertThat(result.config()).isNotNull();
        assertThat(new Loading(directory).lines(result.warnings()))
                .containsExactly("pgbouncer.ini: databases: there is none: clients reach the console only");
    }

    @Test
    void environmentWinsOverTheFile() {
        LoadResult result = new Loading(directory)
                .load(
                        "pgbouncer.ini",
                        "[databases]\na = host=db\n[pgbouncer]\nmax_client_conn = 5\ndefault_pool_size = 6\n",
                        Map.of("PGWEIR_MAX_CLIENT_CONN", "50", "PGWEIR_PGBOUNCER_COMPATIBILITY", "no"));

        ProxyConfig config = Objects.requireNonNull(result.config());
        assertThat(config.limits().maxClientConn()).isEqualTo(50);
        assertThat(config.pool().defaultPoolSize()).isEqualTo(6);
        assertThat(config.compatible()).isFalse();
    }

    @Test
    void fileCanSwitchCompatibilityOff() {
        assertThat(new Loading(directory)
                        .ini("[databases]\na = host=db\n[pgbouncer]\npgbouncer_compatibility = 0\n")
                        .compatible())
                .isFalse();
        assertThat(new Loading(directory)
                        .config("[databases.a]\nhost = \"db\"\n")
                        .compatible())
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({"pgbouncer.ini", "PGBOUNCER.INI", "pgbouncer.conf", "config"})
    void pgBouncersFormatIsKnownByNameOrContent(String name) {
        LoadResult result = new Loading(directory)
                .load(name, "; mine\n [pgbouncer]\npool_mode = session\n[databases]\napp = host=db\n", Map.of());

        assertThat(Objects.requireNonNull(result.config()).compatible()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"pgweir.toml", "pgweir.conf", "config"})
    void tomlIsKnownByNameOrContent(String name) {
        LoadResult result = new Loading(directory).load(name, "[databases.app]\nhost = \"db\"\n", Map.of());

        assertThat(Objects.requireNonNull(result.config()).compatible()).isFalse();
    }

    @Test
    void tomlWithPgBouncersSectionIsToldSo() {
        assertThat(new Loading(directory)
                        .errors("[pgbouncer]\npool_mode = \"session\"\n[databases.a]\nhost = \"db\"\n"))
                .containsExactly("pgweir.toml:1:1: \"pgbouncer\" is not a section, did you mean [pgweir]?");
    }
}

package dev.pgweir.config.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.config.DatabaseConfig;
import dev.pgweir.config.ProxyConfig;
import dev.pgweir.config.UserConfig;
import dev.pgweir.config.setting.DatabaseSettings;
import dev.pgweir.config.setting.SettingValues;
import dev.pgweir.config.setting.Settings;
import dev.pgweir.config.value.Secret;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written reads back as the same configuration. */
final class TomlConfigWriterTest {

    @TempDir
    Path directory;

    @Test
    void readsBackAsTheSame() {
        Loading loading = new Loading(directory);
        loading.write("userlist.txt", "\"app\" \"secret\"\n");
        ProxyConfig before = loading.ini("""
                [databases]
                app = host=db port=5433 user=boss password='qu"ote \\ back''s' pool_size=3 query_wait_timeout=0.25
                "my ""db" = host=::1 connect_query='SET x TO ''1'''
                * = host=db pool_mode=statement
                [pgbouncer]
                listen_addr = 127.0.0.1,::1
                listen_port = 7000
                unix_socket_dir = @pool
                auth_file = DIR/userlist.txt
                auth_hba_file = /etc/hba.txt
                pool_mode = transaction
                query_timeout = 0.000000001
                server_lifetime = 3600.123456789
                tcp_user_timeout = 1500
                log_stats = no
                so_reuseport = 1
                server_reset_query =
                server_check_query = SELECT '\t'
                admin_users =
                [users]
                app = max_user_connections=5 pool_mode=session
                [peers]
                3 = host=/tmp/three
                1 = host=10.0.0.1 port=6433 pool_size=2
                """.replace("DIR", directory.toString()));

        ProxyConfig after = loading.config(TomlConfigWriter.write(before));

        assertThat(set(after)).isEqualTo(set(before));
        assertThat(after.databases()).isEqualTo(before.databases());
        assertThat(after.databases().keySet())
                .containsExactlyElementsOf(before.databases().keySet());
        assertThat(after.users()).isEqualTo(before.users());
        assertThat(after.peers()).isEqualTo(before.peers());
        assertThat(after.storedSecrets()).isEqualTo(before.storedSecrets()).isNotEmpty();
        assertThat(after.compatible()).isTrue();
    }

    @Test
    void writesEachKindOfValueAsAPersonWould() {
        ProxyConfig config = new Loading(directory).ini("""
                [databases]
                app = host=db password=secret
                [pgbouncer]
                listen_addr = *
                unix_socket_dir =
                pool_mode = transaction
                default_pool_size = 10
                query_timeout = 1.5
                log_stats = 0
                admin_users = root, boss
                """);

        assertThat(TomlConfigWriter.write(config)).isEqualTo("""
                [pgweir]
                listen_addr = ["*"]
                unix_socket_dir = ""
                pool_mode = "transaction"
                max_client_logins = 0
                default_pool_size = 10
                query_timeout = 1.5
                shutdown_timeout = 0
                admin_users = ["root", "boss"]
                pgbouncer_compatibility = true
                log_stats = false
                log_activity_period = 0
                log_pools = false
                log_idle_transaction = 0
                http_addr = ""

                [databases.app]
                host = "db"
                password = "secret"
                """);
    }

    @Test
    void relativePathsBecomeAbsolute() {
        ProxyConfig config =
                new Loading(directory).ini("[databases]\napp = host=db\n[pgbouncer]\nlogfile = log/x.log\npidfile =\n");

        assertThat(TomlConfigWriter.write(config))
                .contains("logfile = \"" + Path.of("log/x.log").toAbsolutePath() + "\"\n")
                .contains("pidfile = \"\"\n");
    }

    @Test
    void urlOfADatabaseReadsBackToo() {
        Loading loading = new Loading(directory);
        ProxyConfig before = loading.config("""
                [databases.app]
                url = "postgresql://u:p%40@db:5433/real?connection_limit=4"
                """);

        assertThat(loading.config(TomlConfigWriter.write(before)).databases()).isEqualTo(before.databases());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void anyTextReadsBackAsItself(long seed) {
        Random random = new Random(seed);
        Loading loading = new Loading(directory);
        for (int i = 0; i < 100; i++) {
            String name = "n" + text(random);
            SettingValues values = SettingValues.none()
                    .with(DatabaseSettings.HOST, "db")
                    .with(DatabaseSettings.DBNAME, text(random))
                    .with(DatabaseSettings.PASSWORD, Secret.of(text(random)))
                    .with(DatabaseSettings.QUERY_TIMEOUT, Duration.ofNanos(random.nextLong() >>> 16));
            ProxyConfig before = ProxyConfig.of(
                    SettingValues.none().with(Settings.SERVER_RESET_QUERY, text(random)),
                    Map.of(name, new DatabaseConfig(name, values)),
                    Map.of(name, new UserConfig(name, SettingValues.none())),
                    Map.of());

            ProxyConfig after = loading.config(TomlConfigWriter.write(before));

            assertThat(set(after)).isEqualTo(set(before));
            assertThat(after.databases()).isEqualTo(before.databases());
            assertThat(after.users()).isEqualTo(before.users());
        }
    }

    /** Without a zero byte, which no setting takes, and without halves of characters, which no file can hold. */
    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(12); i > 0; i--) {
            switch (random.nextInt(4)) {
                case 0 -> text.append("\"'\\#;=[]. \t\r\n".charAt(random.nextInt(13)));
                case 1 -> text.append((char) (1 + random.nextInt(0xff)));
                case 2 -> text.appendCodePoint(0x1F600 + random.nextInt(64));
                default -> text.append((char) ('a' + random.nextInt(26)));
            }
        }
        return text.toString();
    }

    /** What was set, but for the name of the file itself. */
    private static Map<String, Object> set(ProxyConfig config) {
        Map<String, Object> set = new HashMap<>(config.values().explicit());
        set.remove(Settings.CONFFILE.name());
        return set;
    }
}

package dev.pgweir.config.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.config.ProxyConfig;
import dev.pgweir.config.setting.Settings;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
                pool_mode = transaction
                default_pool_size = 10
                query_timeout = 1.5
                log_stats = 0
                admin_users = root, boss
                """);

        assertThat(TomlConfigWriter.write(config)).isEqualTo("""
                [pgweir]
                pool_mode = "transaction"
                default_pool_size = 10
                query_timeout = 1.5
                admin_users = ["root", "boss"]
                pgbouncer_compatibility = true
                log_stats = false

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

    /** What was set, but for the name of the file itself. */
    private static Map<String, Object> set(ProxyConfig config) {
        Map<String, Object> set = new HashMap<>(config.values().explicit());
        set.remove(Settings.CONFFILE.name());
        return set;
    }
}

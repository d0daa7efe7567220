package dev.pgweir.config.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.pgweir.config.ProxyConfig;
import dev.pgweir.config.SettingRow;
import dev.pgweir.config.value.PoolMode;
import dev.pgweir.config.value.Secret;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigLoaderTest {

    @TempDir
    Path directory;

    @Test
    void readsAWholeFile() {
        Loading loading = new Loading(directory);
        loading.write("users.txt", "\"other\" \"md5abc\"\n");

        ProxyConfig config = loading.config("""
                [pgweir]
                listen_addr = ["127.0.0.1", "::1"]
                listen_port = 7000
                auth_file = "users.txt"
                pool_mode = "Transaction"
                server_idle_timeout = "2min"
                tcp_user_timeout = 1500
                admin_users = "root, boss"
                server_check_query = ""

                [databases.app]
                host = "db.internal"
                dbname = "real"
                connect_query = "SELECT 1"
                timezone = "UTC"
                reserve_pool = 3

                [databases."*"]
                host = "::1"
                port = 5433

                [users.app]
                password = "hunter2"
                """);

        assertThat(config.listen().listenAddr()).containsExactly("127.0.0.1", "::1");
        assertThat(config.listen().listenPort()).isEqualTo(7000);
        assertThat(config.pool().poolMode()).isEqualTo(PoolMode.TRANSACTION);
        assertThat(config.timeouts().serverIdleTimeout()).isEqualTo(Duration.ofMinutes(2));
        assertThat(config.net().tcpUserTimeout()).isEqualTo(Duration.ofMillis(1500));
        assertThat(config.admin().adminUsers()).containsExactly("root", "boss");
        assertThat(config.server().serverCheckQuery()).isNull();
        assertThat(config.auth().authFile()).isEqualTo(directory.resolve("users.txt"));
        assertThat(config.secretOf("other")).contains(Secret.of("md5abc"));
        assertThat(config.secretOf("app")).contains(Secret.of("hunter2"));
        assertThat(config.secretOf("nobody")).isEmpty();
        assertThat(config.database("elsewhere").orElseThrow().port()).isEqualTo(5433);
        assertThat(config.poolSettings("app", "app").sizes().reservePoolSize()).isEqualTo(3);
        assertThat(config.poolSettings("app", "app").target().startupParameters())
                .isEqualTo(Map.of("timezone", "UTC"));
        assertThat(config.effective("conffile"))
                .isEqualTo(directory.resolve("pgweir.toml").toString());
    }

    @Test
    void fileMayNameTheOneThatTheNextReloadReads() {
        ProxyConfig config = new Loading(directory).config("""
                [pgweir]
                conffile = "next.toml"
                [databases.app]
                host = "db"
                """);

        assertThat(config.conffile()).isEqualTo(directory.resolve("next.toml"));
        assertThat(Loading.config(Map.of("DATABASE_URL", "postgresql://app:secret@db"))
                        .conffile())
                .isNull();
    }

    @Test
    void emptyFileOfSettingsHasPgBouncersDefaults() {
        ProxyConfig config = new Loading(directory).config("[databases.app]\nhost = \"db\"\n");

        assertThat(config.pool().poolMode()).isEqualTo(PoolMode.SESSION);
        assertThat(config.pool().defaultPoolSize()).isEqualTo(20);
        assertThat(config.limits().maxClientConn()).isEqualTo(100);
        assertThat(config.server().serverCheckQuery()).isEmpty();
        assertThat(config.server().serverResetQuery()).isEqualTo("DISCARD ALL");
        assertThat(config.timeouts().queryWaitTimeout()).isEqualTo(Duration.ofMinutes(2));
        assertThat(config.protocol().trackExtraParameters()).containsExactly("IntervalStyle");
        assertThat(config.listen().listenAddr()).containsExactly("127.0.0.1");
    }

    @Test
    void environmentWinsOverFileAndFileOverUrl() {
        Map<String, String> environment = Map.of(
                "DATABASE_URL", "postgresql://app:pw@db/app?connection_limit=7&pool_timeout=9&connect_timeout=3",
                "PGWEIR_DEFAULT_POOL_SIZE", "8");

        ProxyConfig config = new Loading(directory).config("[pgweir]\nquery_wait_timeout = 30\n", environment);

        assertThat(config.pool().defaultPoolSize()).isEqualTo(8);
        assertThat(config.timeouts().queryWaitTimeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(config.timeouts().serverConnectTimeout()).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void fileWithDatabasesLeavesTheUrlAlone() {
        LoadResult result = new Loading(directory)
                .load(
                        "[pgweir]\nauth_type = \"any\"\n[databases.app]\nhost = \"db\"\nuser = \"app\"\n",
                        Map.of("DATABASE_URL", "not even a URL"));

        assertThat(result.errors()).isEmpty();
        assertThat(result.warnings())
                .extracting(Problem::severity, Problem::origin)
                .containsExactly(tuple(Problem.Severity.NOTE, "DATABASE_URL"));
    }

    @Test
    void urlOfADatabaseFillsInWhatItsKeysDoNotSay() {
        ProxyConfig config = new Loading(directory).config("""
                [databases.app]
                url = "postgres://boss:s3cret@db:5433/real?connection_limit=4&socket_timeout=30&sslmode=disable"
                port = 6000
                """);

        assertThat(config.poolSettings("app", "anyone").target()).satisfies(target -> {
            assertThat(target.host()).isEqualTo("db");
            assertThat(target.port()).isEqualTo(6000);
            assertThat(target.dbname()).isEqualTo("real");
            assertThat(target.user()).isEqualTo("boss");
            assertThat(target.userForced()).isTrue();
            assertThat(target.password()).isEqualTo(Secret.of("s3cret"));
        });
        assertThat(config.poolSettings("app", "anyone").sizes().poolSize()).isEqualTo(4);
        assertThat(config.clientSettings("app", "anyone").query()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void sectionsMayBeWrittenInline() {
        ProxyConfig config = new Loading(directory).config("databases = { app = { host = \"db\", pool_size = 3 } }\n");

        assertThat(config.poolSettings("app", "u").sizes().poolSize()).isEqualTo(3);
    }

    @Test
    void consoleIsNoDatabaseEvenWithAFallback() {
        ProxyConfig config = new Loading(directory).config("[databases.\"*\"]\nhost = \"db\"\n");

        assertThat(List.of("pgbouncer", "pgweir"))
                .allMatch(name -> config.database(name).isEmpty());
        assertThat(config.database("postgres")).isPresent();
    }

    @Test
    void secretsAreNotShown() {
        LoadResult result = new Loading(directory).load("""
                [pgweir]
                auth_ldap_options = "ldapbindpasswd=hunter2"
                [databases.app]
                url = "postgresql://u:hunter2@db/app"
                [users.app]
                password = "hunter2"
                """, Map.of());

        assertThat(result.toString()).doesNotContain("hunter2");
        ProxyConfig config = Objects.requireNonNull(result.config());
        assertThat(config.effective("auth_ldap_options")).isEqualTo("****");
        assertThat(config.databases().toString() + config.users() + config.poolSettings("app", "app"))
                .doesNotContain("hunter2");
    }

    @Test
    void showConfigHasARowForEverySettingByName() {
        ProxyConfig config =
                new Loading(directory).config("[pgweir]\nquery_timeout = 0.5\n[databases.app]\nhost = \"db\"\n");

        assertThat(config.settingRows()).isSortedAccordingTo((a, b) -> a.key().compareTo(b.key()));
        assertThat(config.settingRows())
                .contains(
                        new SettingRow("query_timeout", "0.5", "0", true),
                        new SettingRow("listen_port", "6432", "6432", false));
        assertThat(config.effective("no_such_setting")).isNull();
    }
}

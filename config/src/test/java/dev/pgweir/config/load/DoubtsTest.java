package dev.pgweir.config.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DoubtsTest {
    private static final String MD5 = "md50123456789abcdef0123456789abcdef";

    @TempDir
    private Path directory;

    private Loading loading;

    @BeforeEach
    void start() {
        loading = new Loading(directory);
    }

    @Test
    void minimumThatACapForbidsIsToldWhereTheCapIs() {
        assertThat(loading.warnings("""
                [pgweir]
                min_pool_size = 10
                max_user_connections = 8
                [databases.a]
                host = "db"
                max_db_connections = 5
                [databases.b]
                host = "db"
                pool_size = 8
                [users.few]
                password = "x"
                max_user_connections = 2
                """))
                .containsExactly(
                        "pgweir.toml:3:1: max_user_connections: lets a pool have 8 connections, fewer than min_pool_size,"
                                + " which is 10",
                        "pgweir.toml:6:1: databases.a.max_db_connections: lets a pool have 5 connections, fewer than"
                                + " min_pool_size, which is 10",
                        "pgweir.toml:12:1: users.few.max_user_connections: lets a pool have 2 connections, fewer than"
                                + " min_pool_size, which is 10",
                        "pgweir.toml:12:1: users.few.max_user_connections: lets a pool have 2 connections, fewer than"
                                + " min_pool_size, which is 8");
    }

    @Test
    void capOfTheServerCountsWithoutWhatIsKeptForCancelRequests() {
        assertThat(loading.warnings("""
                [pgweir]
                min_pool_size = 10
                max_server_connections = 10
                cancel_reserve_connections = 1
                [databases.a]
                host = "db"
                [users.a]
                password = "x"
                """))
                .containsExactly(
                        "pgweir.toml:3:1: max_server_connections: lets a pool have 9 connections, fewer than min_pool_size,"
                                + " which is 10");
    }

    @Test
    void minimumThatFitsIsNotTold() {
        assertThat(loading.warnings("""
                [pgweir]
                min_pool_size = 10
                default_pool_size = 3
                max_db_connections = 3
                [databases.a]
                host = "db"
                [users.a]
                password = "x"
                """)).isEmpty();
    }

    @Test
    void hashThatScramCannotUseIsTold() {
        String users = """
                [databases.a]
                host = "db"
                user = "server"
                [users.new]
                password = "plain"
                [users.old]
                password = "%1$s"
                [users.server]
                password = "%1$s"
                [users.lookup]
                password = "%1$s"
                [pgweir]
                auth_user = "lookup"
                """.formatted(MD5);

        assertThat(loading.warnings(users + "auth_type = \"scram-sha-256\"\n"))
                .containsExactly(
                        "pgweir.toml:14:1: auth_type: scram-sha-256 lets nobody in of whom only an md5 hash is known: old");
        assertThat(loading.warnings(users + "auth_type = \"md5\"\n")).isEmpty();
    }
}

package dev.pgweir.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pgweir.config.setting.DatabaseSettings;
import dev.pgweir.config.setting.SettingValues;
import dev.pgweir.config.setting.Settings;
import dev.pgweir.config.setting.UserSettings;
import dev.pgweir.config.value.ChannelBindingUse;
import dev.pgweir.config.value.HostBalancing;
import dev.pgweir.config.value.PoolMode;
import dev.pgweir.config.value.Secret;
import dev.pgweir.config.value.SslMode;
import dev.pgweir.config.value.SslNegotiation;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

final class PrecedenceTest {

    private static final SettingValues SERVER = SettingValues.none().with(DatabaseSettings.HOST, "db");

    @Test
    void globalCountsWhereNobodyElseSaysAnything() {
        ProxyConfig config =
                config(SettingValues.none().with(Settings.DEFAULT_POOL_SIZE, 7), SERVER, SettingValues.none());

        PoolSettings pool = config.poolSettings("app", "u");
        ClientSettings clients = config.clientSettings("app", "u");

        assertThat(pool.sizes()).isEqualTo(new PoolSizes(7, 0, 0, Duration.ofSeconds(5), 0, 0, 0, 1));
        assertThat(pool.poolMode()).isEqualTo(PoolMode.SESSION);
        assertThat(pool.timeouts())
                .isEqualTo(new ServerTimeouts(
                        Duration.ofSeconds(15), Duration.ofSeconds(15), Duration.ofMinutes(10), Duration.ofHours(1)));
        assertThat(pool.target())
                .isEqualTo(new ServerTarget(
                        List.of("db"),
                        HostBalancing.ROUND_ROBIN,
                        5432,
                        "app",
                        "u",
                        false,
                        null,
                        new ServerTarget.Security(SslMode.PREFER, SslNegotiation.POSTGRES, ChannelBindingUse.PREFER),
                        null,
                        Map.of()));
        assertThat(clients.queryWait()).isEqualTo(Duration.ofMinutes(2));
        assertThat(clients.query()).isZero();
    }

    @Test
    void databaseWinsOverGlobal() {
        SettingValues database = SERVER.with(DatabaseSettings.POOL_SIZE, 3)
                .with(DatabaseSettings.MIN_POOL_SIZE, 1)
                .with(DatabaseSettings.RESERVE_POOL_SIZE, 2)
                .with(DatabaseSettings.MAX_DB_CONNECTIONS, 11)
                .with(DatabaseSettings.MAX_DB_CLIENT_CONNECTIONS, 12)
                .with(DatabaseSettings.POOL_MODE, PoolMode.STATEMENT)
                .with(DatabaseSettings.SERVER_LIFETIME, Duration.ofSeconds(9))
                .with(DatabaseSettings.QUERY_WAIT_TIMEOUT, Duration.ofSeconds(8));

        ProxyConfig config = config(SettingValues.none(), database, SettingValues.none());

        PoolSettings pool = config.poolSettings("app", "u");
        assertThat(pool.sizes()).isEqualTo(new PoolSizes(3, 1, 2, Duration.ofSeconds(5), 11, 0, 0, 1));
        assertThat(pool.poolMode()).isEqualTo(PoolMode.STATEMENT);
        assertThat(pool.timeouts().lifetime()).isEqualTo(Duration.ofSeconds(9));
        assertThat(config.clientSettings("app", "u").queryWait()).isEqualTo(Duration.ofSeconds(8));
        assertThat(config.clientSettings("app", "u").maxDbClientConnections()).isEqualTo(12);
    }

    @Test
    void userWinsOverDatabase() {
        SettingValues database = SERVER.with(DatabaseSettings.POOL_SIZE, 3)
                .with(DatabaseSettings.RESERVE_POOL_SIZE, 2)
                .with(DatabaseSettings.POOL_MODE, PoolMode.STATEMENT)
                .with(DatabaseSettings.QUERY_WAIT_TIMEOUT, Duration.ofSeconds(8));
        SettingValues user = SettingValues.none()
                .with(UserSettings.POOL_SIZE, 5)
                .with(UserSettings.RESERVE_POOL_SIZE, 4)
                .with(UserSettings.POOL_MODE, PoolMode.TRANSACTION)
                .with(UserSettings.QUERY_WAIT_TIMEOUT, Duration.ZERO)
                .with(UserSettings.MAX_USER_CONNECTIONS, 6)
                .with(UserSettings.MAX_USER_CLIENT_CONNECTIONS, 7)
                .with(UserSettings.QUERY_TIMEOUT, Duration.ofSeconds(1))
                .with(UserSettings.TRANSACTION_TIMEOUT, Duration.ofSeconds(2))
                .with(UserSettings.IDLE_TRANSACTION_TIMEOUT, Duration.ofSeconds(3))
                .with(UserSettings.CLIENT_IDLE_TIMEOUT, Duration.ofSeconds(4));

        ProxyConfig config = config(SettingValues.none(), database, user);

        assertThat(config.poolSettings("app", "u").sizes())
                .isEqualTo(new PoolSizes(5, 0, 4, Duration.ofSeconds(5), 0, 6, 0, 1));
        assertThat(config.poolSettings("app", "u").poolMode()).isEqualTo(PoolMode.TRANSACTION);
        assertThat(config.clientSettings("app", "u"))
                .isEqualTo(new ClientSettings(
                        PoolMode.TRANSACTION,
                        Duration.ZERO,
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(3),
                        Duration.ofSeconds(4),
                        0,
                        7));
        assertThat(config.poolSettings("app", "somebody else").sizes().poolSize())
                .isEqualTo(3);
    }

    @Test
    void forcedUserIgnoresTheUsersPoolSize() {
        SettingValues database = SERVER.with(DatabaseSettings.USER, "u").with(DatabaseSettings.POOL_SIZE, 3);
        SettingValues user =
                SettingValues.none().with(UserSettings.POOL_SIZE, 5).with(UserSettings.MAX_USER_CONNECTIONS, 6);

        PoolSettings pool = config(SettingValues.none(), database, user).poolSettings("app", "client");

        assertThat(pool.sizes().poolSize()).isEqualTo(3);
        assertThat(pool.sizes().maxUserConnections()).isEqualTo(6);
    }

    @Test
    void usersOfAForcedUserShareOnePoolButKeepTheirOwnTimeouts() {
        SettingValues database =
                SERVER.with(DatabaseSettings.USER, "owner").with(DatabaseSettings.PASSWORD, Secret.of("owner's"));
        SettingValues user = SettingValues.none()
                .with(UserSettings.PASSWORD, Secret.of("user's"))
                .with(UserSettings.POOL_MODE, PoolMode.STATEMENT)
                .with(UserSettings.QUERY_TIMEOUT, Duration.ofSeconds(1));

        ProxyConfig config = config(SettingValues.none(), database, user);

        assertThat(config.poolSettings("app", "u"))
                .isEqualTo(config.poolSettings("app", "another"))
                .satisfies(pool -> {
                    assertThat(pool.target().user()).isEqualTo("owner");
                    assertThat(pool.target().password()).isEqualTo(Secret.of("owner's"));
                    assertThat(pool.poolMode()).isEqualTo(PoolMode.SESSION);
                });
        assertThat(config.clientSettings("app", "u").query()).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.clientSettings("app", "u").poolMode()).isEqualTo(PoolMode.STATEMENT);
        assertThat(config.clientSettings("app", "another").query()).isZero();
    }

    @Test
    void serverIsReachedWithTheUsersPasswordWhereTheDatabaseHasNone() {
        SettingValues user = SettingValues.none().with(UserSettings.PASSWORD, Secret.of("own"));
        ProxyConfig config = ProxyConfig.of(
                SettingValues.none(),
                Map.of("app", new DatabaseConfig("app", SERVER)),
                Map.of("u", new UserConfig("u", user)),
                Map.of("u", Secret.of("of the file"), "v", Secret.of("v's of the file")));

        assertThat(config.poolSettings("app", "u").target().password()).isEqualTo(Secret.of("own"));
        assertThat(config.poolSettings("app", "v").target().password()).isEqualTo(Secret.of("v's of the file"));
        assertThat(config.poolSettings("app", "w").target().password()).isNull();
    }

    @Test
    void cancelReserveIsNotTakenFromACapBelowFive() {
        assertThat(reserveAt(4)).isZero();
        assertThat(reserveAt(5)).isEqualTo(2);
        assertThat(reserveAt(0)).isEqualTo(2);
    }

    private static int reserveAt(int cap) {
        SettingValues global = SettingValues.none()
                .with(Settings.MAX_SERVER_CONNECTIONS, cap)
                .with(Settings.CANCEL_RESERVE_CONNECTIONS, 2);
        return config(global, SERVER, SettingValues.none())
                .poolSettings("app", "u")
                .sizes()
                .cancelReserveConnections();
    }

    @Test
    void unknownDatabaseHasNoSettings() {
        ProxyConfig config = config(SettingValues.none(), SERVER, SettingValues.none());

        assertThat(config.database("unknown")).isEmpty();
        assertThatThrownBy(() -> config.poolSettings("unknown", "u")).isInstanceOf(NoSuchElementException.class);
    }

    private static ProxyConfig config(SettingValues global, SettingValues database, SettingValues user) {
        return ProxyConfig.of(
                global,
                Map.of("app", new DatabaseConfig("app", database)),
                Map.of("u", new UserConfig("u", user)),
                Map.of());
    }
}

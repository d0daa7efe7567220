package dev.pgweir.proxy.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.config.DatabaseConfig;
import dev.pgweir.config.ProxyConfig;
import dev.pgweir.config.UserConfig;
import dev.pgweir.config.setting.DatabaseSettings;
import dev.pgweir.config.setting.SettingValues;
import dev.pgweir.config.setting.Settings;
import dev.pgweir.config.setting.UserSettings;
import dev.pgweir.config.value.Secret;
import dev.pgweir.proxy.auth.Credential;
import dev.pgweir.proxy.pool.Pool;
import dev.pgweir.proxy.pool.PoolKey;
import dev.pgweir.proxy.pool.PoolSpec;
import dev.pgweir.proxy.pool.Pools;
import dev.pgweir.proxy.server.DisconnectReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a new configuration means for a pool, and which pools are forgotten. */
final class PoolReloadTest {
    private static final long SECOND = 1_000_000_000L;

    private final Pools pools = new Pools((slot, loop) -> {}, System::nanoTime, new Random(1));
    private final Map<String, SettingValues> databases = new HashMap<>(Map.of("app", host("db")));
    private SettingValues user = SettingValues.none().with(UserSettings.PASSWORD, Secret.of("secret"));
    private SettingValues settings = SettingValues.none();
    private final ProxyConfig before = config();
    private final DatabasePool pool = pool("app");

    @Test
    void newLimitsKeepTheServers() {
        databases.put("app", host("db").with(DatabaseSettings.POOL_SIZE, 9));

        PoolReload reload = reload();

        PoolSpec spec = Objects.requireNonNull(reload.specs().get(pool.pool()));
        assertThat(spec.sizes().pool()).isEqualTo(9);
        assertThat(reload.replaced()).isEmpty();
    }

    @Test
    void aNewWayToTheServerReplacesThem() {
        for (SettingValues changed : List.of(
                host("other"),
                host("db").with(DatabaseSettings.PORT, 1),
                host("db").with(DatabaseSettings.DBNAME, "other"),
                host("db").with(DatabaseSettings.CONNECT_QUERY, "SELECT 1"))) {
            databases.put("app", changed);
            assertThat(reload().replaced())
                    .containsExactly(Map.entry(pool.pool(), DisconnectReason.SERVER_CONFIG_CHANGED));
        }
        assertThat(pool.profile().queries().connect()).isEqualTo("SELECT 1");
    }

    @Test
    void aNewPasswordReplacesThem() {
        user = SettingValues.none().with(UserSettings.PASSWORD, Secret.of("new"));

        assertThat(reload().replaced()).hasSize(1);
        assertThat(pool.profile().credential()).isEqualTo(new Credential.Plain("new"));
    }

    @Test
    void whatAClientHasShownStaysWhereTheConfigurationSaysNothingNew() {
        pool.profile(pool.profile().withCredential(new Credential.Plain("shown by a client")));

        assertThat(reload().replaced()).isEmpty();
        assertThat(pool.profile().credential()).isEqualTo(new Credential.Plain("shown by a client"));
    }

    @Test
    void aRemovedDatabaseKeepsNoServerAndMayComeBack() {
        databases.remove("app");
        PoolReload reload = reload();
        assertThat(reload.replaced()).containsEntry(pool.pool(), DisconnectReason.DATABASE_REMOVED);
        assertThat(pool.removed()).isEqualTo(DisconnectReason.DATABASE_REMOVED);

        databases.put("app", host("db"));
        reload();
        assertThat(pool.removed()).isNull();
    }

    @Test
    void aDatabaseThatFallsBackToTheStarGoesOn() {
        databases.remove("app");
        databases.put("*", host("db"));

        assertThat(reload().replaced()).isEmpty();
        assertThat(pool.removed()).isNull();
    }

    @Test
    void aPoolOfAUserWhoIsNotTheDatabasesOwnAnyMoreEnds() {
        databases.put("app", host("db").with(DatabaseSettings.USER, "service"));

        assertThat(reload().replaced()).containsEntry(pool.pool(), DisconnectReason.SERVER_CONFIG_CHANGED);
        assertThat(pool.removed()).isNotNull();
    }

    @Test
    void emptyPoolsAreForgottenAfterTheirTimeUnlessSomeAreWantedInStore() {
        settings = settings.with(Settings.POOL_IDLE_TIMEOUT, Duration.ofSeconds(5));
        PoolSweep sweep = new PoolSweep();
        Set<Pool> unused = Set.of(pool.pool());

        assertThat(sweep.find(List.of(pool), unused, config(), 0)).isEmpty();
        assertThat(sweep.find(List.of(pool), unused, config(), 4 * SECOND)).isEmpty();
        assertThat(sweep.find(List.of(pool), Set.of(), config(), 5 * SECOND))
                .as("used meanwhile")
                .isEmpty();
        assertThat(sweep.find(List.of(pool), unused, config(), 6 * SECOND)).isEmpty();
        assertThat(sweep.find(List.of(pool), unused, config(), 11 * SECOND))
                .containsExactly(new PoolSweep.Found(pool, "pool idle timeout", 5));

        databases.put("app", host("db").with(DatabaseSettings.MIN_POOL_SIZE, 1));
        pools.respec(reload().specs(), Map.of());
        assertThat(sweep.find(List.of(pool), unused, config(), 99 * SECOND)).isEmpty();
    }

    @Test
    void anAutomaticDatabaseIsForgottenWithAllItsPools() {
        settings = settings.with(Settings.AUTODB_IDLE_TIMEOUT, Duration.ofSeconds(5));
        databases.put("*", host("db"));
        DatabasePool one = pool("any");
        DatabasePool two = pool("any", "v");
        PoolSweep sweep = new PoolSweep();
        List<DatabasePool> all = List.of(pool, one, two);

        assertThat(sweep.find(all, Set.of(pool.pool(), one.pool()), config(), 0))
                .isEmpty();
        assertThat(sweep.find(all, Set.of(pool.pool(), one.pool()), config(), 9 * SECOND))
                .as("the other pool of the database is in use")
                .isEmpty();
        Set<Pool> unused = Set.of(pool.pool(), one.pool(), two.pool());
        assertThat(sweep.find(all, unused, config(), 10 * SECOND)).isEmpty();
        assertThat(sweep.find(all, unused, config(), 15 * SECOND))
                .extracting(PoolSweep.Found::pool)
                .containsExactlyInAnyOrder(one, two);
    }

    @Test
    void emptyPoolsOfAutomaticDatabasesAreForgottenBeforeTheirTimeWhereThereAreTooMany() {
        databases.put("*", host("db"));
        List<DatabasePool> all = new ArrayList<>(List.of(pool));
        for (int i = 0; i < AutomaticPools.MOST_EMPTY + 3; i++) {
            all.add(pool("any" + i));
        }
        // One is in use, one was let in some time, the others never.
        DatabasePool used = all.get(1);
        DatabasePool wasIn = all.get(2);
        wasIn.welcome(Map.of());
        Set<Pool> unused = new HashSet<>();
        all.forEach(one -> unused.add(one.pool()));
        unused.remove(used.pool());
        PoolSweep sweep = new PoolSweep();
        List<DatabasePool> old = all.subList(0, 4);
        assertThat(sweep.surplus(old, unused, config(), 0)).isEmpty();

        assertThat(sweep.surplus(all, unused, config(), 7 * SECOND))
                .as("the longest empty of those that were never let in, and as many as are too many")
                .first()
                .isEqualTo(new PoolSweep.Found(all.get(3), "more than 1000 empty pools of automatic databases", 7));
        assertThat(sweep.surplus(all, unused, config(), 7 * SECOND))
                .hasSize(2)
                .extracting(PoolSweep.Found::pool)
                .doesNotContain(pool, used, wasIn);

        all.forEach(one -> one.welcome(Map.of()));
        assertThat(sweep.surplus(all, unused, config(), 8 * SECOND))
                .as("a name that leads to a database that exists is as easily invented")
                .extracting(PoolSweep.Found::pool)
                .containsExactlyInAnyOrder(wasIn, all.get(3));
        databases.remove("*");
        assertThat(sweep.surplus(all, unused, config(), 9 * SECOND)).isEmpty();
    }

    private PoolReload reload() {
        PoolReload reload = new PoolReload(before, config());
        reload.add(pool);
        return reload;
    }

    private DatabasePool pool(String database) {
        return pool(database, "u");
    }

    private DatabasePool pool(String database, String name) {
        ProxyConfig config = config();
        PoolSpec spec = PoolDefinitions.spec(
                config, config.poolSettings(database, name), config.clientSettings(database, name));
        return new DatabasePool(
                pools.pool(new PoolKey(database, name), () -> spec),
                PoolDefinitions.profile(config, config.poolSettings(database, name), new Credential.Plain("secret")));
    }

    private ProxyConfig config() {
        Map<String, DatabaseConfig> entries = new HashMap<>();
        databases.forEach((name, values) -> entries.put(name, new DatabaseConfig(name, values)));
        return ProxyConfig.of(settings, entries, Map.of("u", new UserConfig("u", user)), Map.of());
    }

    private static SettingValues host(String name) {
        return SettingValues.none().with(DatabaseSettings.HOST, name);
    }
}

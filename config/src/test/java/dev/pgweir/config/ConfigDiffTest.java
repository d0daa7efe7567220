package dev.pgweir.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.config.ConfigDiff.Change;
import dev.pgweir.config.setting.DatabaseSettings;
import dev.pgweir.config.setting.PeerSettings;
import dev.pgweir.config.setting.SettingValues;
import dev.pgweir.config.setting.Settings;
import dev.pgweir.config.setting.UserSettings;
import dev.pgweir.config.value.PoolMode;
import dev.pgweir.config.value.Secret;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ConfigDiffTest {

    private static final SettingValues SERVER = SettingValues.none().with(DatabaseSettings.HOST, "db");
    private static final SettingValues LOGIN = SettingValues.none().with(UserSettings.PASSWORD, Secret.of("before"));

    private final ProxyConfig before = ProxyConfig.of(
            SettingValues.none(),
            Map.of("app", new DatabaseConfig("app", SERVER), "old", new DatabaseConfig("old", SERVER)),
            Map.of("u", new UserConfig("u", LOGIN)),
            Map.of());

    @Test
    void namesWhatChangedAndWhetherItNeedsARestart() {
        ProxyConfig after = ProxyConfig.of(
                SettingValues.none()
                        .with(Settings.POOL_MODE, PoolMode.TRANSACTION)
                        .with(Settings.LISTEN_PORT, 7000),
                Map.of(
                        "app", new DatabaseConfig("app", SERVER.with(DatabaseSettings.POOL_SIZE, 5)),
                        "new", new DatabaseConfig("new", SERVER)),
                Map.of("u", new UserConfig("u", LOGIN.with(UserSettings.PASSWORD, Secret.of("after")))),
                Map.of("v", Secret.of("x")));

        ConfigDiff diff = ConfigDiff.between(before, after);

        assertThat(diff.changes())
                .containsExactly(
                        new Change("listen_port", "6432", "7000", false),
                        new Change("pool_mode", "session", "transaction", true),
                        new Change("databases.app.pool_size", "", "5", true),
                        new Change("databases.new", null, "present", true),
                        new Change("databases.old", "present", null, true),
                        new Change("users.u.password", "****", "****", true),
                        new Change("secrets of auth_file", "0 users", "1 user", true));
        assertThat(diff.changes())
                .extracting(Change::toString)
                .contains("listen_port: \"6432\" is \"7000\" now", "databases.new is new", "databases.old is gone");
        assertThat(diff.needingRestart()).extracting(Change::key).containsExactly("listen_port");
    }

    @Test
    void seesPeersComeGoAndMove() {
        PeerConfig first = new PeerConfig(1, SettingValues.none().with(PeerSettings.HOST, "10.0.0.1"));
        PeerConfig moved = new PeerConfig(1, first.values().with(PeerSettings.PORT, 6433));
        PeerConfig second = new PeerConfig(2, SettingValues.none().with(PeerSettings.HOST, "/tmp/two"));
        ProxyConfig old =
                ProxyConfig.of(SettingValues.none(), Map.of(), Map.of(), Map.of(1, first, 2, second), Map.of());
        ProxyConfig now = ProxyConfig.of(SettingValues.none(), Map.of(), Map.of(), Map.of(1, moved), Map.of());

        assertThat(ConfigDiff.between(old, now).changes())
                .containsExactly(
                        new Change("peers.1.port", "6432", "6433", true), new Change("peers.2", "present", null, true));
        assertThat(now.withValues(SettingValues.none()).peers()).isEqualTo(now.peers());
    }

    @Test
    void writingADefaultOutIsNoChange() {
        ProxyConfig after = before.withValues(SettingValues.none().with(Settings.LISTEN_PORT, 6432));

        assertThat(ConfigDiff.between(before, after).isEmpty()).isTrue();
    }
}

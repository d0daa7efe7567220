package dev.pgweir.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.config.ProxyConfig;
import dev.pgweir.config.load.LoadResult;
import dev.pgweir.config.load.Problem;
import dev.pgweir.config.setting.SettingValues;
import dev.pgweir.config.setting.Settings;
import dev.pgweir.proxy.net.ServiceManager;
import dev.pgweir.proxy.tls.Tls;
import dev.pgweir.proxy.tls.TlsException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CurrentConfigTest {
    private LoadResult file = result(SettingValues.none());
    private final ProxyConfig initial = config(SettingValues.none());
    private final List<ProxyConfig> applied = new ArrayList<>();
    private final CurrentConfig current = new CurrentConfig(initial, inForce -> file, new ServiceManager(Map.of()));

    CurrentConfigTest() {
        current.onChange((before, after) -> {
            assertThat(current.get()).as("whoever asks now").isSameAs(after);
            applied.add(after);
        });
    }

    @AfterEach
    void end() {
        current.close();
    }

    @Test
    void aReloadPutsWhatTheFileSaysInForce() {
        file = result(SettingValues.none().with(Settings.DEFAULT_POOL_SIZE, 7));

        ReloadResult result = current.reload().join();

        assertThat(result.isDone()).isTrue();
        assertThat(current.get().pool().defaultPoolSize()).isEqualTo(7);
        assertThat(applied).containsExactly(current.get());
    }

    @Test
    void mistakesAreGivenBackAndChangeNothing() {
        Problem problem = new Problem(Problem.Severity.ERROR, "pgweir.toml:1:1", "pool_mode", "wrong");
        file = new LoadResult(null, List.of(problem), List.of());

        ReloadResult result = current.reload().join();

        assertThat(result.isDone()).isFalse();
        assertThat(result.errors()).containsExactly(problem);
        assertThat(current.get()).isSameAs(initial);
        assertThat(applied).isEmpty();
    }

    @Test
    void whatNeedsARestartIsNamedAndStays() {
        file = result(SettingValues.none().with(Settings.LISTEN_PORT, 1).with(Settings.DEFAULT_POOL_SIZE, 7));

        ReloadResult result = current.reload().join();

        assertThat(result.warnings())
                .containsExactly("listen_port cannot be changed without a restart: it stays \"6432\" instead of \"1\"");
        assertThat(current.get().listen().listenPort()).isEqualTo(6432);
        assertThat(current.get().pool().defaultPoolSize()).isEqualTo(7);
    }

    @Test
    void aLogFileThatCannotBeOpenedIsAMistakeToo(@TempDir Path directory) {
        String missing = directory.resolve("missing/pgweir.log").toString();
        file = result(SettingValues.none().with(Settings.LOGFILE, missing).with(Settings.DEFAULT_POOL_SIZE, 7));

        ReloadResult result = current.reload().join();

        assertThat(result.errors())
                .singleElement()
                .satisfies(problem -> assertThat(problem.toString()).contains("logfile: " + missing));
        assertThat(current.get()).isSameAs(initial);
    }

    @Test
    void whatTlsRefusesChangesTheLogNeither(@TempDir Path directory) throws TlsException {
        Path log = directory.resolve("pgweir.log");
        file = result(SettingValues.none()
                .with(Settings.LOGFILE, log.toString())
                .with(Settings.SERVER_TLS_CA_FILE, directory.resolve("missing").toString()));
        ReloadResult result;
        try (Tls tls = new Tls(initial)) {
            current.preparedBy(tls::prepare);
            result = current.reload().join();
        }

        assertThat(result.errors())
                .singleElement()
                .satisfies(
                        problem -> assertThat(problem.toString()).startsWith("TLS setup failed: server_tls_ca_file: "));
        assertThat(log).doesNotExist();
    }

    @Test
    void aChangeWithoutAFileIsCheckedLikeAReload() {
        assertThat(current.change(before -> before.withValues(before.values().with(Settings.DEFAULT_POOL_SIZE, 3)))
                        .join()
                        .isDone())
                .isTrue();
        assertThat(current.get().pool().defaultPoolSize()).isEqualTo(3);

        ReloadResult refused = current.change(
                        before -> before.withValues(before.values().with(Settings.STATS_PERIOD, Duration.ZERO)))
                .join();
        assertThat(refused.errors())
                .singleElement()
                .satisfies(problem -> assertThat(problem.toString()).contains("stats_period: averages need a period"));
        assertThat(current.get().pool().defaultPoolSize()).isEqualTo(3);
    }

    private static LoadResult result(SettingValues values) {
        return new LoadResult(config(values), List.of(), List.of());
    }

    private static ProxyConfig config(SettingValues values) {
        return ProxyConfig.of(values, Map.of(), Map.of(), Map.of());
    }
}

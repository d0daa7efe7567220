package dev.pgweir.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.config.ProxyConfig;
import dev.pgweir.config.load.ConfigLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the system has given the process, as it stands under /proc. */
final class StartupWarningsTest {

    @TempDir
    Path directory;

    @Test
    void ignoredSignalsAreNamedWithWhatToUseInstead() throws IOException {
        assertThat(IgnoredSignals.in(status("0000000000001000"))).isEmpty();
        assertThat(IgnoredSignals.in(status("0000000000000001")))
                .singleElement()
                .asString()
                .startsWith("SIGHUP is ignored")
                .endsWith("use RELOAD on the console");
        assertThat(IgnoredSignals.in(status("ffffffffffffffff")))
                .extracting(line -> line.substring(0, 7))
                .containsExactly("SIGHUP ", "SIGINT ", "SIGTERM");
        assertThat(IgnoredSignals.in(status("?"))).isEmpty();
        assertThat(IgnoredSignals.in(directory.resolve("missing"))).isEmpty();
    }

    private Path status(String mask) throws IOException {
        return Files.writeString(
                directory.resolve("status"), "Name:\tjava\nSigBlk:\t0000000000000001\nSigIgn:\t" + mask + "\n");
    }

    @Test
    void limitOfOpenFilesIsRead() throws IOException {
        Path limits = Files.writeString(directory.resolve("limits"), """
                Limit                     Soft Limit           Hard Limit           Units
                Max processes             62987                62987                processes
                Max open files            1024                 20000                files
                """);

        assertThat(OpenFiles.limit(limits)).hasValue(1024);
        assertThat(OpenFiles.limit(directory.resolve("missing"))).isEmpty();
    }

    @Test
    void expectedUseCountsClientsAndServersOfEachPool() throws IOException {
        Path file = Files.writeString(directory.resolve("pgweir.toml"), """
                [pgweir]
                max_client_conn = 1000
                default_pool_size = 10
                reserve_pool_size = 1
                [databases.forced]
                host = "db"
                user = "app"
                pool_size = 3
                [databases."*"]
                host = "db"
                [users.one]
                [users.two]
                """);
        ProxyConfig config =
                Objects.requireNonNull(ConfigLoader.load(file, Map.of()).config());

        assertThat(OpenFiles.expected(config)).isEqualTo(1000 + 4 + 22 + 50);
    }
}

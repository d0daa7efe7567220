package dev.pgweir.config.load;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.pgweir.config.hba.IdentMap;
import dev.pgweir.config.value.Network;
import dev.pgweir.config.value.Secret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Whatever is in a file: a configuration, or problems with a line, and never an exception. */
final class ConfigFuzzTest {

    @FuzzTest(maxDuration = "10m")
    void anIniIsReadOrItsProblemsAreTold(byte[] data) {
        // The files of a machine are not what is to be found here.
        check(load("fuzz.ini", new String(data, UTF_8).replace("%include", "%exclude"), Map.of()));
    }

    @FuzzTest(maxDuration = "10m")
    void aTomlIsReadOrItsProblemsAreTold(byte[] data) {
        check(load("fuzz.toml", new String(data, UTF_8), Map.of()));
    }

    @FuzzTest(maxDuration = "10m")
    void aUrlIsReadOrItsProblemsAreTold(byte[] data) {
        check(ConfigLoader.load(null, Map.of("DATABASE_URL", new String(data, UTF_8))));
    }

    @FuzzTest(maxDuration = "10m")
    void anAuthFileIsReadOrItsProblemsAreTold(byte[] data) {
        Problems problems = new Problems();
        Map<String, Secret> secrets = AuthFileReader.read("userlist.txt", new String(data, UTF_8), problems);
        secrets.values().forEach(secret -> assertThat(secret).hasToString(Secret.REDACTED));
        problems.sorted().forEach(ConfigFuzzTest::check);
    }

    /** An ident file and an HBA file, with a zero byte between. */
    @FuzzTest(maxDuration = "10m")
    void hbaRulesAreReadOrTheirProblemsAreTold(byte[] data) {
        // Names that begin with @ are files.
        String[] files = new String(data, UTF_8).replace('@', 'a').split("\0", 2);
        Problems problems = new Problems();
        Map<String, IdentMap> maps = IdentReader.read(Path.of("ident.conf"), files[0], problems);
        HbaReader.read(Path.of("hba.conf"), files[files.length - 1], maps, problems);
        problems.sorted().forEach(ConfigFuzzTest::check);
    }

    @FuzzTest(maxDuration = "10m")
    void aNetworkIsReadAsItIsWritten(byte[] data) {
        try {
            Network network = Network.parse(new String(data, UTF_8));
            assertThat(Network.parse(network.toString())).isEqualTo(network);
            assertThat(network.contains(network.address())).isTrue();
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }

    private static LoadResult load(String name, String text, Map<String, String> environment) {
        try {
            Path directory = Files.createTempDirectory("pgweir-fuzz");
            Path file = Files.writeString(directory.resolve(name), text);
            try {
                return ConfigLoader.load(file, environment);
            } finally {
                Files.delete(file);
                Files.delete(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void check(LoadResult result) {
        assertThat(result.errors().isEmpty()).isEqualTo(result.config() != null);
        result.errors().forEach(ConfigFuzzTest::check);
        result.warnings().forEach(ConfigFuzzTest::check);
    }

    private static void check(Problem problem) {
        assertThat(problem.toString()).isNotBlank();
    }
}

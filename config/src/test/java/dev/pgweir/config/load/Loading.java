package dev.pgweir.config.load;

import dev.pgweir.config.ProxyConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Loads configurations that tests write down as text; problems name the file {@code pgweir.toml} without directory. */
final class Loading {

    private final Path directory;

    Loading(Path directory) {
        this.directory = directory;
    }

    void write(String name, String text) {
        try {
            Files.writeString(directory.resolve(name), text, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    LoadResult load(String toml, Map<String, String> environment) {
        return load("pgweir.toml", toml, environment);
    }

    LoadResult load(String name, String text, Map<String, String> environment) {
        write(name, text);
        return ConfigLoader.load(directory.resolve(name), environment);
    }

    /** The configuration of a pgbouncer.ini that has no errors. */
    ProxyConfig ini(String text) {
        return built(load("pgbouncer.ini", text, Map.of()));
    }

    /** The configuration of a file that has no errors. */
    ProxyConfig config(String toml) {
        return config(toml, Map.of());
    }

    ProxyConfig config(String toml, Map<String, String> environment) {
        return built(load(toml, environment));
    }

    /** The configuration of an environment without a file. */
    static ProxyConfig config(Map<String, String> environment) {
        return built(ConfigLoader.load(null, environment));
    }

    List<String> errors(String toml) {
        return lines(load(toml, Map.of()).errors());
    }

    List<String> warnings(String toml) {
        LoadResult result = load(toml, Map.of());
        built(result);
        return lines(result.warnings());
    }

    List<String> lines(List<Problem> problems) {
        String prefix = directory + "/";
        return problems.stream()
                .map(problem -> problem.toString().replace(prefix, ""))
                .toList();
    }

    static List<String> texts(List<Problem> problems) {
        return problems.stream().map(Problem::toString).toList();
    }

    private static ProxyConfig built(LoadResult result) {
        return Objects.requireNonNull(
                result.config(), () -> texts(result.errors()).toString());
    }
}

package dev.pgweir.proxy.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * A value in a YAML document: a mapping, a list, a scalar, or nothing where there is none. Immutable.
 *
 * @param place what led to it, for messages
 * @param value as the parser made it; null: nothing
 */
record Yaml(String place, @Nullable Object value) {
    /** The documents of a file below docker/. A key that stands twice in a mapping is refused. */
    static List<Yaml> documents(String file) throws IOException {
        LoaderOptions strict = new LoaderOptions();
        strict.setAllowDuplicateKeys(false);
        List<Yaml> documents = new ArrayList<>();
        new org.yaml.snakeyaml.Yaml(new SafeConstructor(strict))
                .loadAll(Files.readString(docker(file)))
                .forEach(document -> documents.add(new Yaml(file, document)));
        return documents;
    }

    /** Tests run in the module's directory, or from an IDE in the one above. */
    static Path docker(String file) {
        Path above = Path.of("../docker", file);
        return Files.exists(above) ? above : Path.of("docker", file);
    }

    boolean exists() {
        return value != null;
    }

    /** What stands under these keys, one within the other. */
    Yaml at(String... keys) {
        Yaml here = this;
        for (String key : keys) {
            here = new Yaml(here.place + "." + key, here.value instanceof Map<?, ?> map ? map.get(key) : null);
        }
        return here;
    }

    /** The members of a list, none where there is no list. */
    List<Yaml> list() {
        List<Yaml> members = new ArrayList<>();
        if (value instanceof List<?> list) {
            list.forEach(member -> members.add(new Yaml(place + "[" + members.size() + "]", member)));
        }
        return members;
    }

    /** The entries of a mapping, none where there is no mapping. */
    Map<String, Yaml> map() {
        Map<String, Yaml> entries = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> map) {
            map.forEach((key, member) -> entries.put(String.valueOf(key), new Yaml(place + "." + key, member)));
        }
        return entries;
    }

    /** A scalar, as it is written. */
    String text() {
        if (value == null) {
            throw new AssertionError(place + " is missing");
        }
        return String.valueOf(value);
    }

    int number() {
        return Integer.parseInt(text());
    }
}

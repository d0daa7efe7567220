package dev.pgweir.config.setting;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The settings that one place accepts: {@code [pgweir]}, a database, a user or a peer. */
public final class SettingTable {

    private final List<SettingGroup> groups;
    private final Map<String, Setting<?>> byName;
    private final Map<String, String> aliases;

    /**
     * @param aliases other names that are read too, to the name in the table
     */
    SettingTable(List<SettingGroup> groups, Map<String, String> aliases) {
        this.groups = List.copyOf(groups);
        this.byName = groups.stream()
                .flatMap(group -> group.settings().stream())
                .collect(Collectors.toMap(
                        Setting::name,
                        Function.identity(),
                        (first, second) -> {
                            throw new IllegalArgumentException(second.name() + " stands in the table twice");
                        },
                        LinkedHashMap::new));
        this.aliases = Map.copyOf(aliases);
    }

    public List<SettingGroup> groups() {
        return groups;
    }

    /** All settings in the order of the table. */
    public List<Setting<?>> settings() {
        return List.copyOf(byName.values());
    }

    /** The setting of that name or alias. Names are written in lower case. */
    public Optional<Setting<?>> find(String name) {
        return Optional.ofNullable(byName.get(aliases.getOrDefault(name, name)));
    }

    /** The name that somebody who wrote {@code unknown} may have meant. */
    public Optional<String> suggest(String unknown) {
        return Suggestion.nearest(unknown, byName.keySet());
    }
}

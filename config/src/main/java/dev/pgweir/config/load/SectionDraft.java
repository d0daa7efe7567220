package dev.pgweir.config.load;

import dev.pgweir.config.setting.Quote;
import dev.pgweir.config.setting.Setting;
import dev.pgweir.config.setting.SettingTable;
import dev.pgweir.config.setting.SettingValues;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** A section while it is being read: what was set and where. */
final class SectionDraft {

    private final String path;
    private final Origin origin;
    private final SettingTable table;
    private final Problems problems;
    private final Map<String, Origin> origins = new HashMap<>();
    private SettingValues values = SettingValues.none();

    /**
     * @param path {@code databases.app}; empty for the settings of the process
     * @param origin where the section begins
     */
    SectionDraft(String path, Origin origin, SettingTable table, Problems problems) {
        this.path = path;
        this.origin = origin;
        this.table = table;
        this.problems = problems;
    }

    SettingValues values() {
        return values;
    }

    Origin origin() {
        return origin;
    }

    /** The section itself as messages write it. */
    String label() {
        return printable(path);
    }

    /** A key of this section as messages write it. */
    String key(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    /** Where {@code setting} was set; where the section begins if it was not. */
    Origin originOf(String setting) {
        return origins.getOrDefault(setting, origin);
    }

    /** Where the settings were set that were, as messages write it. */
    Map<String, String> places() {
        Map<String, String> places = new HashMap<>();
        origins.forEach((setting, where) -> places.put(setting, where.text()));
        return places;
    }

    /** Looks a key up and reports one that does not exist. */
    Optional<Setting<?>> find(String name, Origin where) {
        Optional<Setting<?>> found = table.find(name);
        if (found.isEmpty()) {
            String hint = table.suggest(name)
                    .map(near -> "did you mean " + near + "?")
                    .orElse("those there are stand in README.md under All settings");
            problems.error(where, printable(key(name)), "unknown setting, " + hint);
        }
        return found;
    }

    /** Sets what {@code text} says, or reports why it does not. */
    <T> void put(Setting<T> setting, String text, Origin where) {
        put(setting, text, where, key(setting.name()));
    }

    /**
     * @param label the key as the message should name it
     */
    <T> void put(Setting<T> setting, String text, Origin where, String label) {
        T value;
        try {
            value = setting.type().parse(text);
        } catch (IllegalArgumentException refused) {
            problems.error(where, label, String.valueOf(refused.getMessage()));
            return;
        }
        set(setting, value, where);
        if (setting.withoutEffect() != null && !value.equals(setting.defaultValue())) {
            problems.withoutEffect(where, label, setting.withoutEffect());
        }
    }

    /** Sets a value that needs no check. */
    <T> void set(Setting<T> setting, T value, Origin where) {
        values = values.with(setting, value);
        origins.put(setting.name(), where);
    }

    /** Takes over what {@code weaker} has and this section has not. */
    void fillFrom(SectionDraft weaker) {
        weaker.origins.forEach(origins::putIfAbsent);
        values = weaker.values.overriddenBy(values);
    }

    /** Names come from outside; in a message they must stay one short line. */
    private static String printable(String name) {
        String quoted = Quote.of(name);
        return quoted.substring(1, quoted.length() - 1);
    }
}

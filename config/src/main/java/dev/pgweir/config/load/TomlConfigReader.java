package dev.pgweir.config.load;

import dev.pgweir.config.setting.DatabaseSettings;
import dev.pgweir.config.setting.Quote;
import dev.pgweir.config.setting.Setting;
import dev.pgweir.config.setting.Settings;
import dev.pgweir.config.setting.Suggestion;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/**
 * Reads PgWeir's own file format: TOML with {@code [pgweir]}, {@code [databases.NAME]}, {@code [users.NAME]} and
 * {@code [peers.ID]}.
 *
 * <p>Paths in it are relative to the directory it stands in. Positions in messages are those of the key.
 */
final class TomlConfigReader {

    private static final List<String> SECTIONS = List.of("pgweir", "databases", "users", "peers");

    private final String name;
    private final @Nullable Path directory;
    private final Problems problems;
    private final Draft draft;

    private TomlConfigReader(String name, @Nullable Path directory, Problems problems) {
        this.name = name;
        this.directory = directory;
        this.problems = problems;
        this.draft = new Draft(Origin.of(name), problems);
    }

    /**
     * Reads {@code text}. What cannot be read is reported and left out.
     *
     * @param name of the file, as messages show it
     * @param directory where relative paths start; null: the working directory
     */
    static Draft read(String name, String text, @Nullable Path directory, Problems problems) {
        TomlConfigReader reader = new TomlConfigReader(name, directory, problems);
        TomlParseResult parsed = Toml.parse(text);
        parsed.errors()
                .forEach(error -> problems.error(reader.at(error.position()), "", "not TOML: " + error.getMessage()));
        // What a broken file seems to contain beside its errors would only add problems that are not there.
        if (!parsed.hasErrors()) {
            reader.root(parsed);
        }
        return reader.draft;
    }

    private void root(TomlTable root) {
        for (String section : root.keySet()) {
            Origin origin = at(root, section);
            if (!SECTIONS.contains(section)) {
                problems.error(
                        origin,
                        "",
                        Quote.of(section) + " is not a section, " + hint(section, root.get(List.of(section))));
            } else if (!(root.get(List.of(section)) instanceof TomlTable table)) {
                problems.error(origin, section, "not a section, accepted: [" + section + "]");
            } else if (section.equals("pgweir")) {
                keys(table, draft.settings());
            } else {
                named(section, table, sectionsOf(section));
            }
        }
    }

    private BiFunction<String, Origin, SectionDraft> sectionsOf(String section) {
        return switch (section) {
            case "databases" -> draft::database;
            case "users" -> draft::user;
            default -> draft::peer;
        };
    }

    /** What was probably meant: PgBouncer's name of a section, a setting that no section stands above, a typing error. */
    private static String hint(String unknown, @Nullable Object value) {
        if (unknown.equals("pgbouncer")) {
            return "did you mean [pgweir]?";
        }
        if (!(value instanceof TomlTable) && Settings.TABLE.find(unknown).isPresent()) {
            return "accepted: this setting below [pgweir]";
        }
        return Suggestion.nearest(unknown, SECTIONS)
                .map(near -> "did you mean [" + near + "]?")
                .orElse("accepted: [pgweir], [databases.NAME], [users.NAME], [peers.ID]");
    }

    private void named(String section, TomlTable names, BiFunction<String, Origin, SectionDraft> open) {
        for (String entry : names.keySet()) {
            Origin origin = at(names, entry);
            if (entry.isEmpty()) {
                problems.error(origin, section, "a name is empty, accepted: [" + section + ".NAME]");
            } else if (names.get(List.of(entry)) instanceof TomlTable table) {
                SectionDraft opened = open.apply(entry, origin);
                keys(table, opened);
                if (section.equals("databases")) {
                    UrlKeys.expand(opened, opened.originOf(DatabaseSettings.URL.name()), problems);
                }
            } else {
                problems.error(
                        origin,
                        section,
                        Quote.of(entry) + " is not a section, accepted: [" + section + ".NAME] with keys below");
            }
        }
    }

    private void keys(TomlTable table, SectionDraft section) {
        for (Map.Entry<String, Object> entry : table.entrySet()) {
            Origin origin = at(table, entry.getKey());
            section.find(entry.getKey(), origin).ifPresent(setting -> put(section, setting, entry.getValue(), origin));
        }
    }

    private void put(SectionDraft section, Setting<?> setting, Object value, Origin origin) {
        String text = TomlText.of(value, setting.type());
        if (text == null) {
            problems.error(
                    origin,
                    section.key(setting.name()),
                    TomlText.kind(value) + " is not a value here, accepted: "
                            + setting.type().accepted()
                            + (setting.type().acceptsBareValues() ? "" : ", in quotes"));
        } else {
            section.put(setting, setting.type().isPath() ? fromDirectory(text) : text, origin);
        }
    }

    /**
     * An empty path stays empty, one that begins with @ is the name of an abstract Unix socket, and what cannot be a path
     * is left for the setting to refuse.
     */
    private String fromDirectory(String path) {
        if (directory == null || path.isEmpty() || path.startsWith("@")) {
            return path;
        }
        try {
            return directory.resolve(path).toString();
        } catch (InvalidPathException e) {
            return path;
        }
    }

    private Origin at(TomlTable table, String key) {
        TomlPosition position = table.inputPositionOf(List.of(key));
        return position == null ? Origin.of(name) : at(position);
    }

    private Origin at(TomlPosition position) {
        return new Origin(name, position.line(), position.column());
    }
}

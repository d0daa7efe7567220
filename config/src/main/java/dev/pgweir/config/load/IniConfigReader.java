package dev.pgweir.config.load;

import dev.pgweir.config.setting.Quote;
import dev.pgweir.config.setting.Setting;
import dev.pgweir.config.setting.Settings;
import dev.pgweir.config.setting.Suggestion;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Reads PgBouncer's file format, with {@code [pgbouncer]}, {@code [databases]}, {@code [users]} and {@code [peers]}.
 *
 * <p>As PgBouncer has it, the last value of a name counts, a section may be there several times, an included file goes on
 * in the section in which it is included, and paths are relative to the working directory. Settings that have no effect
 * are named in one line. Whoever starts with such a file gets {@code pgbouncer_compatibility}, unless it says otherwise.
 */
final class IniConfigReader implements IniScanner.Events {

    private static final String MAIN = "pgbouncer";
    private static final List<String> SECTIONS = List.of(MAIN, "databases", "users", "peers");

    /** PgBouncer's own limit. */
    private static final int MAX_INCLUDE_DEPTH = 10;

    /** How a section of a database, user or peer says that it leaves a number to the wider setting. */
    private static final String UNSET = "-1";

    private final @Nullable String home;
    private final Problems problems;
    private final Draft draft;

    /** The file that is read now, above those that include it. */
    private final Deque<Path> reading = new ArrayDeque<>();

    /** Empty above the first section, null within one that does not exist. */
    private @Nullable String section = "";

    private IniConfigReader(String name, @Nullable String home, Problems problems) {
        this.home = home;
        this.problems = problems;
        this.draft = new Draft(Origin.of(name), problems);
    }

    /**
     * Reads {@code text} and the files it includes. What cannot be read is reported and left out.
     *
     * @param name of the file, as messages show it
     * @param home what ~ at the beginning of a path stands for; null: nothing
     */
    static Draft read(String name, String text, @Nullable String home, Problems problems) {
        IniConfigReader reader = new IniConfigReader(name, home, problems);
        problems.summarizeWithoutEffect(Origin.of(name));
        reader.draft.settings().set(Settings.PGBOUNCER_COMPATIBILITY, true, Origin.of(name));
        // PgBouncer has no such limit.
        reader.draft.settings().set(Settings.MAX_CLIENT_LOGINS, 0, Origin.of(name));
        reader.scan(name, text, Path.of(name).toAbsolutePath().normalize());
        reader.defaults(Origin.of(name));
        return reader.draft;
    }

    /** Where PgBouncer listens if it is told nothing: on a Unix socket only. */
    private void defaults(Origin at) {
        SectionDraft settings = draft.settings();
        if (!settings.values().isSet(Settings.UNIX_SOCKET_DIR)) {
            settings.set(Settings.UNIX_SOCKET_DIR, "/tmp", at);
        }
        if (!settings.values().isSet(Settings.LISTEN_ADDR)) {
            settings.set(Settings.LISTEN_ADDR, List.of(), at);
        }
    }

    @Override
    public void section(String name, Origin at) {
        section = SECTIONS.contains(name) ? name : null;
        if (section == null) {
            String hint = name.equals("pgweir")
                    ? "did you mean [pgbouncer]?"
                    : Suggestion.nearest(name, SECTIONS)
                            .map(near -> "did you mean [" + near + "]?")
                            .orElse("accepted: [pgbouncer], [databases], [users], [peers]");
            problems.error(at, "", Quote.of(name) + " is not a section, " + hint);
        }
    }

    @Override
    public void value(String name, String value, Origin at, int valueColumn) {
        if (section == null) {
            return;
        }
        switch (section) {
            case MAIN -> setting(name, value, at);
            case "databases" ->
                UrlKeys.expand(named(name, value, at, valueColumn, draft.databases(), draft::database), at, problems);
            case "users" -> named(name, value, at, valueColumn, draft.users(), draft::user);
            case "peers" -> named(name, value, at, valueColumn, draft.peers(), draft::peer);
            default ->
                problems.error(
                        at, "", "a value stands above the first section, accepted: [pgbouncer] in a line before it");
        }
    }

    private void setting(String name, String value, Origin at) {
        SectionDraft settings = draft.settings();
        settings.find(name, at).ifPresent(setting -> {
            if (setting.type().isPath() && value.startsWith("~")) {
                atHome(setting, value, at);
            } else {
                settings.put(setting, value, at);
            }
        });
    }

    /** The home of another user is known to the system's user database only, which Java cannot ask. */
    private void atHome(Setting<?> setting, String value, Origin at) {
        if (home != null && (value.length() == 1 || value.charAt(1) == '/')) {
            draft.settings().put(setting, home + value.substring(1), at);
        } else {
            problems.error(at, setting.name(), Quote.of(value) + " cannot be found out, accepted: a path without ~");
        }
    }

    /** A name that comes again is written anew, with nothing left of what it said before. */
    private SectionDraft named(
            String name,
            String value,
            Origin at,
            int valueColumn,
            Map<String, SectionDraft> before,
            BiFunction<String, Origin, SectionDraft> open) {
        before.remove(name);
        SectionDraft opened = open.apply(name, at);
        Origin start = new Origin(at.source(), at.line(), valueColumn);
        for (ConnectString.Pair pair : ConnectString.read(value, start, opened.label(), problems)) {
            opened.find(pair.key(), pair.origin())
                    .filter(setting -> !isUnset(setting, pair.value()))
                    .ifPresent(setting -> opened.put(setting, pair.value(), pair.origin()));
        }
        return opened;
    }

    private static boolean isUnset(Setting<?> setting, String value) {
        return value.equals(UNSET) && setting.type().isNumber() && setting.defaultValue() == null;
    }

    @Override
    public void include(String file, Origin at) {
        try {
            Path path = Path.of(file).toAbsolutePath().normalize();
            if (reading.contains(path)) {
                problems.error(at, "%include", Quote.of(file) + " includes itself, accepted: another file");
            } else if (reading.size() > MAX_INCLUDE_DEPTH) {
                problems.error(at, "%include", "files include each other more than " + MAX_INCLUDE_DEPTH + " deep");
            } else {
                scan(file, FileText.read(path, ConfigLoader.MAX_CONFIG_BYTES), path);
            }
        } catch (IOException e) {
            problems.error(at, "%include", Quote.of(file) + ": " + e.getMessage());
        } catch (InvalidPathException e) {
            problems.error(at, "%include", Quote.of(file) + " cannot be the name of a file here");
        }
    }

    private void scan(String name, String text, Path path) {
        reading.push(path);
        IniScanner.scan(name, text, this, problems);
        reading.pop();
    }
}

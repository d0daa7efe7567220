package dev.pgweir.config.load;

import dev.pgweir.config.setting.Settings;
import dev.pgweir.config.value.Secret;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the whole configuration.
 *
 * <p>What counts, strongest first: the environment ({@code PGWEIR_…}), the file, {@code DATABASE_URL}, the defaults.
 * {@code DATABASE_URL} is read only when the file, if there is one, names no database.
 */
public final class ConfigLoader {

    /** Thousands of databases fit; a file that is longer is not a configuration. */
    static final int MAX_CONFIG_BYTES = 4 << 20;

    /** About 100,000 users with SCRAM secrets of 130 bytes each. */
    private static final int MAX_AUTH_FILE_BYTES = 16 << 20;

    private ConfigLoader() {}

    /**
     * Reads, checks and builds. Blocks while it reads files; throws nothing because of what it reads.
     *
     * @param file the file: PgBouncer's format if its name ends in {@code .ini}, TOML if in {@code .toml}; else PgBouncer's if
     *     it has a section {@code [pgbouncer]}. null: none
     * @param variables as {@link System#getenv()} has them
     */
    public static LoadResult load(@Nullable Path file, Map<String, String> variables) {
        Problems problems = new Problems();
        Map<String, String> environment = EnvironmentFiles.resolve(variables, problems);
        Draft draft =
                file == null ? new Draft(Origin.of("command line"), problems) : readFile(file, environment, problems);
        boolean fromUrl = readUrl(file, environment.get(UrlStart.VARIABLE), draft, problems);
        SectionDraft settings = draft.settings();
        EnvironmentReader.read(environment, settings, problems);
        if (file != null && !settings.values().isSet(Settings.CONFFILE)) {
            settings.set(Settings.CONFFILE, file.toString(), Origin.of(file.toString()));
        }
        return new ConfigBuilder(
                        draft, readSecrets(settings, problems), AccessFiles.read(settings, problems), fromUrl, problems)
                .build();
    }

    private static Draft readFile(Path file, Map<String, String> environment, Problems problems) {
        String name = file.toString();
        try {
            String text = FileText.read(file, MAX_CONFIG_BYTES);
            return switch (FileFormat.of(file, text)) {
                case TOML -> TomlConfigReader.read(name, text, file.getParent(), problems);
                case INI -> IniConfigReader.read(name, text, environment.get("HOME"), problems);
            };
        } catch (IOException e) {
            problems.error(Origin.of(name), "", String.valueOf(e.getMessage()));
            return new Draft(Origin.of(name), problems);
        }
    }

    /** Whether the databases are those of the URL. */
    private static boolean readUrl(@Nullable Path file, @Nullable String url, Draft draft, Problems problems) {
        if (!draft.databases().isEmpty()) {
            if (url != null) {
                problems.note(Origin.of(UrlStart.VARIABLE), "", "not used, because " + file + " names databases");
            }
            return false;
        }
        if (url != null && !url.isBlank()) {
            return UrlStart.apply(url, draft, problems);
        }
        if (file == null) {
            if (problems.hasErrors()) {
                // DATABASE_URL_FILE could not be read, which says it.
                return false;
            }
            problems.error(
                    Origin.of(UrlStart.VARIABLE),
                    "",
                    "there is neither a file nor this variable, accepted: a file as argument, or"
                            + " DATABASE_URL=postgresql://user:password@host:port/dbname");
        } else if (draft.settings().values().get(Settings.PGBOUNCER_COMPATIBILITY)) {
            // PgBouncer starts with an empty list, too.
            problems.warn(Origin.of(file.toString()), "databases", "there is none: clients reach the console only");
        } else if (!problems.hasErrors()) {
            problems.error(
                    Origin.of(file.toString()),
                    "databases",
                    "there is none, accepted: [databases.NAME], or DATABASE_URL");
        }
        return false;
    }

    private static Map<String, Secret> readSecrets(SectionDraft settings, Problems problems) {
        String name = settings.values().get(Settings.AUTH_FILE);
        if (name.isEmpty()) {
            return Map.of();
        }
        try {
            return AuthFileReader.read(name, FileText.read(Path.of(name), MAX_AUTH_FILE_BYTES), problems);
        } catch (IOException e) {
            Origin origin = settings.originOf(Settings.AUTH_FILE.name());
            problems.error(origin, origin.label(Settings.AUTH_FILE.name()), name + ": " + e.getMessage());
            return Map.of();
        }
    }
}

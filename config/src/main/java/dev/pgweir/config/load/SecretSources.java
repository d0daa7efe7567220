package dev.pgweir.config.load;

import dev.pgweir.config.setting.DatabaseSettings;
import dev.pgweir.config.setting.Setting;
import dev.pgweir.config.setting.UserSettings;
import dev.pgweir.config.value.Secret;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;

/**
 * Passwords that stand elsewhere than in the configuration: {@code password_file} and {@code password_env}. They are read
 * at the start and at each reload. Messages name the file or the variable, never what it holds.
 */
final class SecretSources {

    /** A token of a cloud provider is the longest password there is; it fits into a password message. */
    private static final int MAX_BYTES = 65_530;

    private final Map<String, String> environment;
    private final Problems problems;

    private SecretSources(Map<String, String> environment, Problems problems) {
        this.environment = environment;
        this.problems = problems;
    }

    /** Puts the passwords into the sections that name a source. */
    static void resolve(Draft draft, Map<String, String> environment, Problems problems) {
        SecretSources sources = new SecretSources(environment, problems);
        draft.databases()
                .values()
                .forEach(section -> sources.section(
                        section,
                        DatabaseSettings.PASSWORD,
                        DatabaseSettings.PASSWORD_FILE,
                        DatabaseSettings.PASSWORD_ENV));
        draft.users()
                .values()
                .forEach(section -> sources.section(
                        section, UserSettings.PASSWORD, UserSettings.PASSWORD_FILE, UserSettings.PASSWORD_ENV));
    }

    private void section(
            SectionDraft section, Setting<Secret> password, Setting<String> file, Setting<String> variable) {
        String path = section.values().find(file);
        String name = section.values().find(variable);
        if (path == null && name == null) {
            return;
        }
        Setting<String> source = path == null ? variable : file;
        Origin origin = section.originOf(source.name());
        // The one of a url is weaker, as everything else it says.
        boolean ownPassword = section.values().isSet(password)
                && !section.originOf(password.name()).equals(section.originOf("url"));
        if (ownPassword || (path != null && name != null)) {
            problems.error(
                    origin,
                    origin.label(section.key(source.name())),
                    "accepted: one of password, password_file and password_env");
            return;
        }
        String where = path != null ? path : String.valueOf(name);
        try {
            String text = path == null ? variable(where) : FileText.read(Path.of(path), MAX_BYTES);
            section.set(password, Secret.of(password(text)), origin);
        } catch (IOException | InvalidPathException e) {
            problems.error(origin, origin.label(section.key(source.name())), where + ": " + e.getMessage());
        }
    }

    private String variable(String name) throws IOException {
        String value = environment.get(name);
        if (value == null) {
            throw new IOException("there is no such environment variable");
        }
        return value;
    }

    /** Editors and {@code echo} end a file with a new line, which belongs to no password. */
    private static String password(String text) throws IOException {
        String password = text.endsWith("\r\n")
                ? text.substring(0, text.length() - 2)
                : text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
        if (password.isEmpty()) {
            throw new IOException("it is empty");
        }
        if (password.indexOf('\0') >= 0) {
            throw new IOException("it contains a zero byte");
        }
        return password;
    }
}

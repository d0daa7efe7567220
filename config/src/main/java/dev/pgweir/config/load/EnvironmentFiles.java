package dev.pgweir.config.load;

import dev.pgweir.config.setting.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Environment variables whose values lie in files: {@code DATABASE_URL_FILE} and {@code PGWEIR_…_FILE} name a file that
 * holds what {@code DATABASE_URL} and {@code PGWEIR_…} would. That is how Docker and Kubernetes hand secrets over, which
 * then are neither in the process's environment nor in its description.
 */
final class EnvironmentFiles {

    private static final String SUFFIX = "_FILE";

    /** One value; the longest that Linux lets a variable itself have is 128 KiB. */
    private static final int MAX_BYTES = 128 << 10;

    private EnvironmentFiles() {}

    /** {@code environment} with what the files say in place of their names. Blocks while it reads them. */
    static Map<String, String> resolve(Map<String, String> environment, Problems problems) {
        Map<String, String> resolved = new LinkedHashMap<>(environment);
        new TreeMap<>(environment).forEach((variable, file) -> {
            if (!isFileOfValue(variable)) {
                return;
            }
            resolved.remove(variable);
            String valueOf = variable.substring(0, variable.length() - SUFFIX.length());
            if (environment.containsKey(valueOf)) {
                problems.error(Origin.of(variable), "", "there is " + valueOf + " too, accepted: one of both");
                return;
            }
            try {
                resolved.put(valueOf, withoutLineEnd(FileText.read(Path.of(file), MAX_BYTES)));
            } catch (IOException | IllegalArgumentException e) {
                problems.error(Origin.of(variable), "", file + ": " + e.getMessage());
            }
        });
        return resolved;
    }

    /** Settings that are files themselves, as {@code PGWEIR_AUTH_FILE}, mean the file and not what is in it. */
    private static boolean isFileOfValue(String variable) {
        if (!variable.endsWith(SUFFIX)) {
            return false;
        }
        String valueOf = variable.substring(0, variable.length() - SUFFIX.length());
        return valueOf.equals(UrlStart.VARIABLE) || (isSetting(valueOf) && !isSetting(variable));
    }

    private static boolean isSetting(String variable) {
        String prefix = EnvironmentReader.PREFIX;
        return variable.startsWith(prefix)
                && variable.equals(variable.toUpperCase(Locale.ROOT))
                && Settings.TABLE
                        .find(variable.substring(prefix.length()).toLowerCase(Locale.ROOT))
                        .isPresent();
    }

    /** Editors and {@code echo} end a file with a line end, which no value has. */
    private static String withoutLineEnd(String text) {
        return text.replaceFirst("\\r?\\n\\z", "");
    }
}

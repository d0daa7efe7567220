package dev.pgweir.config.load;

import dev.pgweir.config.hba.HbaRules;
import dev.pgweir.config.hba.IdentMap;
import dev.pgweir.config.setting.Setting;
import dev.pgweir.config.setting.Settings;
import dev.pgweir.config.value.AuthType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the files of host-based authentication, where {@code auth_type} says that they count. */
final class AccessFiles {

    /** Some ten thousand rules. */
    private static final int MAX_BYTES = 4 << 20;

    private final SectionDraft settings;
    private final Problems problems;

    private AccessFiles(SectionDraft settings, Problems problems) {
        this.settings = settings;
        this.problems = problems;
    }

    static HbaRules read(SectionDraft settings, Problems problems) {
        return settings.values().get(Settings.AUTH_TYPE) == AuthType.HBA
                ? new AccessFiles(settings, problems).rules()
                : HbaRules.NONE;
    }

    private HbaRules rules() {
        String identText = text(Settings.AUTH_IDENT_FILE);
        Map<String, IdentMap> maps = identText == null
                ? Map.of()
                : IdentReader.read(path(Settings.AUTH_IDENT_FILE), identText, problems);
        if (settings.values().get(Settings.AUTH_HBA_FILE).isEmpty()) {
            Origin origin = settings.originOf(Settings.AUTH_TYPE.name());
            problems.error(
                    origin,
                    origin.label(Settings.AUTH_TYPE.name()),
                    "hba needs rules, accepted: with it, auth_hba_file = a file of them");
            return HbaRules.NONE;
        }
        String rules = text(Settings.AUTH_HBA_FILE);
        return rules == null
                ? HbaRules.NONE
                : new HbaRules(HbaReader.read(path(Settings.AUTH_HBA_FILE), rules, maps, problems), maps);
    }

    private Path path(Setting<String> setting) {
        return Path.of(settings.values().get(setting));
    }

    /** The text of the file; null if there is none, or none that can be read, which is reported. */
    private @Nullable String text(Setting<String> setting) {
        String name = settings.values().get(setting);
        if (name.isEmpty()) {
            return null;
        }
        try {
            return FileText.read(Path.of(name), MAX_BYTES);
        } catch (IOException e) {
            Origin origin = settings.originOf(setting.name());
            problems.error(origin, origin.label(setting.name()), name + ": " + e.getMessage());
            return null;
        }
    }
}

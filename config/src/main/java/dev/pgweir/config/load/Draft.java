package dev.pgweir.config.load;

import dev.pgweir.config.setting.DatabaseSettings;
import dev.pgweir.config.setting.PeerSettings;
import dev.pgweir.config.setting.Settings;
import dev.pgweir.config.setting.UserSettings;
import java.util.LinkedHashMap;
import java.util.Map;

/** A configuration while it is being read. */
final class Draft {

    private final Problems problems;
    private final SectionDraft settings;
    private final Map<String, SectionDraft> databases = new LinkedHashMap<>();
    private final Map<String, SectionDraft> users = new LinkedHashMap<>();
    private final Map<String, SectionDraft> peers = new LinkedHashMap<>();

    /**
     * @param origin what stands for values that nobody set
     */
    Draft(Origin origin, Problems problems) {
        this.problems = problems;
        this.settings = new SectionDraft("", origin, Settings.TABLE, problems);
    }

    SectionDraft settings() {
        return settings;
    }

    Map<String, SectionDraft> databases() {
        return databases;
    }

    Map<String, SectionDraft> users() {
        return users;
    }

    Map<String, SectionDraft> peers() {
        return peers;
    }

    /** The section of a database; a new one on first mention. */
    SectionDraft database(String name, Origin origin) {
        return databases.computeIfAbsent(
                name, key -> new SectionDraft("databases." + name, origin, DatabaseSettings.TABLE, problems));
    }

    /** The section of a user; a new one on first mention. */
    SectionDraft user(String name, Origin origin) {
        return users.computeIfAbsent(
                name, key -> new SectionDraft("users." + name, origin, UserSettings.TABLE, problems));
    }

    /** The section of a peer; a new one on first mention. */
    SectionDraft peer(String id, Origin origin) {
        return peers.computeIfAbsent(id, key -> new SectionDraft("peers." + id, origin, PeerSettings.TABLE, problems));
    }
}

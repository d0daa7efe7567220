package dev.pgweir.config.load;

import dev.pgweir.config.DatabaseConfig;
import dev.pgweir.config.PoolSizes;
import dev.pgweir.config.ProxyConfig;
import dev.pgweir.config.setting.DatabaseSettings;
import dev.pgweir.config.setting.Setting;
import dev.pgweir.config.setting.Settings;
import dev.pgweir.config.setting.UserSettings;
import dev.pgweir.config.value.AuthType;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Warns of what is allowed, as PgBouncer allows it, and does something else than it seems to. */
final class Doubts {
    private static final Pattern MD5_HASH = Pattern.compile("md5[0-9a-f]{32}");

    /** Names in one line. */
    private static final int MOST_NAMES = 5;

    private final Draft draft;
    private final ProxyConfig config;
    private final Problems problems;

    Doubts(Draft draft, ProxyConfig config, Problems problems) {
        this.draft = draft;
        this.config = config;
        this.problems = problems;
    }

    void warn() {
        config.databases().forEach((name, database) -> {
            capsBelowTheMinimum(name, database.forcedUser());
            if (database.forcedUser() == null) {
                draft.users().forEach((user, section) -> {
                    if (section.values().isSet(UserSettings.MAX_USER_CONNECTIONS)) {
                        capsBelowTheMinimum(name, user);
                    }
                });
            }
        });
        hashesThatLetNobodyIn();
    }

    /** @param user on the server; null: one without a section of its own */
    private void capsBelowTheMinimum(String name, @Nullable String user) {
        PoolSizes sizes = config.serverSettings(name, user == null ? "" : user).sizes();
        int kept = sizes.poolSize() == 0 ? sizes.minPoolSize() : Math.min(sizes.minPoolSize(), sizes.poolSize());
        SectionDraft ofDatabase = draft.databases().get(name);
        SectionDraft ofUser = user == null ? null : draft.users().get(user);
        below(kept, sizes.maxDbConnections(), ofDatabase, DatabaseSettings.MAX_DB_CONNECTIONS);
        below(kept, sizes.maxUserConnections(), ofUser, UserSettings.MAX_USER_CONNECTIONS);
        if (sizes.maxServerConnections() > 0) {
            int places = Math.max(1, sizes.maxServerConnections() - sizes.cancelReserveConnections());
            below(kept, places, null, Settings.MAX_SERVER_CONNECTIONS);
        }
    }

    private void below(int kept, int cap, @Nullable SectionDraft own, Setting<Integer> setting) {
        if (cap == 0 || kept <= cap) {
            return;
        }
        SectionDraft where = own != null && own.values().isSet(setting) ? own : draft.settings();
        Origin origin = where.originOf(setting.name());
        problems.warn(
                origin,
                origin.label(where.key(setting.name())),
                "lets a pool have " + cap + " connections, fewer than min_pool_size, which is " + kept);
    }

    /** Who is there for servers only, which may ask for md5, is left aside. */
    private void hashesThatLetNobodyIn() {
        if (config.auth().authType() != AuthType.SCRAM_SHA_256) {
            return;
        }
        Set<String> names = new TreeSet<>(config.storedSecrets().keySet());
        names.addAll(config.users().keySet());
        Set<@Nullable String> ofServers = new HashSet<>();
        ofServers.add(config.values().get(Settings.AUTH_USER));
        for (DatabaseConfig database : config.databases().values()) {
            ofServers.add(database.values().find(DatabaseSettings.AUTH_USER));
            ofServers.add(database.forcedUser());
        }
        names.removeIf(ofServers::contains);
        List<String> hashed = names.stream()
                .filter(name -> config.secretOf(name)
                        .filter(secret -> MD5_HASH.matcher(secret.reveal()).matches())
                        .isPresent())
                .toList();
        if (!hashed.isEmpty()) {
            Origin origin = draft.settings().originOf(Settings.AUTH_TYPE.name());
            int more = hashed.size() - MOST_NAMES;
            problems.warn(
                    origin,
                    origin.label(Settings.AUTH_TYPE.name()),
                    "scram-sha-256 lets nobody in of whom only an md5 hash is known: "
                            + hashed.stream().limit(MOST_NAMES).collect(Collectors.joining(", "))
                            + (more > 0 ? " and " + more + " more" : ""));
        }
    }
}

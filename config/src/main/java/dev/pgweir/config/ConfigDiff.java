package dev.pgweir.config;

import dev.pgweir.config.setting.DatabaseSettings;
import dev.pgweir.config.setting.PeerSettings;
import dev.pgweir.config.setting.Setting;
import dev.pgweir.config.setting.SettingTable;
import dev.pgweir.config.setting.SettingValues;
import dev.pgweir.config.setting.Settings;
import dev.pgweir.config.setting.UserSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What is different between two configurations.
 *
 * @param changes {@code [pgweir]} in the order of its table, then databases, users, peers and the auth file
 */
public record ConfigDiff(List<Change> changes) {

    /**
     * One difference.
     *
     * @param key {@code pool_mode}, {@code databases.app.pool_size}; {@code databases.app} for a whole entry
     * @param before shown as SHOW CONFIG would; empty if it was not set, null for an entry that was not there
     * @param after the same for the new configuration
     * @param reloadable whether it takes effect without a restart
     */
    public record Change(
            String key, @Nullable String before, @Nullable String after, boolean reloadable) {

        /** The change in one line, for the log. */
        @Override
        public String toString() {
            if (before == null) {
                return key + " is new";
            }
            return key + (after == null ? " is gone" : ": \"" + before + "\" is \"" + after + "\" now");
        }
    }

    /** How an entry that is there is shown. */
    private static final String PRESENT = "present";

    public ConfigDiff {
        changes = List.copyOf(changes);
    }

    /** Compares values in force, so that writing a default out is no change. */
    public static ConfigDiff between(ProxyConfig before, ProxyConfig after) {
        List<Change> changes = new ArrayList<>();
        compare("", Settings.TABLE, before.values(), after.values(), changes);
        sections("databases.", DatabaseSettings.TABLE, before.databases(), after.databases(), changes, d -> d.values());
        sections("users.", UserSettings.TABLE, before.users(), after.users(), changes, u -> u.values());
        sections("peers.", PeerSettings.TABLE, before.peers(), after.peers(), changes, p -> p.values());
        if (!before.storedSecrets().equals(after.storedSecrets())) {
            changes.add(new Change("secrets of " + Settings.AUTH_FILE.name(), users(before), users(after), true));
        }
        if (!before.hba().equals(after.hba())) {
            changes.add(new Change(
                    "rules of " + Settings.AUTH_HBA_FILE.name(),
                    before.hba().rules().size() + " rules",
                    after.hba().rules().size() + " rules",
                    true));
        }
        return new ConfigDiff(changes);
    }

    private static String users(ProxyConfig config) {
        int number = config.storedSecrets().size();
        return number == 1 ? "1 user" : number + " users";
    }

    /** {@code after}, where settings that need a restart keep the value they have in {@code before}. */
    public static ProxyConfig keepingWhatNeedsARestart(ProxyConfig before, ProxyConfig after) {
        SettingValues values = after.values();
        for (Setting<?> setting : Settings.TABLE.settings()) {
            if (!setting.reloadable()) {
                values = values.taking(setting, before.values());
            }
        }
        return after.withValues(values);
    }

    public boolean isEmpty() {
        return changes.isEmpty();
    }

    /** The changes that a running process cannot take over. */
    public List<Change> needingRestart() {
        return changes.stream().filter(change -> !change.reloadable()).toList();
    }

    private static <K extends Comparable<K>, T> void sections(
            String prefix,
            SettingTable table,
            Map<K, T> before,
            Map<K, T> after,
            List<Change> changes,
            Function<T, SettingValues> values) {
        TreeSet<K> names = new TreeSet<>(before.keySet());
        names.addAll(after.keySet());
        for (K name : names) {
            T old = before.get(name);
            T now = after.get(name);
            if (old != null && now != null) {
                compare(prefix + name + ".", table, values.apply(old), values.apply(now), changes);
            } else {
                changes.add(
                        new Change(prefix + name, old == null ? null : PRESENT, now == null ? null : PRESENT, true));
            }
        }
    }

    private static void compare(
            String prefix, SettingTable table, SettingValues before, SettingValues after, List<Change> changes) {
        for (Setting<?> setting : table.settings()) {
            if (!Objects.equals(before.find(setting), after.find(setting))) {
                changes.add(new Change(
                        prefix + setting.name(), before.shown(setting), after.shown(setting), setting.reloadable()));
            }
        }
    }
}

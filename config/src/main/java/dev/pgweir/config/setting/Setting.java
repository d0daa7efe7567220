package dev.pgweir.config.setting;

import dev.pgweir.config.value.Secret;
import org.jspecify.annotations.Nullable;

/**
 * One row of the table of settings.
 *
 * @param name as it stands in a file; PgBouncer's spelling where PgBouncer has the setting
 * @param type how its values are written
 * @param defaultValue its value where nobody set it; null for a key of a section that then follows a wider setting
 * @param reloadable whether a new value takes effect without a restart
 * @param withoutEffect null if the setting is in force, otherwise why this version reads it but does not act on it
 * @param secret whether its value is never shown
 * @param help what it does, in one line
 * @param <T> what its values are
 */
public record Setting<T>(
        String name,
        SettingType<T> type,
        @Nullable T defaultValue,
        boolean reloadable,
        @Nullable String withoutEffect,
        boolean secret,
        String help) {

    static <T> Setting<T> of(String name, SettingType<T> type, @Nullable T defaultValue, String help) {
        return new Setting<>(name, type, defaultValue, true, null, type.isSecret(), help);
    }

    /** The same, but a new value needs a restart. */
    Setting<T> restart() {
        return new Setting<>(name, type, defaultValue, false, withoutEffect, secret, help);
    }

    /** The same, but read without being acted on. */
    Setting<T> without(String reason) {
        return new Setting<>(name, type, defaultValue, reloadable, reason, secret, help);
    }

    /** The same, but never shown. */
    Setting<T> hidden() {
        return new Setting<>(name, type, defaultValue, reloadable, withoutEffect, true, help);
    }

    /** Whether this version acts on the setting. */
    public boolean inForce() {
        return withoutEffect == null;
    }

    /** The default as SHOW CONFIG and the README show it; empty where there is none. */
    public String defaultText() {
        return defaultValue == null ? "" : type.format(defaultValue);
    }

    /** {@code value} as SHOW CONFIG shows it: redacted for a secret that is set. */
    String shown(T value) {
        String text = type.format(value);
        return secret && !text.isEmpty() ? Secret.REDACTED : text;
    }
}

package dev.pgweir.config;

/**
 * One row of SHOW CONFIG.
 *
 * @param key name of the setting
 * @param value what is in force, redacted if it is a secret
 * @param defaultValue what would be in force had nobody set it
 * @param changeable whether a new value takes effect without a restart
 */
public record SettingRow(String key, String value, String defaultValue, boolean changeable) {}

package dev.pgweir.config.setting;

import java.util.List;

/**
 * Settings that a reader looks for together.
 *
 * @param title heading above them in the README
 * @param settings in the order they are shown
 */
public record SettingGroup(String title, List<Setting<?>> settings) {

    public SettingGroup {
        settings = List.copyOf(settings);
    }
}

package dev.pgweir.config.setting;

import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What was set, by setting; everything else has its default. Immutable.
 *
 * @param explicit values by the name of their setting; each of the type that its setting has, which {@link #with} and
 *     {@link #withText} see to
 */
public record SettingValues(Map<String, Object> explicit) {

    private static final SettingValues NONE = new SettingValues(Map.of());

    public SettingValues {
        explicit = Map.copyOf(explicit);
    }

    /** Nothing set. */
    public static SettingValues none() {
        return NONE;
    }

    /** The same with {@code setting} set. */
    public <T> SettingValues with(Setting<T> setting, T value) {
        Map<String, Object> changed = new TreeMap<>(explicit);
        changed.put(setting.name(), value);
        return new SettingValues(changed);
    }

    /**
     * The same with {@code setting} set to what {@code text} says.
     *
     * @throws IllegalArgumentException if the setting does not accept it; the message is fit to be shown
     */
    public <T> SettingValues withText(Setting<T> setting, String text) {
        return with(setting, setting.type().parse(text));
    }

    /** The same, with {@code stronger}'s values where it has any. */
    public SettingValues overriddenBy(SettingValues stronger) {
        Map<String, Object> merged = new TreeMap<>(explicit);
        merged.putAll(stronger.explicit);
        return new SettingValues(merged);
    }

    /** The same with what {@code other} says of {@code setting}, be it nothing. */
    public SettingValues taking(Setting<?> setting, SettingValues other) {
        Map<String, Object> changed = new TreeMap<>(explicit);
        Object value = other.explicit.get(setting.name());
        if (value == null) {
            changed.remove(setting.name());
        } else {
            changed.put(setting.name(), value);
        }
        return new SettingValues(changed);
    }

    /** The value in force: what was set, or the default, which {@code setting} must have. */
    public <T> T get(Setting<T> setting) {
        return Objects.requireNonNull(find(setting), setting.name());
    }

    /** What was set, else the default, else null. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // with() takes only values of the setting's type
    public <T> @Nullable T find(Setting<T> setting) {
        Object value = explicit.get(setting.name());
        return value == null ? setting.defaultValue() : (T) value;
    }

    public boolean isSet(Setting<?> setting) {
        return explicit.containsKey(setting.name());
    }

    /** The value in force as SHOW CONFIG shows it; empty if there is none, redacted if it is a secret. */
    public <T> String shown(Setting<T> setting) {
        T value = find(setting);
        return value == null ? "" : setting.shown(value);
    }

    /** Names only: among the values are secrets that are plain text. */
    @Override
    public String toString() {
        return "SettingValues" + new TreeMap<>(explicit).keySet();
    }
}

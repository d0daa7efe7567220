package dev.pgweir.config.load;

import dev.pgweir.config.setting.SettingType;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;
import org.tomlj.TomlTable;

/** Turns the values of a TOML file into the text that settings are read from. */
final class TomlText {

    private TomlText() {}

    /** The text of {@code value}, or null if a setting of that type does not take such a value. */
    static @Nullable String of(Object value, SettingType<?> type) {
        if (value instanceof String text) {
            return text;
        }
        if (value instanceof TomlArray array) {
            return type.acceptsArrays() ? joined(array.toList()) : null;
        }
        if (!type.acceptsBareValues()) {
            return null;
        }
        if (value instanceof Double number) {
            // 1.0E-4 is how Java, not how a person writes it; NaN and infinity are for the setting to refuse.
            return Double.isFinite(number) ? BigDecimal.valueOf(number).toPlainString() : number.toString();
        }
        return value instanceof Boolean || value instanceof Long ? value.toString() : null;
    }

    private static @Nullable String joined(List<Object> elements) {
        boolean words = elements.stream().allMatch(element -> element instanceof String word && word.indexOf(',') < 0);
        return words ? String.join(",", elements.stream().map(String::valueOf).toList()) : null;
    }

    /** What {@code value} is, for a message. */
    static String kind(Object value) {
        if (value instanceof TomlTable) {
            return "a table";
        }
        if (value instanceof TomlArray) {
            return "such an array";
        }
        if (value instanceof Boolean) {
            return "a boolean";
        }
        return value instanceof Number ? "a number" : "a date or time";
    }
}

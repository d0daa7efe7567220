package dev.pgweir.config.setting;

/**
 * How the values of a setting are written.
 *
 * @param <T> what a value is once read; immutable
 */
public interface SettingType<T> {

    /**
     * Reads a value.
     *
     * @throws IllegalArgumentException with a message that quotes the value and says what is accepted
     */
    T parse(String text);

    /** Writes a value so that {@link #parse} gives it back. */
    String format(T value);

    /** What is accepted, to follow "accepted: " in a message and to stand in the README's table. */
    String accepted();

    /** Whether a bare number or boolean in a TOML file is a value too, not only a string. */
    default boolean acceptsBareValues() {
        return true;
    }

    /** Whether values are numbers, so that PgBouncer's -1 in a section can mean that it says nothing. */
    default boolean isNumber() {
        return false;
    }

    /** Whether an array of strings in a TOML file is a value too: the words, joined by commas. */
    default boolean acceptsArrays() {
        return false;
    }

    /** Whether the value names a file, so that a relative one needs a directory to start from. */
    default boolean isPath() {
        return false;
    }

    /** Whether the value must never be shown. */
    default boolean isSecret() {
        return false;
    }
}

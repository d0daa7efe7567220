package dev.pgweir.config.setting;

/**
 * Free text.
 *
 * @param path whether it names a file
 */
record TextType(boolean path) implements SettingType<String> {

    /** The protocol ends its strings with a zero byte, so text that contains one cannot be sent. */
    @Override
    public String parse(String text) {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(Quote.of(text) + " contains a zero byte, accepted: " + accepted());
        }
        return text;
    }

    @Override
    public String format(String value) {
        return value;
    }

    @Override
    public String accepted() {
        return path ? "a path" : "text";
    }

    /** A bare number where text is due is more likely a mix-up of two keys. */
    @Override
    public boolean acceptsBareValues() {
        return false;
    }

    @Override
    public boolean isPath() {
        return path;
    }
}

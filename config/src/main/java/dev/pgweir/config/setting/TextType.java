package dev.pgweir.config.setting;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

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
        return path ? checkedPath(text) : text;
    }

    /** A name that the machine's file system or its character set cannot hold is found here, not when it is used. */
    private String checkedPath(String text) {
        try {
            return Path.of(text).toString();
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException(
                    Quote.of(text) + " cannot be the name of a file here, accepted: " + accepted(), e);
        }
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

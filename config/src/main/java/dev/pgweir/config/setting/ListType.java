package dev.pgweir.config.setting;

import java.util.Arrays;
import java.util.List;

/** Words separated by commas; blanks around them do not count. */
final class ListType implements SettingType<List<String>> {

    @Override
    public List<String> parse(String text) {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(Quote.of(text) + " contains a zero byte, accepted: " + accepted());
        }
        return Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .filter(word -> !word.isEmpty())
                .toList();
    }

    @Override
    public String format(List<String> value) {
        return String.join(",", value);
    }

    @Override
    public String accepted() {
        return "words separated by commas";
    }

    @Override
    public boolean acceptsBareValues() {
        return false;
    }

    @Override
    public boolean acceptsArrays() {
        return true;
    }
}

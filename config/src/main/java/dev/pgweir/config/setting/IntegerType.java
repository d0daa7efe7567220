package dev.pgweir.config.setting;

import java.util.regex.Pattern;

/** A whole number within bounds, both included. */
record IntegerType(int minimum, int maximum) implements SettingType<Integer> {

    /** Eleven characters hold every int, so that parsing as long cannot overflow. */
    private static final Pattern DIGITS = Pattern.compile("-?[0-9]{1,11}");

    @Override
    public Integer parse(String text) {
        if (!DIGITS.matcher(text).matches()) {
            throw new IllegalArgumentException(Quote.of(text) + " is not a whole number, accepted: " + accepted());
        }
        long value = Long.parseLong(text);
        if (value < minimum || value > maximum) {
            throw new IllegalArgumentException(value + " is out of range, accepted: " + accepted());
        }
        return (int) value;
    }

    @Override
    public String format(Integer value) {
        return value.toString();
    }

    @Override
    public boolean isNumber() {
        return true;
    }

    @Override
    public String accepted() {
        return minimum + " to " + maximum;
    }
}

package dev.pgweir.config.setting;

/** A whole number within bounds, both included; written in hexadecimal behind 0x and in octal behind 0, as PgBouncer has it. */
record IntegerType(int minimum, int maximum) implements SettingType<Integer> {

    @Override
    public Integer parse(String text) {
        Long value = Numbers.whole(text);
        if (value == null) {
            throw new IllegalArgumentException(Quote.of(text) + " is not a whole number, accepted: " + accepted());
        }
        if (value < minimum || value > maximum) {
            throw new IllegalArgumentException(value + " is out of range, accepted: " + accepted());
        }
        return value.intValue();
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

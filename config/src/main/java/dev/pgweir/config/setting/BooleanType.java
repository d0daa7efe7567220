package dev.pgweir.config.setting;

import java.util.Locale;

/** On or off in any of the spellings PgBouncer and PostgreSQL users write. */
final class BooleanType implements SettingType<Boolean> {

    @Override
    public Boolean parse(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "1", "true", "yes", "on" -> true;
            case "0", "false", "no", "off" -> false;
            default -> number(text);
        };
    }

    /** PgBouncer reads its switches as numbers, of which 0 alone is off. */
    private boolean number(String text) {
        Long number = Numbers.whole(text);
        if (number == null) {
            throw new IllegalArgumentException(Quote.of(text) + " is neither on nor off, accepted: " + accepted());
        }
        return number != 0;
    }

    /** As SHOW CONFIG of PgBouncer writes it. */
    @Override
    public String format(Boolean value) {
        return value ? "1" : "0";
    }

    @Override
    public String accepted() {
        return "1, true, yes, on, 0, false, no, off";
    }
}

package dev.pgweir.config.setting;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A length of time: a number in the setting's own unit, fractions allowed, or a number with a unit.
 *
 * @param millis whether a bare number counts milliseconds; seconds otherwise
 */
record DurationType(boolean millis) implements SettingType<Duration> {

    private static final Pattern UNIT = Pattern.compile("(.*?[0-9.])\\s*(us|ms|s|min|h|d)?");

    /**
     * Ten years; more is read as that. It means "never", for which people write many nines, and nanoseconds since the start
     * must fit a long.
     */
    private static final Duration MAXIMUM = Duration.ofDays(3650);

    private static final BigDecimal NANOS_PER_SECOND = BigDecimal.valueOf(1_000_000_000L);
    private static final BigDecimal NANOS_PER_MILLI = BigDecimal.valueOf(1_000_000L);

    @Override
    public Duration parse(String text) {
        Matcher matcher = UNIT.matcher(text);
        // Neither hexadecimal digits nor the e of an exponent may be taken for a unit, so the whole comes first.
        BigDecimal number = Numbers.decimal(text);
        BigDecimal unit = nanosPer("");
        if (number == null && matcher.matches() && matcher.group(2) != null) {
            number = Numbers.decimal(matcher.group(1));
            unit = nanosPer(matcher.group(2));
        }
        if (number == null) {
            throw new IllegalArgumentException(Quote.of(text) + " is not a length of time, accepted: " + accepted());
        }
        BigDecimal nanos = number.multiply(unit);
        return nanos.compareTo(BigDecimal.valueOf(MAXIMUM.toNanos())) > 0
                ? MAXIMUM
                : Duration.ofNanos(nanos.setScale(0, RoundingMode.CEILING).longValueExact());
    }

    private BigDecimal nanosPer(String unit) {
        return switch (unit) {
            case "us" -> BigDecimal.valueOf(1_000L);
            case "ms" -> NANOS_PER_MILLI;
            case "s" -> NANOS_PER_SECOND;
            case "min" -> BigDecimal.valueOf(60).multiply(NANOS_PER_SECOND);
            case "h" -> BigDecimal.valueOf(3600).multiply(NANOS_PER_SECOND);
            case "d" -> BigDecimal.valueOf(86_400).multiply(NANOS_PER_SECOND);
            default -> millis ? NANOS_PER_MILLI : NANOS_PER_SECOND;
        };
    }

    @Override
    public String format(Duration value) {
        BigDecimal number = BigDecimal.valueOf(value.toNanos()).divide(millis ? NANOS_PER_MILLI : NANOS_PER_SECOND);
        return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
    }

    @Override
    public boolean isNumber() {
        return true;
    }

    @Override
    public String accepted() {
        return millis ? "milliseconds, or 15s, 500ms, 2min, 1h" : "seconds (0.5), or 15s, 500ms, 2min, 1h";
    }
}

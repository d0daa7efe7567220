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

    /** Bounded in digits, so that no number needs more memory or time than it takes to refuse it. */
    private static final Pattern NUMBER = Pattern.compile("([0-9]{1,12}(?:\\.[0-9]{1,12})?)\\s*([a-z]{0,3})");

    /** Ten years: more means "never", which is written 0, and nanoseconds since the start must fit a long. */
    private static final Duration MAXIMUM = Duration.ofDays(3650);

    private static final BigDecimal NANOS_PER_SECOND = BigDecimal.valueOf(1_000_000_000L);
    private static final BigDecimal NANOS_PER_MILLI = BigDecimal.valueOf(1_000_000L);

    @Override
    public Duration parse(String text) {
        Matcher matcher = NUMBER.matcher(text);
        BigDecimal unit = matcher.matches() ? nanosPer(matcher.group(2)) : BigDecimal.ZERO;
        if (unit.signum() == 0) {
            throw new IllegalArgumentException(Quote.of(text) + " is not a length of time, accepted: " + accepted());
        }
        BigDecimal nanos = new BigDecimal(matcher.group(1)).multiply(unit).setScale(0, RoundingMode.CEILING);
        if (nanos.compareTo(BigDecimal.valueOf(MAXIMUM.toNanos())) > 0) {
            throw new IllegalArgumentException(Quote.of(text) + " is longer than ten years, accepted: " + accepted());
        }
        return Duration.ofNanos(nanos.longValueExact());
    }

    /** Zero for a word that is no unit. */
    private BigDecimal nanosPer(String unit) {
        return switch (unit) {
            case "" -> millis ? NANOS_PER_MILLI : NANOS_PER_SECOND;
            case "us" -> BigDecimal.valueOf(1_000L);
            case "ms" -> NANOS_PER_MILLI;
            case "s" -> NANOS_PER_SECOND;
            case "min" -> BigDecimal.valueOf(60).multiply(NANOS_PER_SECOND);
            case "h" -> BigDecimal.valueOf(3600).multiply(NANOS_PER_SECOND);
            case "d" -> BigDecimal.valueOf(86_400).multiply(NANOS_PER_SECOND);
            default -> BigDecimal.ZERO;
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

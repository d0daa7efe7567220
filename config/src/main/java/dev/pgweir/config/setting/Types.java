package dev.pgweir.config.setting;

import dev.pgweir.config.value.Choice;
import dev.pgweir.config.value.Secret;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;

/** The kinds of values, under short names for the tables. */
final class Types {

    static final SettingType<Boolean> BOOL = new BooleanType();
    static final SettingType<Duration> SECONDS = new DurationType(false);
    static final SettingType<Duration> MILLIS = new DurationType(true);
    static final SettingType<String> TEXT = new TextType(false);
    static final SettingType<String> PATH = new TextType(true);
    static final SettingType<List<String>> LIST = new ListType();
    static final SettingType<Secret> SECRET = new SecretType("a password, or its md5 or SCRAM-SHA-256 form");

    /** A connection URL, which can contain a password. */
    static final SettingType<Secret> URL = new SecretType("a connection URL");

    /** A count: never negative. */
    static final SettingType<Integer> COUNT = integer(0, Integer.MAX_VALUE);

    private Types() {}

    static SettingType<Integer> integer(int minimum, int maximum) {
        return new IntegerType(minimum, maximum);
    }

    static <E extends Enum<E> & Choice> SettingType<E> choice(Class<E> type) {
        return new ChoiceType<>(List.of(type.getEnumConstants()), List.of(), "");
    }

    /** A choice of which only {@code possible} can be had; the other words are refused because of {@code reason}. */
    static <E extends Enum<E> & Choice> SettingType<E> choice(EnumSet<E> possible, String reason) {
        return new ChoiceType<>(List.copyOf(possible), List.copyOf(EnumSet.complementOf(possible)), reason);
    }
}

package dev.pgweir.config.setting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SettingTypesTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "15, 15000000000",
        "0.5, 500000000",
        "15s, 15000000000",
        "500ms, 500000000",
        "2min, 120000000000",
        "1h, 3600000000000",
        "1d, 86400000000000",
        "250us, 250000",
        "1 s, 1000000000",
        "0.0000000001, 1",
        "315360000, 315360000000000000",
        "315360001, 315360000000000000",
        "9999999999999999, 315360000000000000",
        "1e99, 315360000000000000",
        "4000d, 315360000000000000",
        "1e3, 1000000000000",
        "15E-1, 1500000000",
        "1., 1000000000",
        ".5, 500000000",
        "+5, 5000000000",
        "0x1d, 29000000000",
        "010, 10000000000"
    })
    void readsLengthsOfTime(String text, long nanos) {
        assertThat(Types.SECONDS.parse(text)).isEqualTo(Duration.ofNanos(nanos));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "s", ".", "-1", "-1s", "1e", "1e999", "0x", "0xg", "1S", "1 hour", "1w", "NaN", "inf", "1 2s",
                "15s s"
            })
    void refusesWhatIsNoLengthOfTime(String text) {
        assertThatThrownBy(() -> Types.SECONDS.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void bareNumberOfAMillisecondSettingCountsMilliseconds() {
        assertThat(Types.MILLIS.parse("1500")).isEqualTo(Duration.ofMillis(1500));
        assertThat(Types.MILLIS.parse("2s")).isEqualTo(Duration.ofSeconds(2));
        assertThat(Types.MILLIS.format(Duration.ofSeconds(2))).isEqualTo("2000");
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "120, 120", "0.50, 0.5", "1h, 3600", "250us, 0.00025"})
    void writesLengthsOfTimeAsSeconds(String text, String written) {
        assertThat(Types.SECONDS.format(Types.SECONDS.parse(text))).isEqualTo(written);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "true", "YES", "On", "2", "-1", "0x1"})
    void readsOn(String text) {
        assertThat(Types.BOOL.parse(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "false", "NO", "Off", "00", "0x0"})
    void readsOff(String text) {
        assertThat(Types.BOOL.parse(text)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "t", "enabled", "1.0", "08"})
    void refusesWhatIsNeitherOnNorOff(String text) {
        assertThatThrownBy(() -> Types.BOOL.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "100, 100",
        "-1, -1",
        "+1, 1",
        "' 1', 1",
        "0x10, 16",
        "0XfF, 255",
        "-0x10, -16",
        "010, 8",
        "0777, 511",
        "0000000000000001, 1"
    })
    void readsWholeNumbersAsPgBouncerDoes(String text, int number) {
        assertThat(Types.integer(Integer.MIN_VALUE, Integer.MAX_VALUE).parse(text))
                .isEqualTo(number);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "+",
                "- 1",
                "1.0",
                "0x",
                "0xg",
                "08",
                "1 ",
                "1k",
                "1e3",
                "2147483648",
                "-2147483649",
                "99999999999999999999"
            })
    void refusesWhatIsNoWholeNumberInRange(String text) {
        assertThatThrownBy(() ->
                        Types.integer(Integer.MIN_VALUE, Integer.MAX_VALUE).parse(text))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void boundsAreIncluded() {
        SettingType<Integer> type = Types.integer(-5, 5);

        assertThat(type.parse("-5")).isEqualTo(-5);
        assertThat(type.parse("5")).isEqualTo(5);
        assertThatThrownBy(() -> type.parse("6")).hasMessage("6 is out of range, accepted: -5 to 5");
    }

    @Test
    void listsDropBlanksAndEmptyWords() {
        assertThat(Types.LIST.parse(" a, b ,,c,")).containsExactly("a", "b", "c");
        assertThat(Types.LIST.parse("")).isEmpty();
    }

    @Test
    void longValuesAreCutInMessages() {
        assertThat(Quote.of("x".repeat(1000))).hasSize(63).endsWith("…\"");
    }

    @ParameterizedTest
    @CsvSource({
        "poolmode, pool_mode",
        "pool-mode, pool_mode",
        "POOL_MODE, pool_mode",
        "max_client_conns, max_client_conn",
        "defalt_pool_size, default_pool_size"
    })
    void suggestsTheNearestName(String slip, String meant) {
        assertThat(Settings.TABLE.suggest(slip)).contains(meant);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "colour", "x"})
    void suggestsNothingFarFetched(String name) {
        assertThat(Settings.TABLE.suggest(name)).isEmpty();
        assertThat(Settings.TABLE.suggest("p".repeat(10_000))).isEmpty();
    }
}

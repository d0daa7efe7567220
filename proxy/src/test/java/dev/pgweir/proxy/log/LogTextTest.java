package dev.pgweir.proxy.log;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LogTextTest {

    @Test
    void ordinaryTextStaysTheSameObject() {
        String text = "database \"naïve-данные-数据\" \\ does not exist";

        assertThat(LogText.line(text)).isSameAs(text);
    }

    @Test
    void escapesWhatSteersALineOrTerminal() {
        assertThat(LogText.line("a\nb\rc\td\u001b[2Je\u0000f\u007fg\u0085h"))
                .isEqualTo("a\\nb\\rc\\td\\x1b[2Je\\x00f\\x7fg\\x85h");
        assertThat(LogText.line("\u2028\u202e\u2066\u200f\ufeff")).isEqualTo("\\u2028\\u202e\\u2066\\u200f\\ufeff");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 99, 100, 101, 5000})
    void namesAreCutAfterAHundredCharacters(int length) {
        String cut = LogText.name("x".repeat(length));

        assertThat(cut).startsWith("x".repeat(Math.min(length, 100)));
        assertThat(cut.substring(Math.min(length, 100)))
                .isEqualTo(length <= 100 ? "" : "... (" + (length - 100) + " more)");
    }

    @Test
    void everyCharacterComesOutPrintable() {
        for (char c = 0; c < 0x3000; c++) {
            assertThat(LogText.line("<" + c + ">").chars())
                    .as("U+%04x", (int) c)
                    .noneMatch(out -> Character.isISOControl(out) || out == 0x2028 || out == 0x2029);
        }
    }
}

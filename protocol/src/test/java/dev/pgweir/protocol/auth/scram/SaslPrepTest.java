package dev.pgweir.protocol.auth.scram;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class SaslPrepTest {
    @Test
    void leavesAsciiAloneEvenControlCharacters() {
        assertThat(SaslPrep.prepare("")).isEmpty();
        assertThat(SaslPrep.prepare("pass word\u0007~")).isEqualTo("pass word\u0007~");
    }

    /** The examples of RFC 4013 section 3. */
    @Test
    void preparesTheExamplesOfTheRfc() {
        assertThat(SaslPrep.prepare("I\u00ADX")).isEqualTo("IX");
        assertThat(SaslPrep.prepare("USER")).isEqualTo("USER");
        assertThat(SaslPrep.prepare("\u00AA")).isEqualTo("a");
        assertThat(SaslPrep.prepare("\u2168")).isEqualTo("IX");
        assertThat(SaslPrep.prepare("\u06271")).isEqualTo("\u06271");
    }

    @Test
    void composesLetters() {
        assertThat(SaslPrep.prepare("u\u0308ber")).isEqualTo("\u00FCber");
    }

    @Test
    void makesEverySpaceAnAsciiSpace() {
        assertThat(SaslPrep.prepare("a\u00A0b\u3000c\u200Bd")).isEqualTo("a b c d");
    }

    @Test
    void keepsTheRawPasswordWhenNothingWouldBeLeft() {
        assertThat(SaslPrep.prepare("\u00AD\uFEFF")).isEqualTo("\u00AD\uFEFF");
    }

    @Test
    void keepsTheRawPasswordWhenACharacterIsProhibited() {
        assertThat(SaslPrep.prepare("\uFB01\u0080")).isEqualTo("\uFB01\u0080");
        assertThat(SaslPrep.prepare("\uFB01\uE000")).isEqualTo("\uFB01\uE000");
        assertThat(SaslPrep.prepare("\uFB01\u0007")).isEqualTo("\uFB01\u0007");
    }

    /** U+FB01 alone becomes "fi"; beside an emoji of Unicode 6 it has to stay, as PostgreSQL leaves it. */
    @Test
    void keepsTheRawPasswordWhenACharacterIsYoungerThanUnicode32() {
        assertThat(SaslPrep.prepare("\uFB01")).isEqualTo("fi");
        assertThat(SaslPrep.prepare("\uFB01\uD83D\uDE00")).isEqualTo("\uFB01\uD83D\uDE00");
    }

    @Test
    void keepsTheRawPasswordWhenDirectionsAreMixed() {
        // Alef, then a ligature that NFKC would take apart.
        assertThat(SaslPrep.prepare("\u0627\uFB01\u0627")).isEqualTo("\u0627\uFB01\u0627");
        assertThat(SaslPrep.prepare("\u0627\u2168")).isEqualTo("\u0627\u2168");
        assertThat(SaslPrep.prepare("\u0627\u00B2\u0627")).isEqualTo("\u06272\u0627");
    }

    /** Number and checksum of the code points, computed from another implementation of RFC 3454's tables. */
    @Test
    void refusesExactlyTheCodePointsOfTheRfcTables() {
        int[] refused = IntStream.rangeClosed(0, Character.MAX_CODE_POINT)
                .filter(RefusedCodePoints::contains)
                .toArray();
        int checksum = 0;
        for (int c : refused) {
            checksum = (checksum * 31 + c) & 0x7FFFFFFF;
        }

        assertThat(refused).hasSize(1_019_122);
        assertThat(checksum).isEqualTo(761_091_083);
    }
}

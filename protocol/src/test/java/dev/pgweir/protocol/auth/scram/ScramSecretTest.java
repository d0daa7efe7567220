package dev.pgweir.protocol.auth.scram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ScramSecretTest {
    private static final String STORED_KEY = "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=";
    private static final String SERVER_KEY = "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";
    private static final String SECRET = "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$" + STORED_KEY + ":" + SERVER_KEY;

    @Test
    void writesWhatItReads() throws ScramException {
        assertThat(ScramSecret.parse(SECRET).format()).isEqualTo(SECRET);
    }

    @Test
    void isTheSecretOfTheKeysDerivedFromThePassword() throws ScramException {
        ScramSecret secret = ScramSecret.parse(SECRET);

        ScramKeys keys = secret.derivation().derive("pencil");

        assertThat(keys.toSecret()).isEqualTo(secret).hasSameHashCodeAs(secret);
        assertThat(secret.matches(keys)).isTrue();
        assertThat(secret.matches(secret.derivation().derive("Pencil"))).isFalse();
        assertThat(keys.fits(secret.derivation())).isTrue();
        assertThat(keys.fits(new ScramDerivation(secret.derivation().salt(), 4095)))
                .isFalse();
    }

    @Test
    void differsWhenAnyPartDiffers() throws ScramException {
        ScramSecret secret = ScramSecret.parse(SECRET);

        assertThat(secret)
                .isNotEqualTo(ScramSecret.parse(SECRET.replace("4096", "4097")))
                .isNotEqualTo(ScramSecret.parse(SECRET.replace("W22Z", "X22Z")))
                .isNotEqualTo(ScramSecret.parse(SECRET.replace("WG5d", "XG5d")))
                .isNotEqualTo(ScramSecret.parse(SECRET.replace("wfPL", "xfPL")));
    }

    @Test
    void takesAnEmptyPasswordAsPbkdf2Does() {
        assertThat(ScramFunctions.hi(new byte[0], "salt".getBytes(java.nio.charset.StandardCharsets.UTF_8), 2))
                .asHexString()
                .isEqualToIgnoringCase("62384466264daadc4144018c6bd864648272b34da8980d31521ffcce92ae003b");
    }

    @Test
    void showsNoSecretInItsText() throws ScramException {
        ScramSecret secret = ScramSecret.parse(SECRET);
        ScramKeys keys = secret.derivation().derive("pencil");

        assertThat(secret + " " + keys + " " + secret.derivation())
                .doesNotContain("WG5d")
                .doesNotContain("wfPL")
                .doesNotContain("W22Z")
                .doesNotContain("[B@");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "SCRAM-SHA-256$",
                "SCRAM-SHA-1$4096:W22ZaJ0SNY7soEsUEjb6gQ==$" + STORED_KEY + ":" + SERVER_KEY,
                "SCRAM-SHA-256$0:W22ZaJ0SNY7soEsUEjb6gQ==$" + STORED_KEY + ":" + SERVER_KEY,
                "SCRAM-SHA-256$-1:W22ZaJ0SNY7soEsUEjb6gQ==$" + STORED_KEY + ":" + SERVER_KEY,
                "SCRAM-SHA-256$2147483648:W22ZaJ0SNY7soEsUEjb6gQ==$" + STORED_KEY + ":" + SERVER_KEY,
                "SCRAM-SHA-256$99999999999999999999:W22ZaJ0SNY7soEsUEjb6gQ==$" + STORED_KEY + ":" + SERVER_KEY,
                "SCRAM-SHA-256$4096:$" + STORED_KEY + ":" + SERVER_KEY,
                "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ$" + STORED_KEY + ":" + SERVER_KEY,
                "SCRAM-SHA-256$4096:====$" + STORED_KEY + ":" + SERVER_KEY,
                "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d:" + SERVER_KEY,
                "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$" + STORED_KEY + ":wfPL",
                "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$" + STORED_KEY,
                "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$" + STORED_KEY + ":" + SERVER_KEY + " ",
            })
    void refusesWhatIsNotASecretWithoutRepeatingIt(String text) {
        assertThatExceptionOfType(ScramException.class)
                .isThrownBy(() -> ScramSecret.parse(text))
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("WG5d", "wfPL", "W22Z"));
    }
}

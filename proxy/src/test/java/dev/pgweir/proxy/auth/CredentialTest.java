package dev.pgweir.proxy.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.pgweir.protocol.auth.Md5Password;
import dev.pgweir.protocol.auth.scram.ScramKeys;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CredentialTest {
    private static final ScramKeys KEYS = ScramKeys.derive("secret", new byte[16], 1);

    @Test
    void tellsTheKindsOfStoredSecretsApart() {
        String md5 = Md5Password.hash("secret", "alice");

        assertThat(Credential.parse("secret")).isEqualTo(new Credential.Plain("secret"));
        assertThat(Credential.parse(md5)).isEqualTo(new Credential.Md5(md5));
        assertThat(Credential.parse(KEYS.toSecret().format())).isEqualTo(new Credential.Scram(KEYS.toSecret()));
        assertThat(Credential.parse("")).isEqualTo(new Credential.None());
        assertThat(Credential.parse("md5 is not what this is")).isInstanceOf(Credential.Plain.class);
    }

    @Test
    void doesNotTakeADamagedScramSecretForAPassword() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Credential.parse("SCRAM-SHA-256$4096:hunter2"))
                .withMessageContaining("malformed SCRAM secret")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hunter2"));
    }

    @Test
    void takesNoEmptyPassword() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Credential.Plain(""));
    }

    @Test
    void comparesByValue() {
        assertThat(new Credential.Plain("a"))
                .isEqualTo(new Credential.Plain("a"))
                .hasSameHashCodeAs(new Credential.Plain("a"))
                .isNotEqualTo(new Credential.Plain("b"))
                .isNotEqualTo(new Credential.Md5("a"));
        assertThat(new Credential.Md5("a"))
                .isEqualTo(new Credential.Md5("a"))
                .hasSameHashCodeAs(new Credential.Md5("a"))
                .isNotEqualTo(new Credential.Md5("b"));
    }

    @Test
    void showsNoSecretAsText() {
        for (Credential credential : List.of(
                new Credential.Plain("hunter2"),
                new Credential.Md5("md5hunter2"),
                new Credential.Scram(KEYS.toSecret()),
                new Credential.ScramPassThrough(KEYS))) {
            assertThat(new AuthenticatedUser("alice", credential).toString())
                    .contains("alice", "not shown")
                    .doesNotContain("hunter2")
                    .doesNotContain("[B@");
        }
    }
}

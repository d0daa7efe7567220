package dev.pgweir.protocol.auth;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class Md5PasswordTest {
    private static final String HASH = "md54a0a68b43b6cd5cf266fa02f196e2371";
    private static final byte[] SALT = {1, 2, 3, 4};

    @Test
    void hashesThePasswordTogetherWithTheUserName() {
        assertThat(Md5Password.hash("secret", "alice")).isEqualTo(HASH);
    }

    @Test
    void saltsTheHashForTheAnswer() {
        assertThat(Md5Password.response(HASH, SALT)).isEqualTo("md598a0412b9c31436fc53776e863350083");
    }

    @Test
    void takesTheRightAnswerOnly() {
        String answer = Md5Password.response(HASH, SALT);

        assertThat(Md5Password.verify(HASH, SALT, answer)).isTrue();
        assertThat(Md5Password.verify(HASH, new byte[] {1, 2, 3, 5}, answer)).isFalse();
        assertThat(Md5Password.verify(HASH, SALT, answer.substring(0, 34))).isFalse();
        assertThat(Md5Password.verify(HASH, SALT, answer + "0")).isFalse();
        assertThat(Md5Password.verify(HASH, SALT, "")).isFalse();
        assertThat(Md5Password.verify(HASH, SALT, HASH)).isFalse();
    }

    @Test
    void tellsHashesFromPasswordsThatLookAlike() {
        assertThat(Md5Password.isHash(HASH)).isTrue();
        assertThat(Md5Password.isHash(HASH.substring(0, 34))).isFalse();
        assertThat(Md5Password.isHash(HASH + "0")).isFalse();
        assertThat(Md5Password.isHash("md54A0A68B43B6CD5CF266FA02F196E2371")).isFalse();
        assertThat(Md5Password.isHash("sha" + HASH.substring(3))).isFalse();
    }
}

package dev.pgweir.proxy.auth;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class AuthMethodTest {
    @Test
    void knowsTheValuesOfAuthType() {
        assertThat(AuthMethod.ofSetting("scram-sha-256")).contains(AuthMethod.SCRAM_SHA_256);
        assertThat(AuthMethod.ofSetting("any")).contains(AuthMethod.ANY);
        assertThat(AuthMethod.ofSetting("ldap")).isEmpty();
        for (AuthMethod method : AuthMethod.values()) {
            assertThat(AuthMethod.ofSetting(method.setting())).contains(method);
        }
    }
}

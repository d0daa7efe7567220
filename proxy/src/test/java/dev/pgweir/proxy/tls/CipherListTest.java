package dev.pgweir.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CipherListTest {

    @ParameterizedTest
    @ValueSource(strings = {"default", "secure", "fast", "normal", ""})
    void pgBouncersWordsLeaveTheChoiceToTheProvider(String word) throws TlsException {
        assertThat(CipherList.older("client_tls_ciphers", word, name -> true)).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "ECDHE-RSA-AES128-GCM-SHA256, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "ECDHE+AESGCM+aECDSA:!AES128, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "HIGH:!aNULL:!ECDHE:!DHE:!CHACHA20:!SHA:!SHA256:!SHA384:!AES128:@STRENGTH, TLS_RSA_WITH_AES_256_GCM_SHA384",
    })
    void readsOpenSslsLists(String text, String standard) throws TlsException {
        assertThat(CipherList.older("client_tls_ciphers", text, name -> true)).containsExactly(standard);
    }

    @Test
    void signsMoveAndTakeAwayAsInOpenSsl() throws TlsException {
        assertThat(CipherList.older(
                        "c", "AES128-SHA:AES256-SHA:+AES128-SHA:-AES256-SHA:AES256-SHA:!AES128-SHA:AES128-SHA", n -> true))
                .containsExactly("TLS_RSA_WITH_AES_256_CBC_SHA");
    }

    @Test
    void namesWhatIsNoCipherAndWhatLeavesNone() {
        assertThatThrownBy(() -> CipherList.older("client_tls_ciphers", "HIGH:AES129", name -> true))
                .isInstanceOf(TlsException.class)
                .hasMessageContaining("there is no cipher \"AES129\"");
        assertThatThrownBy(() -> CipherList.older("client_tls_ciphers", "ALL:!ALL", name -> true))
                .hasMessageContaining("leaves no cipher");
        assertThatThrownBy(() -> CipherList.tls13("client_tls13_ciphers", "TLS_AES_1"))
                .hasMessageContaining("failed to set the TLSv1.3 cipher suites");
    }

    @Test
    void versionsAreReadAsPgBouncerReadsThem() throws TlsException {
        assertThat(Protocols.parse("p", "secure")).isEqualTo(List.of("TLSv1.2", "TLSv1.3"));
        assertThat(Protocols.parse("p", "tlsv1.2")).isEqualTo(List.of("TLSv1.2"));
        assertThat(Protocols.parse("p", "all,!tlsv1.0")).isEqualTo(List.of("TLSv1.1", "TLSv1.2", "TLSv1.3"));
        assertThatThrownBy(() -> Protocols.parse("p", "sslv3")).hasMessageContaining("invalid p: sslv3");
        assertThatThrownBy(() -> Protocols.parse("p", "!all")).hasMessageContaining("leaves no version");
    }

    @Test
    void eachProviderHasTheUsualCiphers() {
        for (TlsEngine engine : TlsEngine.values()) {
            assertThat(engine.has("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384")).isTrue();
            assertThat(engine.has("TLS_RSA_WITH_NULL_MD5")).isFalse();
        }
        assertThat(Cipher.openSslName("TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"))
                .isEqualTo("ECDHE-ECDSA-CHACHA20-POLY1305");
    }
}

package dev.pgweir.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 5929 section 4.1, by the signatures that certificates have. */
class EndPointHashTest {
    private static final TestAuthority AUTHORITY = new TestAuthority("authority");

    @ParameterizedTest
    @CsvSource({
        "SHA1withRSA, SHA-256",
        "SHA256withRSA, SHA-256",
        "SHA384withRSA, SHA-384",
        "SHA512withRSA, SHA-512",
        "RSASSA-PSS, SHA-384",
        "SHA256withECDSA, SHA-256",
        "SHA384withECDSA, SHA-384",
        "SHA512withECDSA, SHA-512"
    })
    void isTheHashOfTheSignatureButNeverAnOldOne(String signature, String hash) throws Exception {
        X509Certificate certificate =
                AUTHORITY.selfSigned(signature, "weir", "localhost").certificate();

        assertThat(EndPointHash.of(certificate))
                .isEqualTo(MessageDigest.getInstance(hash).digest(certificate.getEncoded()));
    }

    @Test
    void isTheHashOfTheAuthoritysSignatureNotOfTheOwnKey() throws Exception {
        X509Certificate certificate =
                AUTHORITY.issueSigned("SHA512withRSA", "weir", "localhost").certificate();

        assertThat(EndPointHash.of(certificate))
                .isEqualTo(MessageDigest.getInstance("SHA-512").digest(certificate.getEncoded()));
    }

    @Test
    void isUndefinedForASignatureWithoutAHashOfItsOwn() {
        assertThat(EndPointHash.of(
                        AUTHORITY.selfSigned("Ed25519", "weir", "localhost").certificate()))
                .isNull();
    }
}

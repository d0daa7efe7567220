package dev.pgweir.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pgweir.config.TlsConfig;
import dev.pgweir.config.value.SslMode;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PemFileTest {
    private static final TestAuthority AUTHORITY = new TestAuthority("authority");

    @TempDir
    private Path directory;

    @Test
    void readsKeysOfRsaInBothFormsOfAFile() throws Exception {
        TestAuthority.Issued issued = AUTHORITY.issue("me");
        byte[] pkcs8 = issued.key().getEncoded();
        // SEQUENCE { version, algorithm, OCTET STRING { the older form } }: for 2048 bits the headers have 26 bytes.
        byte[] pkcs1 = Arrays.copyOfRange(pkcs8, 26, pkcs8.length);

        for (String text : List.of(issued.keyPem(), TestAuthority.pem("RSA PRIVATE KEY", pkcs1))) {
            assertThat(PemFile.privateKey("k", write(text)).getEncoded()).isEqualTo(pkcs8);
        }
    }

    @Test
    void readsKeysOfCurvesInTheOlderForm() throws Exception {
        SelfSigned made = SelfSigned.create(List.of("localhost"), Duration.ofDays(1));
        made.write(directory.resolve("k"), directory.resolve("c"));
        byte[] pkcs8 =
                PemFile.privateKey("k", directory.resolve("k").toString()).getEncoded();
        byte[] scalar = scalar(pkcs8);
        byte[] sec1 = Der.sequence(
                Der.integer(java.math.BigInteger.ONE),
                Der.octets(scalar),
                Der.value(0xA0, Der.oid("1.2.840.10045.3.1.7")));

        assertThat(scalar(PemFile.privateKey("k", write(TestAuthority.pem("EC PRIVATE KEY", sec1)))
                        .getEncoded()))
                .isEqualTo(scalar);
    }

    /** The 32 bytes of P-256 behind their OCTET STRING. */
    private static byte[] scalar(byte[] pkcs8) {
        for (int i = 0; i < pkcs8.length - 33; i++) {
            if (pkcs8[i] == 0x04 && pkcs8[i + 1] == 0x20) {
                return Arrays.copyOfRange(pkcs8, i + 2, i + 34);
            }
        }
        throw new IllegalArgumentException("no scalar");
    }

    @ParameterizedTest
    @CsvSource({
        "'', there is no private key in PEM format in it",
        "'-----BEGIN PRIVATE KEY-----!!!!-----END PRIVATE KEY-----', the key is damaged",
        "'-----BEGIN PRIVATE KEY-----AAAA-----END PRIVATE KEY-----', the key is damaged",
        "'-----BEGIN EC PRIVATE KEY-----AAAA-----END EC PRIVATE KEY-----', the key is damaged",
        "'-----BEGIN ENCRYPTED PRIVATE KEY-----AAAA-----END ENCRYPTED PRIVATE KEY-----', locked by a passphrase",
    })
    void saysWhatIsWrongWithAKey(String text, String problem) throws IOException {
        String file = write(text);

        assertThatThrownBy(() -> PemFile.privateKey("client_tls_key_file", file))
                .isInstanceOf(TlsException.class)
                .hasMessageContaining(problem)
                .hasMessageStartingWith(file);
    }

    @Test
    void aKeyOfAnotherCertificateIsFoundAtOnce() {
        AUTHORITY.issue("one").write(directory, "one");
        AUTHORITY.issue("two").write(directory, "two");
        TlsConfig.Side side = new TlsConfig.Side(
                SslMode.REQUIRE,
                directory.resolve("one.key").toString(),
                directory.resolve("two.crt").toString(),
                "",
                "secure",
                "default",
                "",
                "auto");

        assertThatThrownBy(() -> TlsMaterial.load("client_tls", side))
                .hasMessageContaining("is not the key of the certificate");
    }

    @Test
    void aSelfSignedCertificateIsForItsNamesAndOverwritesNothing() throws Exception {
        SelfSigned made = SelfSigned.create(List.of("db.example.com", "127.0.0.1", "::1"), Duration.ofDays(30));
        Path key = directory.resolve("server.key");
        Path file = directory.resolve("server.crt");
        made.write(key, file);

        X509Certificate read =
                PemFile.certificates("c", file.toString()).get(0);
        read.verify(read.getPublicKey());
        read.checkValidity();
        assertThat(read.getSubjectAlternativeNames().stream()
                        .map(name -> String.valueOf(name.get(1)))
                        .toList())
                .containsExactly("db.example.com", "127.0.0.1", "0:0:0:0:0:0:0:1");
        assertThat(Files.getPosixFilePermissions(key)).hasSize(2);
        assertThatThrownBy(() -> made.write(key, file)).isInstanceOf(FileAlreadyExistsException.class);
    }

    @ParameterizedTest
    @CsvSource({"SHA1withRSA, SHA-256", "SHA256withRSA, SHA-256", "SHA384withRSA, SHA-384", "SHA512withRSA, SHA-512"})
    void theEndPointIsHashedAsTheSignatureWasAndNeverByLessThanSha256(String signature, String hash) throws Exception {
        X509Certificate certificate =
                AUTHORITY.issueSigned(signature, "db").certificate();

        assertThat(EndPointHash.of(certificate))
                .isEqualTo(MessageDigest.getInstance(hash).digest(certificate.getEncoded()));
    }

    @Test
    void onlyAVerifiedPeerHasAName() {
        X509Certificate certificate = AUTHORITY.issue("alice").certificate();

        assertThat(new TlsPeer("x", certificate, true, null).commonName()).isEqualTo("alice");
        assertThat(new TlsPeer("x", certificate, false, null).commonName()).isNull();
        assertThat(new TlsPeer("x", null, false, null).subject()).isNull();
    }

    private String write(String text) throws IOException {
        return Files.writeString(directory.resolve("file"), text).toString();
    }
}

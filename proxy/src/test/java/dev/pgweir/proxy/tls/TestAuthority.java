package dev.pgweir.proxy.tls;

import io.netty.util.NetUtil;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** An authority that makes certificates at run time, each with a key of its own. Used by one thread at a time. */
public final class TestAuthority {
    private static final Map<String, String> SIGNATURES = Map.of(
            "SHA256withRSA", "1.2.840.113549.1.1.11",
            "SHA384withRSA", "1.2.840.113549.1.1.12",
            "SHA512withRSA", "1.2.840.113549.1.1.13",
            "SHA1withRSA", "1.2.840.113549.1.1.5",
            "RSASSA-PSS", "1.2.840.113549.1.1.10",
            "SHA256withECDSA", "1.2.840.10045.4.3.2",
            "SHA384withECDSA", "1.2.840.10045.4.3.3",
            "SHA512withECDSA", "1.2.840.10045.4.3.4",
            "Ed25519", "1.3.101.112");

    /** The curve of a key whose signatures have that hash. */
    private static final Map<String, String> CURVES = Map.of(
            "SHA256withECDSA", "secp256r1",
            "SHA384withECDSA", "secp384r1",
            "SHA512withECDSA", "secp521r1");

    /** A certificate with its key. */
    public record Issued(PrivateKey key, X509Certificate certificate) {

        public String keyPem() {
            return pem("PRIVATE KEY", key.getEncoded());
        }

        public String certificatePem() {
            try {
                return pem("CERTIFICATE", certificate.getEncoded());
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }

        /** Writes {@code NAME.key}, which only its owner may read, and {@code NAME.crt}. */
        public void write(Path directory, String name) {
            try {
                Path key = directory.resolve(name + ".key");
                Files.writeString(key, keyPem());
                Files.setPosixFilePermissions(
                        key, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
                Files.writeString(directory.resolve(name + ".crt"), certificatePem());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public String toString() {
            return certificate.getSubjectX500Principal().getName();
        }
    }

    private final Issued own;
    private long serial = 1;

    public TestAuthority(String name) {
        own = issue(name, List.of(), "SHA256withRSA", true, null);
    }

    /** The authority's own certificate. */
    public Issued own() {
        return own;
    }

    /** A certificate for that CommonName, good for those host names and addresses. */
    public Issued issue(String name, String... alternatives) {
        return issue(name, List.of(alternatives), "SHA256withRSA", false, own);
    }

    /** The same, signed in another way. */
    public Issued issueSigned(String signature, String name, String... alternatives) {
        return issue(name, List.of(alternatives), signature, false, own);
    }

    /** A certificate that is signed in that way by its own key, whose kind follows from it. */
    public Issued selfSigned(String signature, String name, String... alternatives) {
        return issue(name, List.of(alternatives), signature, false, null);
    }

    /** What a client needs that trusts this authority and shows that certificate, if any. */
    public SSLContext clientContext(@Nullable Issued shown) {
        try {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry("ca", own.certificate());
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            KeyStore mine = KeyStore.getInstance("PKCS12");
            mine.load(null, null);
            if (shown != null) {
                mine.setKeyEntry("me", shown.key(), new char[0], new X509Certificate[] {shown.certificate()});
            }
            keys.init(mine, new char[0]);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private Issued issue(
            String name, List<String> alternatives, String signature, boolean authority, @Nullable Issued issuer) {
        try {
            KeyPair pair = keys(issuer == null ? signature : "SHA256withRSA");
            Signature signer = Signature.getInstance(signature);
            if (signature.equals("RSASSA-PSS")) {
                signer.setParameter(new PSSParameterSpec("SHA-384", "MGF1", MGF1ParameterSpec.SHA384, 48, 1));
            }
            byte[] algorithm = Der.sequence(
                    Der.oid(Objects.requireNonNull(SIGNATURES.get(signature))),
                    signer.getParameters() != null
                            ? signer.getParameters().getEncoded()
                            : signature.endsWith("RSA") ? Der.none() : new byte[0]);
            byte[] subject = Der.sequence(Der.set(Der.sequence(Der.oid("2.5.4.3"), Der.utf8(name))));
            Instant now = Instant.now();
            List<byte[]> names = new ArrayList<>();
            for (String each : alternatives) {
                names.add(
                        each.matches("[0-9.]+")
                                ? Der.value(
                                        0x87, Objects.requireNonNull(NetUtil.createByteArrayFromIpAddressString(each)))
                                : Der.value(0x82, each.getBytes(StandardCharsets.US_ASCII)));
            }
            List<byte[]> extensions = new ArrayList<>();
            if (authority) {
                extensions.add(Der.sequence(Der.oid("2.5.29.19"), Der.yes(), Der.octets(Der.sequence(Der.yes()))));
            }
            if (!names.isEmpty()) {
                extensions.add(
                        Der.sequence(Der.oid("2.5.29.17"), Der.octets(Der.sequence(names.toArray(new byte[0][])))));
            }
            byte[] body = Der.sequence(
                    Der.value(0xA0, Der.integer(BigInteger.TWO)),
                    Der.integer(BigInteger.valueOf(serial++)),
                    algorithm,
                    issuer == null
                            ? subject
                            : issuer.certificate().getSubjectX500Principal().getEncoded(),
                    Der.sequence(Der.time(now.minus(Duration.ofDays(1))), Der.time(now.plus(Duration.ofDays(9)))),
                    subject,
                    pair.getPublic().getEncoded(),
                    extensions.isEmpty()
                            ? new byte[0]
                            : Der.value(0xA3, Der.sequence(extensions.toArray(new byte[0][]))));
            signer.initSign(issuer == null ? pair.getPrivate() : issuer.key());
            signer.update(body);
            byte[] encoded = Der.sequence(body, algorithm, Der.bits(signer.sign()));
            X509Certificate certificate = (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(encoded));
            return new Issued(pair.getPrivate(), certificate);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyPair keys(String signature) throws GeneralSecurityException {
        String curve = CURVES.get(signature);
        KeyPairGenerator generator =
                KeyPairGenerator.getInstance(curve != null ? "EC" : signature.equals("Ed25519") ? signature : "RSA");
        if (curve != null) {
            generator.initialize(new ECGenParameterSpec(curve));
        } else if (!signature.equals("Ed25519")) {
            generator.initialize(2048);
        }
        return generator.generateKeyPair();
    }

    static String pem(String label, byte[] content) {
        return "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content) + "\n-----END " + label
                + "-----\n";
    }
}

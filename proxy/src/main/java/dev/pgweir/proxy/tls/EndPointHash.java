package dev.pgweir.proxy.tls;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.security.spec.PSSParameterSpec;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The channel binding {@code tls-server-end-point}: RFC 5929 section 4.1. */
final class EndPointHash {
    private EndPointHash() {}

    /**
     * The hash of a server's certificate, by the hash function of its signature; MD5 and SHA-1 become SHA-256.
     *
     * @return null where its signature uses no single hash function, for which RFC 5929 defines none
     */
    static byte @Nullable [] of(X509Certificate certificate) {
        String hash = hashOf(certificate);
        if (hash == null) {
            return null;
        }
        try {
            return MessageDigest.getInstance(hash).digest(certificate.getEncoded());
        } catch (NoSuchAlgorithmException | CertificateEncodingException e) {
            return null;
        }
    }

    private static @Nullable String hashOf(X509Certificate certificate) {
        // SHA256withRSA, SHA384withECDSA, SHA3-256withRSA, MD5withRSA; RSASSA-PSS has it in its parameters.
        String name = certificate.getSigAlgName().toUpperCase(Locale.ROOT);
        int with = name.indexOf("WITH");
        String hash = with > 0 ? name.substring(0, with) : pssHash(certificate);
        if (hash == null) {
            return null;
        }
        return switch (hash) {
            case "MD5", "SHA1", "SHA-1", "SHA" -> "SHA-256";
            case "SHA224" -> "SHA-224";
            case "SHA256" -> "SHA-256";
            case "SHA384" -> "SHA-384";
            case "SHA512" -> "SHA-512";
            default -> hash;
        };
    }

    private static @Nullable String pssHash(X509Certificate certificate) {
        byte[] encoded = certificate.getSigAlgParams();
        if (encoded == null || !certificate.getSigAlgName().equalsIgnoreCase("RSASSA-PSS")) {
            return null;
        }
        try {
            java.security.AlgorithmParameters parameters = java.security.AlgorithmParameters.getInstance("RSASSA-PSS");
            parameters.init(encoded);
            return parameters
                    .getParameterSpec(PSSParameterSpec.class)
                    .getDigestAlgorithm()
                    .toUpperCase(Locale.ROOT);
        } catch (NoSuchAlgorithmException | java.io.IOException | java.security.spec.InvalidParameterSpecException e) {
            return null;
        }
    }
}

package dev.pgweir.proxy.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads keys and certificates as OpenSSL writes them (RFC 7468): certificates, and private keys in the common form or in
 * the older ones for RSA (PKCS #1) and elliptic curves (SEC 1). Blocks while it reads.
 */
final class PemFile {
    /** All authorities of a system together have a quarter of that. */
    private static final int MAX_BYTES = 4 << 20;

    private static final Pattern BLOCK = Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----([^-]*)-----END \\1-----");

    private static final byte[] VERSION_0 = Der.integer(java.math.BigInteger.ZERO);
    private static final String RSA = "1.2.840.113549.1.1.1";
    private static final String EC = "1.2.840.10045.2.1";

    private record Block(String label, String text) {}

    private final String setting;
    private final String file;
    private final List<Block> blocks = new ArrayList<>();

    private PemFile(String setting, String file) throws TlsException {
        this.setting = setting;
        this.file = file;
        Matcher matcher = BLOCK.matcher(read());
        while (matcher.find()) {
            blocks.add(new Block(matcher.group(1), matcher.group(2)));
        }
    }

    /** The certificates in a file, in its order; at least one. */
    static List<X509Certificate> certificates(String setting, String file) throws TlsException {
        return new PemFile(setting, file).certificates();
    }

    /** The first private key in a file. */
    static PrivateKey privateKey(String setting, String file) throws TlsException {
        return new PemFile(setting, file).privateKey();
    }

    private String read() throws TlsException {
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw problem("is longer than " + MAX_BYTES + " bytes");
            }
            return new String(bytes, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            throw problem("No such file or directory");
        } catch (AccessDeniedException e) {
            throw problem("Permission denied");
        } catch (IOException e) {
            throw new TlsException(setting, file + ": " + e.getMessage(), e);
        }
    }

    private List<X509Certificate> certificates() throws TlsException {
        List<X509Certificate> found = new ArrayList<>();
        for (Block block : blocks) {
            if (block.label().equals("CERTIFICATE") || block.label().equals("X509 CERTIFICATE")) {
                try {
                    found.add((X509Certificate) CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(decoded(block))));
                } catch (CertificateException e) {
                    throw problem("certificate " + (found.size() + 1) + " is damaged");
                }
            }
        }
        if (found.isEmpty()) {
            throw problem("there is no certificate in PEM format in it");
        }
        return found;
    }

    private PrivateKey privateKey() throws TlsException {
        for (Block block : blocks) {
            if (block.label().equals("ENCRYPTED PRIVATE KEY") || block.text().contains("ENCRYPTED")) {
                throw problem("the key is locked by a passphrase, accepted: a key without one");
            }
            switch (block.label()) {
                case "PRIVATE KEY" -> {
                    return key(decoded(block));
                }
                case "RSA PRIVATE KEY" -> {
                    return key(wrapped(Der.join(Der.oid(RSA), Der.none()), decoded(block)));
                }
                case "EC PRIVATE KEY" -> {
                    byte[] sec1 = decoded(block);
                    return key(wrapped(Der.join(Der.oid(EC), curve(sec1)), sec1));
                }
                default -> {
                    // Parameters of the curve, or certificates in the same file.
                }
            }
        }
        throw problem("there is no private key in PEM format in it");
    }

    /** RFC 5208: the older form becomes the content of the common one. */
    private static byte[] wrapped(byte[] algorithm, byte[] key) {
        return Der.sequence(VERSION_0, Der.sequence(algorithm), Der.octets(key));
    }

    /** RFC 5915: SEQUENCE { version, OCTET STRING, [0] { curve }, [1] … }. */
    private byte[] curve(byte[] sec1) throws TlsException {
        try {
            int at = (sec1[1] & 0x80) == 0 ? 2 : 2 + (sec1[1] & 0x7F);
            at += 2 + sec1[at + 1];
            at += 2 + sec1[at + 1];
            if (sec1[at] == (byte) 0xA0) {
                byte[] curve = new byte[sec1[at + 1]];
                System.arraycopy(sec1, at + 2, curve, 0, curve.length);
                return curve;
            }
        } catch (IndexOutOfBoundsException | NegativeArraySizeException e) {
            throw new TlsException(setting, file + ": the key is damaged", e);
        }
        throw problem("the key does not name its curve");
    }

    private PrivateKey key(byte[] pkcs8) throws TlsException {
        for (String algorithm : List.of("RSA", "EC", "EdDSA", "RSASSA-PSS")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (GeneralSecurityException e) {
                // It is the key of another one.
            }
        }
        throw problem("the key is damaged, or neither of RSA nor of an elliptic curve");
    }

    private byte[] decoded(Block block) throws TlsException {
        try {
            return Base64.getMimeDecoder().decode(block.text());
        } catch (IllegalArgumentException e) {
            throw problem("it is damaged: " + block.label() + " is not in Base64");
        }
    }

    private TlsException problem(String what) {
        return new TlsException(setting, file + ": " + what);
    }
}

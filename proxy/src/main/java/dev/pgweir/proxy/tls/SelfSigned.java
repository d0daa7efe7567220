package dev.pgweir.proxy.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * A key on the curve P-256 and a certificate for it that it has signed itself (RFC 5280): for trying TLS out, and for
 * networks where the certificate itself is handed to the clients as their authority.
 */
public final class SelfSigned {
    /** ecdsa-with-SHA256 of RFC 5758. */
    private static final byte[] ALGORITHM = Der.sequence(Der.oid("1.2.840.10045.4.3.2"));

    private static final String COMMON_NAME = "2.5.4.3";
    private static final String ALTERNATIVE_NAMES = "2.5.29.17";
    private static final String BASIC_CONSTRAINTS = "2.5.29.19";

    /** RFC 5280 allows 20 bytes; 16 random ones are unique. */
    private static final int SERIAL_BYTES = 16;

    /** ITU-T X.520 allows a CommonName 64 characters. */
    private static final int MAX_COMMON_NAME = 64;

    private final KeyPair pair;
    private final byte[] certificate;

    private SelfSigned(KeyPair pair, byte[] certificate) {
        this.pair = pair;
        this.certificate = certificate;
    }

    /**
     * Makes both.
     *
     * @param names host names and addresses that clients reach it by; the first is its CommonName as well
     * @param validity from now on
     */
    public static SelfSigned create(List<String> names, Duration validity) {
        SecureRandom random = new SecureRandom();
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), random);
            KeyPair pair = generator.generateKeyPair();
            byte[] body = body(pair, names, validity, new BigInteger(SERIAL_BYTES * 8 - 1, random));
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(pair.getPrivate(), random);
            signature.update(body);
            return new SelfSigned(pair, Der.sequence(body, ALGORITHM, Der.bits(signature.sign())));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime cannot make a key on P-256", e);
        }
    }

    private static byte[] body(KeyPair pair, List<String> names, Duration validity, BigInteger serial) {
        String first = names.get(0);
        byte[] name = Der.sequence(Der.set(Der.sequence(
                Der.oid(COMMON_NAME),
                Der.utf8(first.length() > MAX_COMMON_NAME ? first.substring(0, MAX_COMMON_NAME) : first))));
        Instant now = Instant.now();
        List<byte[]> alternatives = new ArrayList<>();
        for (String each : names) {
            alternatives.add(alternative(each));
        }
        byte[] extensions = Der.sequence(
                // An authority as well, so that a client can be given it as one.
                Der.sequence(Der.oid(BASIC_CONSTRAINTS), Der.yes(), Der.octets(Der.sequence(Der.yes()))),
                Der.sequence(
                        Der.oid(ALTERNATIVE_NAMES), Der.octets(Der.sequence(alternatives.toArray(new byte[0][])))));
        return Der.sequence(
                Der.value(0xA0, Der.integer(BigInteger.TWO)),
                Der.integer(serial.max(BigInteger.ONE)),
                ALGORITHM,
                name,
                // A day back, for clocks that go differently.
                Der.sequence(Der.time(now.minus(Duration.ofDays(1))), Der.time(now.plus(validity))),
                name,
                pair.getPublic().getEncoded(),
                Der.value(0xA3, extensions));
    }

    private static byte[] alternative(String name) {
        if (io.netty.util.NetUtil.isValidIpV4Address(name) || io.netty.util.NetUtil.isValidIpV6Address(name)) {
            InetAddress address = io.netty.util.NetUtil.createInetAddressFromIpAddressString(name);
            if (address != null) {
                return Der.value(0x87, address.getAddress());
            }
        }
        return Der.value(0x82, name.getBytes(StandardCharsets.US_ASCII));
    }

    /** The certificate. */
    public X509Certificate certificate() {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(certificate));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the certificate is damaged", e);
        }
    }

    /**
     * Writes both as PEM; the key for its owner alone.
     *
     * @throws java.nio.file.FileAlreadyExistsException if there is one of the files; nothing is overwritten
     */
    public void write(Path keyFile, Path certFile) throws IOException {
        if (Files.exists(certFile)) {
            throw new java.nio.file.FileAlreadyExistsException(certFile.toString());
        }
        createPrivate(keyFile);
        Files.writeString(keyFile, pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
        Files.writeString(certFile, pem("CERTIFICATE", certificate), StandardOpenOption.CREATE_NEW);
    }

    private static void createPrivate(Path file) throws IOException {
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (UnsupportedOperationException e) {
            // A file system without such permissions.
            Files.createFile(file);
        }
    }

    private static String pem(String label, byte[] content) {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return "-----BEGIN " + label + "-----\n" + text + "\n-----END " + label + "-----\n";
    }

    @Override
    public String toString() {
        return "SelfSigned[key not shown]";
    }
}

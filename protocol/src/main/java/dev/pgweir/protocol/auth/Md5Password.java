package dev.pgweir.protocol.auth;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * PostgreSQL's md5 passwords. The stored hash is {@code "md5" + hex(md5(password + user))}; what a client sends is
 * {@code "md5" + hex(md5(hex part of the hash + salt))}, with four random bytes of salt chosen by the server. (PostgreSQL
 * documentation, Protocol Flow, AuthenticationMD5Password.) Stateless, for any thread.
 */
public final class Md5Password {
    /** Bytes of salt in AuthenticationMD5Password. */
    public static final int SALT_LENGTH = 4;

    private static final String PREFIX = "md5";
    private static final int HEX_LENGTH = 32;

    private Md5Password() {}

    /** Whether a stored secret is an md5 hash: the prefix and 32 lower-case hexadecimal digits, as PostgreSQL decides it. */
    public static boolean isHash(String secret) {
        return secret.length() == PREFIX.length() + HEX_LENGTH
                && secret.startsWith(PREFIX)
                && secret.chars().skip(PREFIX.length()).allMatch(Md5Password::isLowerHex);
    }

    /** The hash PostgreSQL stores for a role: 35 characters, beginning with {@code md5}. */
    public static String hash(String password, String user) {
        return hex(password.getBytes(UTF_8), user.getBytes(UTF_8));
    }

    /**
     * What to answer to AuthenticationMD5Password.
     *
     * @param hash as {@link #hash} makes it
     * @param salt the {@value #SALT_LENGTH} bytes of the request
     */
    public static String response(String hash, byte[] salt) {
        return hex(hash.substring(PREFIX.length()).getBytes(US_ASCII), salt);
    }

    /** Whether a client's answer is right for this hash and salt. Takes the same time wherever they differ. */
    public static boolean verify(String hash, byte[] salt, String answer) {
        return MessageDigest.isEqual(response(hash, salt).getBytes(US_ASCII), answer.getBytes(UTF_8));
    }

    private static String hex(byte[] first, byte[] second) {
        MessageDigest md5;
        try {
            md5 = MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime has no MD5", e);
        }
        md5.update(first);
        md5.update(second);
        return PREFIX + HexFormat.of().formatHex(md5.digest());
    }

    private static boolean isLowerHex(int c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    }
}

package dev.pgweir.protocol.auth.scram;

import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The functions of RFC 5802 section 2.2 over SHA-256, under their names there. Stateless, for any thread. */
public final class ScramFunctions {
    /** Bytes of a SHA-256 digest, hence of every key, signature and proof. */
    public static final int KEY_LENGTH = 32;

    /** INT(1) of RFC 5802: the number of the first block, and one block is all that SHA-256 needs. */
    private static final byte[] FIRST_BLOCK = {0, 0, 0, 1};

    private ScramFunctions() {}

    /** HMAC-SHA-256 over the concatenation of {@code parts}. */
    public static byte[] hmac(byte[] key, byte[]... parts) {
        Mac mac = mac(key);
        for (byte[] part : parts) {
            mac.update(part);
        }
        return mac.doFinal();
    }

    /** H, SHA-256. */
    public static byte[] h(byte[] data) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(data);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime has no SHA-256", e);
        }
    }

    /**
     * Hi, which is PBKDF2 with HMAC-SHA-256. Costs {@code iterations} HMACs, 1 to 2 ms for PostgreSQL's 4096: not for an
     * event loop. Written out because the JDK's PBKDF2 takes characters, and a password is bytes here.
     */
    static byte[] hi(byte[] password, byte[] salt, int iterations) {
        Mac mac = mac(password);
        mac.update(salt);
        byte[] u = mac.doFinal(FIRST_BLOCK);
        byte[] result = u.clone();
        for (int i = 1; i < iterations; i++) {
            u = mac.doFinal(u);
            for (int j = 0; j < result.length; j++) {
                result[j] ^= u[j];
            }
        }
        return result;
    }

    static byte[] xor(byte[] a, byte[] b) {
        byte[] result = new byte[a.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = (byte) (a[i] ^ b[i]);
        }
        return result;
    }

    private static Mac mac(byte[] key) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            // HMAC pads short keys with zeros, so one zero is the empty key, which the JDK refuses to take as it is.
            mac.init(new SecretKeySpec(key.length == 0 ? new byte[1] : key, "HmacSHA256"));
            return mac;
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("this Java runtime has no HmacSHA256", e);
        }
    }
}

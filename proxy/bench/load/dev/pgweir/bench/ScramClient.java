package dev.pgweir.bench;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The client's side of SCRAM-SHA-256 (RFC 7677). Keeps the key of each salt, as drivers that log in often do: with
 * its 4096 iterations in each login the client would be what is measured. Trusts the server. For one thread.
 */
final class ScramClient {
    private final String password;
    private final Map<String, byte[]> saltedPasswords = new HashMap<>();

    ScramClient(String password) {
        this.password = password;
    }

    String nonce() {
        return Long.toString(ThreadLocalRandom.current().nextLong() >>> 1, 36) + "pgweir-bench";
    }

    static String first(String nonce) {
        return "n,,n=,r=" + nonce;
    }

    /** The answer to the server's first message. */
    String last(String nonce, String challenge) {
        String[] fields = challenge.split(",");
        String bare = "c=biws," + fields[0];
        try {
            byte[] salted = saltedPassword(fields[1].substring(2), Integer.parseInt(fields[2].substring(2)));
            byte[] clientKey = hmac(salted, "Client Key");
            byte[] stored = MessageDigest.getInstance("SHA-256").digest(clientKey);
            byte[] signature = hmac(stored, "n=,r=" + nonce + "," + challenge + "," + bare);
            for (int i = 0; i < clientKey.length; i++) {
                clientKey[i] ^= signature[i];
            }
            return bare + ",p=" + Base64.getEncoder().encodeToString(clientKey);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private byte[] saltedPassword(String salt, int iterations) throws GeneralSecurityException {
        byte[] known = saltedPasswords.get(salt);
        if (known == null) {
            byte[] bytes = Base64.getDecoder().decode(salt);
            PBEKeySpec spec = new PBEKeySpec(password.toCharArray(), bytes, iterations, 256);
            known = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(spec)
                    .getEncoded();
            saltedPasswords.put(salt, known);
        }
        return known;
    }

    private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(StandardCharsets.US_ASCII));
    }
}

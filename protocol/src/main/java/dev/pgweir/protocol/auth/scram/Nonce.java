package dev.pgweir.protocol.auth.scram;

import java.security.SecureRandom;
import java.util.Base64;

/** Nonces: made here, or taken from a peer within limits. */
final class Nonce {
    /**
     * Longest nonce taken from a peer, in characters, its own part or both together. PostgreSQL and its drivers send 24
     * and 48; a peer that sends kilobytes has buffers in mind.
     */
    static final int MAX_LENGTH = 512;

    /** Random bytes in a nonce made here, as in PostgreSQL: 24 characters of base64. */
    private static final int RANDOM_BYTES = 18;

    private Nonce() {}

    static String make(SecureRandom random) {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }

    /** RFC 5802: one or more printable ASCII characters other than a comma (which ends the attribute before this). */
    static String check(String nonce) throws ScramException {
        if (nonce.isEmpty()) {
            throw new ScramException("malformed SCRAM message: the nonce is empty");
        }
        if (nonce.length() > MAX_LENGTH) {
            throw new ScramException("malformed SCRAM message: the nonce is longer than " + MAX_LENGTH + " characters");
        }
        if (!nonce.chars().allMatch(c -> c > ' ' && c < 0x7F)) {
            throw new ScramException("malformed SCRAM message: the nonce is not printable ASCII");
        }
        return nonce;
    }
}

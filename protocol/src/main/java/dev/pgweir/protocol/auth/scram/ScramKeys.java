package dev.pgweir.protocol.auth.scram;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.util.Arrays;

/**
 * What it takes to log in by SCRAM without the password: ClientKey and ServerKey, with the salt and the iteration count
 * they were derived with. Whoever holds them can log in wherever the same secret is stored, so they are as sensitive as
 * the password. Immutable, for any thread.
 */
public final class ScramKeys {
    /** As in RFC 5802 section 3. */
    private static final byte[] CLIENT_KEY_NAME = "Client Key".getBytes(US_ASCII);

    private static final byte[] SERVER_KEY_NAME = "Server Key".getBytes(US_ASCII);

    private final byte[] salt;
    private final int iterations;
    private final byte[] clientKey;
    private final byte[] serverKey;

    /** Takes the arrays over: the caller must not change them afterwards. */
    ScramKeys(byte[] salt, int iterations, byte[] clientKey, byte[] serverKey) {
        this.salt = salt;
        this.iterations = iterations;
        this.clientKey = clientKey;
        this.serverKey = serverKey;
    }

    /**
     * Derives the keys from a password, prepared by {@link SaslPrep}. Costs {@code iterations} HMACs (1 to 2 ms for 4096,
     * half a second for a million): must not run on an event loop.
     *
     * @param iterations at least 1
     */
    public static ScramKeys derive(String password, byte[] salt, int iterations) {
        if (iterations < 1) {
            throw new IllegalArgumentException("iterations must be at least 1");
        }
        byte[] prepared = SaslPrep.prepare(password).getBytes(UTF_8);
        byte[] saltedPassword = ScramFunctions.hi(prepared, salt, iterations);
        ScramKeys keys = new ScramKeys(
                salt.clone(),
                iterations,
                ScramFunctions.hmac(saltedPassword, CLIENT_KEY_NAME),
                ScramFunctions.hmac(saltedPassword, SERVER_KEY_NAME));
        Arrays.fill(prepared, (byte) 0);
        Arrays.fill(saltedPassword, (byte) 0);
        return keys;
    }

    /** What a server stores to check a login with these keys. Costs one hash. */
    public ScramSecret toSecret() {
        return new ScramSecret(salt, iterations, ScramFunctions.h(clientKey), serverKey);
    }

    /** Whether the keys are good for a server that names this salt and iteration count. */
    public boolean fits(ScramDerivation wanted) {
        return iterations == wanted.iterations() && Arrays.equals(salt, wanted.salt());
    }

    byte[] clientKey() {
        return clientKey;
    }

    byte[] serverKey() {
        return serverKey;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ScramKeys that
                && iterations == that.iterations
                && Arrays.equals(salt, that.salt)
                && MessageDigest.isEqual(clientKey, that.clientKey)
                && MessageDigest.isEqual(serverKey, that.serverKey);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(salt);
    }

    @Override
    public String toString() {
        return "ScramKeys[iterations=" + iterations + ", keys not shown]";
    }
}

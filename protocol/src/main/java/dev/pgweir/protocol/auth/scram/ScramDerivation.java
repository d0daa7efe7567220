package dev.pgweir.protocol.auth.scram;

import java.util.Arrays;

/**
 * The salt and iteration count a key is derived with: what a server names in its first message. Immutable, for any
 * thread.
 */
public final class ScramDerivation {
    private final byte[] salt;
    private final int iterations;

    /** @param iterations at least 1 */
    public ScramDerivation(byte[] salt, int iterations) {
        if (iterations < 1) {
            throw new IllegalArgumentException("iterations must be at least 1");
        }
        this.salt = salt.clone();
        this.iterations = iterations;
    }

    /** A copy of the salt. */
    public byte[] salt() {
        return salt.clone();
    }

    /** How many HMACs the derivation costs. */
    public int iterations() {
        return iterations;
    }

    /** Derives the keys: expensive, see {@link ScramKeys#derive}. */
    public ScramKeys derive(String password) {
        return ScramKeys.derive(password, salt, iterations);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ScramDerivation that && iterations == that.iterations && Arrays.equals(salt, that.salt);
    }

    @Override
    public int hashCode() {
        return 31 * iterations + Arrays.hashCode(salt);
    }

    @Override
    public String toString() {
        return "ScramDerivation[iterations=" + iterations + "]";
    }
}

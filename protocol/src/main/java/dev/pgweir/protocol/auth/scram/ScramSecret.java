package dev.pgweir.protocol.auth.scram;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What PostgreSQL stores in {@code pg_authid.rolpassword} for SCRAM:
 * {@code SCRAM-SHA-256$ITERATIONS:SALT$StoredKey:ServerKey}, the last three in base64. It can check a login; it cannot log
 * in by itself. Immutable, for any thread.
 */
public final class ScramSecret {
    /** How every SCRAM secret begins. */
    public static final String PREFIX = "SCRAM-SHA-256$";

    private static final Pattern FORMAT =
            Pattern.compile("SCRAM-SHA-256\\$([0-9]{1,10}):([A-Za-z0-9+/=]+)\\$([A-Za-z0-9+/=]+):([A-Za-z0-9+/=]+)");

    private final byte[] salt;
    private final int iterations;
    private final byte[] storedKey;
    private final byte[] serverKey;

    /** Takes the arrays over: the caller must not change them afterwards. */
    ScramSecret(byte[] salt, int iterations, byte[] storedKey, byte[] serverKey) {
        this.salt = salt;
        this.iterations = iterations;
        this.storedKey = storedKey;
        this.serverKey = serverKey;
    }

    /**
     * Reads PostgreSQL's form.
     *
     * @throws ScramException when it is not well-formed; the text names the part, not its value
     */
    public static ScramSecret parse(String text) throws ScramException {
        Matcher matcher = FORMAT.matcher(text);
        if (!matcher.matches()) {
            throw new ScramException(
                    "malformed SCRAM secret: expected " + PREFIX + "iterations:salt$StoredKey:ServerKey");
        }
        long iterations = Long.parseLong(matcher.group(1));
        if (iterations < 1 || iterations > Integer.MAX_VALUE) {
            throw new ScramException("malformed SCRAM secret: iteration count out of range");
        }
        return new ScramSecret(
                StrictBase64.decode(matcher.group(2), "salt of the SCRAM secret"),
                (int) iterations,
                StrictBase64.decodeKey(matcher.group(3), "StoredKey of the SCRAM secret"),
                StrictBase64.decodeKey(matcher.group(4), "ServerKey of the SCRAM secret"));
    }

    /** PostgreSQL's form, which {@link #parse} reads. A secret: not for logs. */
    public String format() {
        Base64.Encoder base64 = Base64.getEncoder();
        return PREFIX
                + iterations
                + ':'
                + base64.encodeToString(salt)
                + '$'
                + base64.encodeToString(storedKey)
                + ':'
                + base64.encodeToString(serverKey);
    }

    /** How keys for this secret are derived from the password. */
    public ScramDerivation derivation() {
        return new ScramDerivation(salt, iterations);
    }

    /** Whether keys derived from a password belong to this secret, in constant time. Costs one hash. */
    public boolean matches(ScramKeys keys) {
        return equals(keys.toSecret());
    }

    byte[] storedKey() {
        return storedKey;
    }

    byte[] serverKey() {
        return serverKey;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ScramSecret that
                && iterations == that.iterations
                && Arrays.equals(salt, that.salt)
                && MessageDigest.isEqual(storedKey, that.storedKey)
                && MessageDigest.isEqual(serverKey, that.serverKey);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(salt);
    }

    @Override
    public String toString() {
        return "ScramSecret[iterations=" + iterations + ", keys not shown]";
    }
}

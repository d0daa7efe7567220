package dev.pgweir.proxy.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.pgweir.protocol.auth.Md5Password;
import dev.pgweir.protocol.auth.scram.ScramException;
import dev.pgweir.protocol.auth.scram.ScramKeys;
import dev.pgweir.protocol.auth.scram.ScramSecret;
import java.security.MessageDigest;

/**
 * What is known of a user's password. Checks the user's login to PgWeir, and logs in to PostgreSQL in the user's name as
 * far as it goes. Immutable, for any thread; never shows its secret as text.
 *
 * <table>
 *   <caption>What each can be used for</caption>
 *   <tr><th></th><th>checks a client</th><th>answers a server</th></tr>
 *   <tr><td>{@link Plain}</td><td>plain, md5, scram-sha-256</td><td>cleartext, md5, SCRAM</td></tr>
 *   <tr><td>{@link Md5}</td><td>plain, md5</td><td>md5</td></tr>
 *   <tr><td>{@link Scram}</td><td>plain, scram-sha-256</td><td></td></tr>
 *   <tr><td>{@link ScramPassThrough}</td><td>plain, scram-sha-256</td><td>SCRAM with the same secret</td></tr>
 *   <tr><td>{@link None}</td><td></td><td></td></tr>
 * </table>
 */
public sealed interface Credential {
    /**
     * Reads a secret as it stands in {@code auth_file} or {@code pg_authid}: an md5 hash, a SCRAM secret, or else the
     * password itself.
     *
     * @throws IllegalArgumentException when it begins like a SCRAM secret and is none. Taking it for a password, as
     *     PostgreSQL does, would let whoever reads the damaged secret log in with it.
     */
    static Credential parse(String secret) {
        if (Md5Password.isHash(secret)) {
            return new Md5(secret);
        }
        if (!secret.startsWith(ScramSecret.PREFIX)) {
            return secret.isEmpty() ? new None() : new Plain(secret);
        }
        try {
            return new Scram(ScramSecret.parse(secret));
        } catch (ScramException e) {
            throw new IllegalArgumentException(e.getMessage());
        }
    }

    /**
     * The password itself.
     *
     * @param password not empty: PostgreSQL and PgBouncer take no empty password, see {@link None}
     */
    record Plain(String password) implements Credential {
        public Plain {
            if (password.isEmpty()) {
                throw new IllegalArgumentException("a password is not empty");
            }
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Plain that && same(password, that.password);
        }

        @Override
        public int hashCode() {
            return password.hashCode();
        }

        @Override
        public String toString() {
            return "Plain[not shown]";
        }
    }

    /**
     * PostgreSQL's md5 hash of the password.
     *
     * @param hash as {@link Md5Password#hash} makes it
     */
    record Md5(String hash) implements Credential {
        @Override
        public boolean equals(Object other) {
            return other instanceof Md5 that && same(hash, that.hash);
        }

        @Override
        public int hashCode() {
            return hash.hashCode();
        }

        @Override
        public String toString() {
            return "Md5[not shown]";
        }
    }

    /**
     * What a server stores for SCRAM. Only a client's login by SCRAM turns it into something that can log in.
     *
     * @param secret shows no key as text
     */
    record Scram(ScramSecret secret) implements Credential {}

    /**
     * The keys of a client that has logged in by SCRAM.
     *
     * @param keys shows no key as text
     */
    record ScramPassThrough(ScramKeys keys) implements Credential {}

    /** The user is known, but has no password: can be trusted, cannot prove anything. */
    record None() implements Credential {}

    /** Whether no server takes it. */
    default boolean onlyChecksClients() {
        return this instanceof Scram || this instanceof None;
    }

    private static boolean same(String a, String b) {
        return MessageDigest.isEqual(a.getBytes(UTF_8), b.getBytes(UTF_8));
    }
}

package dev.pgweir.proxy.auth;

import dev.pgweir.protocol.auth.scram.ScramClientExchange;
import java.security.SecureRandom;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Makes the authenticator for each client that connects. Immutable, shared by all event loops. */
public final class ClientAuthenticators {
    /** Default of {@code scram_iterations}, PostgreSQL's own. */
    public static final int DEFAULT_SCRAM_ITERATIONS = 4096;

    private final SecureRandom random;
    private final KeyDeriver deriver;
    private final UserSalts salts;
    private final int scramIterations;
    private final byte @Nullable [] endPoint;

    /**
     * @param random where challenges and nonces come from
     * @param deriver shared with the logins to servers
     * @param scramIterations {@code scram_iterations}, 1 to {@value ScramClientExchange#MAX_ITERATIONS}: for users whose
     *     stored secret is their password, and for unknown users
     */
    public ClientAuthenticators(SecureRandom random, KeyDeriver deriver, int scramIterations) {
        this(random, deriver, new UserSalts(random), scramIterations, null);
    }

    private ClientAuthenticators(
            SecureRandom random, KeyDeriver deriver, UserSalts salts, int scramIterations, byte @Nullable [] endPoint) {
        if (scramIterations < 1 || scramIterations > ScramClientExchange.MAX_ITERATIONS) {
            throw new IllegalArgumentException(
                    "scram_iterations must be from 1 to " + ScramClientExchange.MAX_ITERATIONS);
        }
        this.random = random;
        this.deriver = deriver;
        this.salts = salts;
        this.scramIterations = scramIterations;
        this.endPoint = endPoint;
    }

    /** The same with another {@code scram_iterations}: salts stay, so a reload is not seen by those it doesn't concern. */
    public ClientAuthenticators withScramIterations(int iterations) {
        return iterations == scramIterations
                ? this
                : new ClientAuthenticators(random, deriver, salts, iterations, endPoint);
    }

    /**
     * The same for a connection by TLS, to which SCRAM can be bound.
     *
     * @param hash {@code tls-server-end-point} of the own certificate; null if there is nothing to bind to
     */
    public ClientAuthenticators withChannelBinding(byte @Nullable [] hash) {
        return hash == null && endPoint == null
                ? this
                : new ClientAuthenticators(random, deriver, salts, scramIterations, hash);
    }

    /**
     * The authenticator for one login.
     *
     * @param user the name in the startup message
     * @param credential what is stored for that user, null when it is not known
     */
    public ClientAuthenticator create(AuthMethod method, String user, @Nullable Credential credential) {
        return switch (method) {
            case TRUST -> decided(user, credential, AuthFailures.trust());
            case ANY -> decided(user, credential == null ? new Credential.None() : credential, AuthFailures.trust());
            case PLAIN -> new PlainAuthenticator(user, credential, deriver);
            case MD5 ->
                needsScram(credential) ? scram(user, credential) : new Md5Authenticator(user, credential, random);
            case SCRAM_SHA_256 -> scram(user, credential);
            case PEER -> new PeerAuthenticator(user, credential, user::equals, null);
            case CERT -> certificate(user, credential, user::equals, null);
        };
    }

    /**
     * The authenticator of a user whose credential has to be asked for first.
     *
     * @param method makes the login for what was found, null for an unknown user
     * @param tellsWhoExists whether an unknown user is told so at once, as PgBouncer does; else its login goes on and fails
     *     at its end
     */
    public ClientAuthenticator lookedUp(
            CredentialLookup lookup,
            Function<@Nullable Credential, ClientAuthenticator> method,
            boolean tellsWhoExists) {
        return new LookupAuthenticator(lookup, method, tellsWhoExists);
    }

    /**
     * The authenticator for somebody for whom PostgreSQL was asked in vain. It does as for one whose secret is of the kind
     * that PostgreSQL makes since version 14, or else the challenge would tell who exists.
     *
     * @param found null: there is no such user; else {@link Credential.None}
     */
    public ClientAuthenticator withoutSecret(String user, @Nullable Credential found) {
        return scram(user, found);
    }

    /**
     * The authenticator for a login by {@link AuthMethod#PEER} through a Unix socket.
     *
     * @param allowed whether a user of the operating system may log in as {@code user}
     * @param systemUser looks the user of the client's process up; called on a thread that may wait
     */
    public ClientAuthenticator peer(
            String user,
            @Nullable Credential credential,
            Predicate<String> allowed,
            Supplier<@Nullable String> systemUser) {
        return new PeerAuthenticator(user, credential, allowed, systemUser);
    }

    /**
     * The authenticator for a login by {@link AuthMethod#CERT}.
     *
     * @param allowed whether the holder of a certificate in some name may log in as {@code user}
     * @param name the name in the certificate that the TLS handshake has verified; null: there is none
     */
    public ClientAuthenticator certificate(
            String user, @Nullable Credential credential, Predicate<String> allowed, @Nullable String name) {
        if (name == null) {
            return new FixedAuthenticator(
                    AuthFailures.certificate("there is no TLS connection with a verified certificate"));
        }
        if (!allowed.test(name)) {
            return new FixedAuthenticator(AuthFailures.certificate("TLS certificate name mismatch: " + name));
        }
        return decided(user, credential, AuthFailures.certificate("the user is not known"));
    }

    /** Nothing more is to be proven: lets in who is known. */
    private static ClientAuthenticator decided(String user, @Nullable Credential credential, ClientAuthStep refusal) {
        return new FixedAuthenticator(
                credential == null
                        ? refusal
                        : new ClientAuthStep.Success(new AuthenticatedUser(user, credential), null));
    }

    /** The authenticator for a login whose password a directory judges. */
    public ClientAuthenticator ldap(String user, PasswordJudge directory) {
        return new LdapAuthenticator(user, directory);
    }

    /**
     * Lets nobody in.
     *
     * @param why for the log
     */
    public ClientAuthenticator reject(String why) {
        return new FixedAuthenticator(AuthFailures.rejected(why));
    }

    private static boolean needsScram(@Nullable Credential credential) {
        return credential instanceof Credential.Scram || credential instanceof Credential.ScramPassThrough;
    }

    private ClientAuthenticator scram(String user, @Nullable Credential credential) {
        return new ScramAuthenticator(
                user, credential, salts.derivation(user, scramIterations), random, deriver, endPoint);
    }
}

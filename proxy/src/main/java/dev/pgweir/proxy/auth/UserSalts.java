package dev.pgweir.proxy.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.pgweir.protocol.auth.scram.ScramDerivation;
import dev.pgweir.protocol.auth.scram.ScramFunctions;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * Salts for users that have no SCRAM secret: those whose password is stored as it is, and those who don't exist. A user's
 * salt stays the same for the life of the process, as a stored one would, so that asking twice does not show who exists;
 * and the first kind is derived once only. (PostgreSQL makes its mock salt in the same manner, from a secret of the
 * cluster and the user's name.) Immutable, for any thread.
 */
final class UserSalts {
    /** As long as PostgreSQL's, or it would show. */
    private static final int SALT_LENGTH = 16;

    private final byte[] processSecret = new byte[ScramFunctions.KEY_LENGTH];

    UserSalts(SecureRandom random) {
        random.nextBytes(processSecret);
    }

    ScramDerivation derivation(String user, int iterations) {
        byte[] mac = ScramFunctions.hmac(processSecret, user.getBytes(UTF_8));
        return new ScramDerivation(Arrays.copyOf(mac, SALT_LENGTH), iterations);
    }
}

package dev.pgweir.protocol.auth.scram;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of one SCRAM-SHA-256 login (RFC 5802 section 5):
 *
 * <pre>
 *   client-first ──{@link #onClientFirst}──▶ server-first     needs salt and iteration count only
 *   client-final ──{@link #onClientFinal}──▶ server-final     needs the secret
 * </pre>
 *
 * The secret is asked for in the last step, so deriving it from a stored password may run while the client derives its
 * own keys. A user that is not known goes through the same steps without a secret and always fails at the last one.
 *
 * <p>Where channel binding is not offered, the flags {@code n} and {@code y} are right and {@code p} is refused. Where
 * SCRAM-SHA-256-PLUS is offered, {@code y} is refused: it means that somebody took PLUS out of the list.
 *
 * <p>The user name in the message is checked for form and otherwise ignored, as in PostgreSQL: the one of the startup
 * message counts. For one connection, one thread at a time; never blocks.
 */
public final class ScramServerExchange {
    /** Stands in where there is no secret, so that an unknown user costs the same HMACs. */
    private static final byte[] NO_KEY = new byte[ScramFunctions.KEY_LENGTH];

    private final byte[] salt;
    private final int iterations;
    private final String ownNonce;
    private final byte @Nullable [] endPoint;
    private boolean bound;

    private @Nullable ClientFirst clientFirst;
    private String serverFirst = "";
    private String nonce = "";

    /** @param random where the nonce comes from */
    public ScramServerExchange(ScramDerivation derivation, SecureRandom random) {
        this(derivation, random, null);
    }

    /**
     * The same over a channel that a login can be bound to.
     *
     * @param endPoint {@code tls-server-end-point} of the own certificate; null if channel binding is not offered
     */
    public ScramServerExchange(ScramDerivation derivation, SecureRandom random, byte @Nullable [] endPoint) {
        this(derivation, Nonce.make(random), endPoint);
    }

    ScramServerExchange(ScramDerivation derivation, String ownNonce) {
        this(derivation, ownNonce, null);
    }

    ScramServerExchange(ScramDerivation derivation, String ownNonce, byte @Nullable [] endPoint) {
        this.endPoint = endPoint == null ? null : endPoint.clone();
        this.salt = derivation.salt();
        this.iterations = derivation.iterations();
        this.ownNonce = ownNonce;
    }

    /**
     * Which mechanism the client has chosen; called before its first message.
     *
     * @param plus whether it is SCRAM-SHA-256-PLUS
     */
    public void expectBinding(boolean plus) {
        if (plus && endPoint == null) {
            throw new IllegalStateException("channel binding was not offered");
        }
        bound = plus;
    }

    /**
     * Takes client-first-message.
     *
     * @return server-first-message
     * @throws ScramException the message is malformed or asks for what is not offered; the login has failed
     */
    public String onClientFirst(byte[] message) throws ScramException {
        if (clientFirst != null) {
            throw new IllegalStateException("client-first-message was already taken");
        }
        ClientFirst first = ClientFirst.parse(message, endPoint != null, bound);
        clientFirst = first;
        nonce = first.nonce() + ownNonce;
        serverFirst = "r=" + nonce + ",s=" + Base64.getEncoder().encodeToString(salt) + ",i=" + iterations;
        return serverFirst;
    }

    /**
     * Takes client-final-message and decides.
     *
     * @param secret made with the salt and iteration count of this exchange, or null for a user that cannot log in
     * @return null when the proof is wrong
     * @throws ScramException the message is malformed; the login has failed
     */
    public @Nullable Accepted onClientFinal(byte[] message, @Nullable ScramSecret secret) throws ScramException {
        ClientFirst first = clientFirst;
        if (first == null) {
            throw new IllegalStateException("client-first-message comes first");
        }
        String text = AttributeReader.decode(message);
        AttributeReader reader = new AttributeReader(text, 0);
        // The whole value is compared: it carries the client's gs2 header, which nothing else protects.
        String binding =
                ChannelBinding.attribute(first.gs2Header(), bound && endPoint != null ? endPoint : new byte[0]);
        if (!reader.expect('c').equals(binding)) {
            throw new ScramException(
                    bound
                            ? "SCRAM channel binding check failed"
                            : "unexpected SCRAM channel-binding attribute in client-final-message");
        }
        if (!reader.expect('r').equals(nonce)) {
            throw new ScramException("invalid SCRAM response: the nonce does not match");
        }
        while (!reader.nextIs('p')) {
            reader.skipExtension();
        }
        int endOfUnproven = reader.position() - 1;
        byte[] proof = StrictBase64.decodeKey(reader.expect('p'), "proof");
        if (!reader.atEnd()) {
            throw new ScramException("malformed SCRAM message: something follows the proof");
        }
        byte[] authMessage =
                (first.bare() + ',' + serverFirst + ',' + text.substring(0, endOfUnproven)).getBytes(UTF_8);

        byte[] storedKey = secret == null ? NO_KEY : secret.storedKey();
        byte[] serverKey = secret == null ? NO_KEY : secret.serverKey();
        byte[] clientKey = ScramFunctions.xor(proof, ScramFunctions.hmac(storedKey, authMessage));
        boolean proven = MessageDigest.isEqual(ScramFunctions.h(clientKey), storedKey);
        byte[] serverSignature = ScramFunctions.hmac(serverKey, authMessage);
        if (!proven || secret == null) {
            return null;
        }
        return new Accepted(
                "v=" + Base64.getEncoder().encodeToString(serverSignature),
                new ScramKeys(salt, iterations, clientKey, serverKey));
    }

    /**
     * The client has proven that it knows the password.
     *
     * @param serverFinal server-final-message, to be sent
     * @param keys the client's, recovered from its proof: good for a login to a server that stores the same secret
     */
    public record Accepted(String serverFinal, ScramKeys keys) {}
}

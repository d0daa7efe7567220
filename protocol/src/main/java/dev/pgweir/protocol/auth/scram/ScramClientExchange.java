package dev.pgweir.protocol.auth.scram;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of one SCRAM-SHA-256 login (RFC 5802 section 5), wary of the server:
 *
 * <pre>
 *   {@link #clientFirst} ──▶ server-first ──{@link #onServerFirst}──▶ which keys are wanted
 *   {@link #clientFinal}(keys) ──▶ server-final ──{@link #onServerFinal}──▶ {@link #isServerVerified}
 * </pre>
 *
 * Between the second and the third step the caller finds the keys: those it holds if they fit, else it derives them from
 * the password on a thread that may be kept busy. A login must not be taken as done before {@link #isServerVerified}:
 * until then the server has not shown that it knows the secret.
 *
 * <p>For one connection, one thread at a time; never blocks.
 */
public final class ScramClientExchange {
    /**
     * Highest iteration count a server may ask for. PostgreSQL's default is 4096 and the highest recommendation for
     * PBKDF2 with SHA-256 is 600,000. A million costs a core about half a second; the 2,000 million that the
     * protocol allows would cost many minutes, for one message of a hostile server.
     */
    public static final int MAX_ITERATIONS = 1_000_000;

    /** Longest salt taken from a server, in bytes. PostgreSQL's own have 16. */
    public static final int MAX_SALT_LENGTH = 256;

    private enum Step {
        START,
        FIRST_SENT,
        FIRST_RECEIVED,
        FINAL_SENT,
        VERIFIED
    }

    private final ChannelBinding binding;
    private final String bare;
    private final String ownNonce;
    private Step step = Step.START;
    private String serverFirst = "";
    private String nonce = "";
    private byte @Nullable [] expectedSignature;

    /** @param random where the nonce comes from */
    public ScramClientExchange(SecureRandom random) {
        this(random, ChannelBinding.NONE);
    }

    /**
     * The same over a channel.
     *
     * @param binding agrees with the mechanism that is chosen: bound for SCRAM-SHA-256-PLUS, and for no other
     */
    public ScramClientExchange(SecureRandom random, ChannelBinding binding) {
        // PostgreSQL ignores the name here in favour of the one in the startup message; libpq leaves it empty as well.
        this("", Nonce.make(random), binding);
    }

    ScramClientExchange(String user, String ownNonce) {
        this(user, ownNonce, ChannelBinding.NONE);
    }

    private ScramClientExchange(String user, String ownNonce, ChannelBinding binding) {
        this.binding = binding;
        this.ownNonce = ownNonce;
        this.bare = "n=" + user + ",r=" + ownNonce;
    }

    /** client-first-message. */
    public String clientFirst() {
        advance(Step.START, Step.FIRST_SENT);
        return binding.gs2Header() + bare;
    }

    /**
     * Takes server-first-message.
     *
     * @return what the keys have to be derived with: salt of at most {@value #MAX_SALT_LENGTH} bytes, at most {@value
     *     #MAX_ITERATIONS} iterations
     * @throws ScramException the message is malformed or beyond a limit
     */
    public ScramDerivation onServerFirst(byte[] message) throws ScramException {
        advance(Step.FIRST_SENT, Step.FIRST_RECEIVED);
        String text = AttributeReader.decode(message);
        AttributeReader reader = new AttributeReader(text, 0);
        reader.refuseMandatoryExtension();
        nonce = Nonce.check(reader.expect('r'));
        if (!nonce.startsWith(ownNonce) || nonce.length() == ownNonce.length()) {
            throw new ScramException("invalid SCRAM response: the server's nonce does not extend the client's");
        }
        byte[] salt = StrictBase64.decode(reader.expect('s'), "salt");
        if (salt.length > MAX_SALT_LENGTH) {
            throw new ScramException("malformed SCRAM message: the salt is longer than " + MAX_SALT_LENGTH + " bytes");
        }
        int iterations = iterations(reader.expect('i'));
        while (!reader.atEnd()) {
            reader.skipExtension();
        }
        serverFirst = text;
        return new ScramDerivation(salt, iterations);
    }

    /**
     * client-final-message.
     *
     * @param keys derived with what {@link #onServerFirst} returned
     */
    public String clientFinal(ScramKeys keys) {
        advance(Step.FIRST_RECEIVED, Step.FINAL_SENT);
        String withoutProof = "c=" + binding.attribute() + ",r=" + nonce;
        byte[] authMessage = (bare + ',' + serverFirst + ',' + withoutProof).getBytes(UTF_8);
        byte[] storedKey = ScramFunctions.h(keys.clientKey());
        byte[] proof = ScramFunctions.xor(keys.clientKey(), ScramFunctions.hmac(storedKey, authMessage));
        expectedSignature = ScramFunctions.hmac(keys.serverKey(), authMessage);
        return withoutProof + ",p=" + Base64.getEncoder().encodeToString(proof);
    }

    /**
     * Takes server-final-message and checks the server's signature.
     *
     * @throws ScramException the message is malformed, an error, or the server does not know the secret
     */
    public void onServerFinal(byte[] message) throws ScramException {
        byte[] expected = expectedSignature;
        if (step != Step.FINAL_SENT || expected == null) {
            throw new IllegalStateException("server-final-message is not expected in step " + step);
        }
        AttributeReader reader = new AttributeReader(AttributeReader.decode(message), 0);
        if (reader.nextIs('e')) {
            throw new ScramException("the server refused the SCRAM login: " + printable(reader.expect('e')));
        }
        byte[] signature = StrictBase64.decodeKey(reader.expect('v'), "server signature");
        while (!reader.atEnd()) {
            reader.skipExtension();
        }
        if (!MessageDigest.isEqual(signature, expected)) {
            throw new ScramException("incorrect server signature: the server does not know the user's secret");
        }
        advance(Step.FINAL_SENT, Step.VERIFIED);
    }

    /** Whether the server has proven that it knows the secret. */
    public boolean isServerVerified() {
        return step == Step.VERIFIED;
    }

    private static int iterations(String text) throws ScramException {
        // Seven digits hold every count up to the limit, and keep a long row of digits from being parsed at all.
        if (text.isEmpty() || text.length() > 7 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw badIterations();
        }
        int iterations = Integer.parseInt(text);
        if (iterations < 1 || iterations > MAX_ITERATIONS) {
            throw badIterations();
        }
        return iterations;
    }

    private static ScramException badIterations() {
        return new ScramException("invalid SCRAM iteration count: it must be a number from 1 to " + MAX_ITERATIONS);
    }

    /** RFC 5802's errors are short words; more than that, or anything that could play with a log, is cut. */
    private static String printable(String error) {
        int length = Math.min(error.length(), 64);
        StringBuilder result = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            char c = error.charAt(i);
            result.append(c >= ' ' && c < 0x7F ? c : '?');
        }
        return result.toString();
    }

    private void advance(Step from, Step to) {
        if (step != from) {
            throw new IllegalStateException("SCRAM step " + to + " is not possible after " + step);
        }
        step = to;
    }
}

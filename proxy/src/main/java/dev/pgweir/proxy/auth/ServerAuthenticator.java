package dev.pgweir.proxy.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.pgweir.config.value.ChannelBindingUse;
import dev.pgweir.protocol.auth.Md5Password;
import dev.pgweir.protocol.auth.scram.ChannelBinding;
import dev.pgweir.protocol.auth.scram.ScramClientExchange;
import dev.pgweir.protocol.auth.scram.ScramDerivation;
import dev.pgweir.protocol.auth.scram.ScramException;
import dev.pgweir.protocol.auth.scram.ScramKeys;
import io.netty.buffer.ByteBuf;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Answers PostgreSQL's authentication requests in the name of one user. The server chooses the method, once; the
 * credential decides whether it can be answered (see {@link Credential}).
 *
 * <pre>
 *   START ─ Ok ──────────────────────────────────────────────────────────────▶ OVER
 *     ├─ CleartextPassword, MD5Password ──▶ ANSWERED ─ Ok ───────────────────▶ OVER
 *     └─ SASL ──▶ SASL_STARTED ─ SASLContinue ──▶ (DERIVING) ──▶ PROOF_SENT
 *                            VERIFIED ◀─ SASLFinal, signature right ──┘
 *                               └─ Ok ───────────────────────────────────────▶ OVER
 * </pre>
 *
 * AuthenticationOk counts in no other state: a server that leaves out SASLFinal has not shown that it knows the secret.
 *
 * <p>For one connection, on its event loop only; no method blocks.
 */
public final class ServerAuthenticator {
    private static final String CANNOT_AUTHENTICATE = "28000";
    private static final String PROTOCOL_VIOLATION = "08P01";
    private static final String TOO_MANY_CONNECTIONS = "53300";

    /** PgBouncer's words for a stored secret that does not answer what the server asks. */
    private static final String WRONG_PASSWORD_TYPE = "wrong password type";

    /** Names of a server's SASL mechanisms that are repeated in an error; PostgreSQL has three in all. */
    private static final int MAX_MECHANISMS = 10;

    private enum Phase {
        START,
        ANSWERED,
        SASL_STARTED,
        DERIVING,
        PROOF_SENT,
        VERIFIED,
        OVER
    }

    private final String user;
    private final Credential credential;
    private final SecureRandom random;
    private final KeyDeriver deriver;
    private ScramClientExchange exchange;
    private ChannelBindingUse bindingUse = ChannelBindingUse.PREFER;
    private boolean encrypted;
    private byte @Nullable [] endPoint;
    private boolean bound;
    private Phase phase = Phase.START;
    private CompletableFuture<ScramKeys> derived = new CompletableFuture<>();

    /**
     * @param user the role to log in as
     * @param credential what is known of its password; {@link Credential.None} is enough where the server trusts
     */
    public ServerAuthenticator(String user, Credential credential, SecureRandom random, KeyDeriver deriver) {
        this.user = user;
        this.credential = credential;
        this.random = random;
        this.exchange = new ScramClientExchange(random);
        this.deriver = deriver;
    }

    /**
     * What is known of the connection; called before the first request.
     *
     * @param use whether the login has to be bound to it
     * @param tls whether it is encrypted
     * @param hash {@code tls-server-end-point} of the server's certificate; null if there is nothing to bind to
     */
    public void connection(ChannelBindingUse use, boolean tls, byte @Nullable [] hash) {
        bindingUse = use;
        encrypted = tls;
        endPoint = hash;
    }

    /**
     * Takes the body of a message of type {@code R}.
     *
     * @param body from its reader index to its writer index; read, not released. The caller bounds its length.
     */
    public ServerAuthStep onRequest(ByteBuf body) {
        if (body.readableBytes() < Integer.BYTES) {
            return violation("malformed authentication request from the server");
        }
        int kind = body.readInt();
        try {
            return switch (kind) {
                case LoginMessages.AUTHENTICATION_OK -> onOk();
                case LoginMessages.AUTHENTICATION_CLEARTEXT_PASSWORD -> onCleartextPassword();
                case LoginMessages.AUTHENTICATION_MD5_PASSWORD -> onMd5Password(body);
                case LoginMessages.AUTHENTICATION_SASL -> onSasl(body);
                case LoginMessages.AUTHENTICATION_SASL_CONTINUE -> onSaslContinue(body);
                case LoginMessages.AUTHENTICATION_SASL_FINAL -> onSaslFinal(body);
                default ->
                    fail(
                            CANNOT_AUTHENTICATE,
                            "the server asks for " + nameOf(kind) + " authentication, which PgWeir does not support");
            };
        } catch (ScramException e) {
            return fail(CANNOT_AUTHENTICATE, "SASL authentication failed: " + e.getMessage());
        }
    }

    /** Goes on after {@link ServerAuthStep.Pending}, once its stage is complete. */
    public ServerAuthStep resume() {
        if (phase == Phase.OVER) {
            return violation("the login is over");
        }
        if (phase != Phase.DERIVING || !derived.isDone()) {
            throw new IllegalStateException("the login is not ready to go on");
        }
        if (derived.isCompletedExceptionally()) {
            return fail(TOO_MANY_CONNECTIONS, "the queue for deriving SCRAM keys is full");
        }
        return prove(derived.join());
    }

    private ServerAuthStep onOk() {
        if (bindingUse == ChannelBindingUse.REQUIRE && !bound && phase != Phase.OVER) {
            return unbound("let the login in");
        }
        if (phase == Phase.START || phase == Phase.ANSWERED || phase == Phase.VERIFIED) {
            phase = Phase.OVER;
            return new ServerAuthStep.Done();
        }
        return phase == Phase.OVER
                ? outOfTurn()
                : violation(
                        "the server accepted the login without its SCRAM signature, so it may not be the right one");
    }

    private ServerAuthStep unbound(String did) {
        return fail(
                CANNOT_AUTHENTICATE,
                "server_channel_binding = require, but the server " + did + " without channel binding");
    }

    private ServerAuthStep onCleartextPassword() {
        if (phase != Phase.START) {
            return outOfTurn();
        }
        if (bindingUse == ChannelBindingUse.REQUIRE) {
            return unbound("asks for a password");
        }
        return credential instanceof Credential.Plain plain
                ? answer(LoginMessages.password(plain.password()))
                : unusable();
    }

    private ServerAuthStep onMd5Password(ByteBuf body) {
        if (phase != Phase.START) {
            return outOfTurn();
        }
        if (bindingUse == ChannelBindingUse.REQUIRE) {
            return unbound("asks for a password");
        }
        byte[] salt = PasswordBodies.bytes(body);
        if (salt.length != Md5Password.SALT_LENGTH) {
            return violation("malformed AuthenticationMD5Password from the server");
        }
        if (credential instanceof Credential.Plain plain) {
            return answer(LoginMessages.password(Md5Password.response(Md5Password.hash(plain.password(), user), salt)));
        }
        return credential instanceof Credential.Md5 md5
                ? answer(LoginMessages.password(Md5Password.response(md5.hash(), salt)))
                : unusable();
    }

    private ServerAuthStep onSasl(ByteBuf body) {
        if (phase != Phase.START) {
            return outOfTurn();
        }
        List<String> mechanisms = mechanisms(body);
        bound = endPoint != null
                && bindingUse != ChannelBindingUse.DISABLE
                && mechanisms.contains(LoginMessages.SCRAM_SHA_256_PLUS);
        if (!bound && bindingUse == ChannelBindingUse.REQUIRE) {
            return unbound("asks for SCRAM");
        }
        if (!bound && !mechanisms.contains(LoginMessages.SCRAM_SHA_256)) {
            return fail(
                    CANNOT_AUTHENTICATE,
                    "the server offers no SASL mechanism that PgWeir supports, only: " + String.join(", ", mechanisms));
        }
        if (!(credential instanceof Credential.Plain || credential instanceof Credential.ScramPassThrough)) {
            return unusable();
        }
        phase = Phase.SASL_STARTED;
        exchange = new ScramClientExchange(random, binding());
        return new ServerAuthStep.Send(LoginMessages.saslInitialResponse(
                bound ? LoginMessages.SCRAM_SHA_256_PLUS : LoginMessages.SCRAM_SHA_256, exchange.clientFirst()));
    }

    private ChannelBinding binding() {
        if (bound) {
            return ChannelBinding.tlsServerEndPoint(Objects.requireNonNull(endPoint));
        }
        // A server that did offer it learns by this flag that somebody in between took the offer away.
        return encrypted && endPoint != null && bindingUse != ChannelBindingUse.DISABLE
                ? ChannelBinding.NOT_OFFERED
                : ChannelBinding.NONE;
    }

    private ServerAuthStep onSaslContinue(ByteBuf body) throws ScramException {
        if (phase != Phase.SASL_STARTED) {
            return outOfTurn();
        }
        ScramDerivation wanted = exchange.onServerFirst(PasswordBodies.bytes(body));
        if (credential instanceof Credential.ScramPassThrough passThrough) {
            return passThrough.keys().fits(wanted)
                    ? prove(passThrough.keys())
                    : fail(
                            CANNOT_AUTHENTICATE,
                            "the client's SCRAM keys do not fit: salt and iterations of user \"" + user
                                    + "\" differ between PgWeir and the server");
        }
        if (!(credential instanceof Credential.Plain plain)) {
            return unusable();
        }
        derived = deriver.derive(plain.password(), wanted);
        phase = Phase.DERIVING;
        return derived.isDone() ? resume() : new ServerAuthStep.Pending(KeyDeriver.settled(derived));
    }

    private ServerAuthStep prove(ScramKeys keys) {
        phase = Phase.PROOF_SENT;
        return new ServerAuthStep.Send(LoginMessages.saslResponse(exchange.clientFinal(keys)));
    }

    private ServerAuthStep onSaslFinal(ByteBuf body) throws ScramException {
        if (phase != Phase.PROOF_SENT) {
            return outOfTurn();
        }
        exchange.onServerFinal(PasswordBodies.bytes(body));
        phase = Phase.VERIFIED;
        return new ServerAuthStep.Await();
    }

    private ServerAuthStep answer(LoginMessage message) {
        phase = Phase.ANSWERED;
        return new ServerAuthStep.Send(message);
    }

    private ServerAuthStep unusable() {
        return fail(
                CANNOT_AUTHENTICATE,
                credential instanceof Credential.None
                        ? "the server asks for a password, and none is known for user \"" + user + "\""
                        : WRONG_PASSWORD_TYPE);
    }

    private ServerAuthStep outOfTurn() {
        return violation("unexpected authentication request from the server");
    }

    private ServerAuthStep violation(String message) {
        return fail(PROTOCOL_VIOLATION, message);
    }

    private ServerAuthStep fail(String sqlState, String message) {
        phase = Phase.OVER;
        return new ServerAuthStep.Failure(sqlState, message);
    }

    /** The names in AuthenticationSASL, up to the empty one that ends them; whatever is not a name is cut or replaced. */
    private static List<String> mechanisms(ByteBuf body) {
        List<String> names = new ArrayList<>();
        int length = body.bytesBefore((byte) 0);
        while (length > 0 && names.size() < MAX_MECHANISMS) {
            // RFC 4422 section 3.1: at most 20 characters. No longer name is worth repeating.
            String name = body.toString(body.readerIndex(), Math.min(length, 20), UTF_8);
            names.add(name.replaceAll("[^ -~]", "?"));
            body.skipBytes(length + 1);
            length = body.bytesBefore((byte) 0);
        }
        return names;
    }

    private static String nameOf(int kind) {
        return switch (kind) {
            case 2 -> "Kerberos V5";
            case 4 -> "crypt";
            case 6 -> "SCM credential";
            case 7, 8 -> "GSSAPI";
            case 9 -> "SSPI";
            default -> "unknown (" + kind + ")";
        };
    }
}

package dev.pgweir.proxy.auth;

import dev.pgweir.protocol.auth.scram.ScramDerivation;
import dev.pgweir.protocol.auth.scram.ScramException;
import dev.pgweir.protocol.auth.scram.ScramKeys;
import dev.pgweir.protocol.auth.scram.ScramSecret;
import dev.pgweir.protocol.auth.scram.ScramServerExchange;
import io.netty.buffer.ByteBuf;
import java.security.SecureRandom;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * {@code auth_type=scram-sha-256}, and {@code md5} for users with a SCRAM secret. For a user whose password is stored the
 * secret is derived while the client derives its own keys. A user who is not known, or has a secret SCRAM cannot use,
 * gets the same messages with a salt that looks like any other, and fails at the proof.
 */
final class ScramAuthenticator implements ClientAuthenticator {
    private enum Phase {
        NEW,
        MECHANISM,
        CLIENT_FIRST,
        CLIENT_FINAL,
        DERIVING,
        OVER
    }

    private final String user;
    private final @Nullable Credential credential;
    private final ScramDerivation derivation;
    private final ScramServerExchange exchange;
    private final KeyDeriver deriver;
    private final @Nullable ScramSecret stored;

    private Phase phase = Phase.NEW;
    private @Nullable CompletableFuture<ScramKeys> derived;
    private byte[] clientFinal = {};

    private final boolean bindable;

    /**
     * @param adHoc how to derive a secret where none is stored
     * @param endPoint what the login can be bound to; null: nothing
     */
    ScramAuthenticator(
            String user,
            @Nullable Credential credential,
            ScramDerivation adHoc,
            SecureRandom random,
            KeyDeriver deriver,
            byte @Nullable [] endPoint) {
        this.user = user;
        this.credential = credential;
        this.deriver = deriver;
        this.stored = storedSecret(credential);
        this.derivation = stored == null ? adHoc : stored.derivation();
        this.exchange = new ScramServerExchange(derivation, random, endPoint);
        this.bindable = endPoint != null;
    }

    @Override
    public ClientAuthStep start() {
        phase = Phase.MECHANISM;
        return new ClientAuthStep.Continue(LoginMessages.sasl(bindable));
    }

    @Override
    public ClientAuthStep onMessage(ByteBuf body) {
        try {
            return switch (phase) {
                case MECHANISM -> onInitialResponse(body);
                case CLIENT_FIRST -> onClientFirst(PasswordBodies.bytes(body));
                case CLIENT_FINAL -> onClientFinal(PasswordBodies.bytes(body));
                case NEW, DERIVING, OVER -> {
                    phase = Phase.OVER;
                    yield AuthFailures.outOfTurn();
                }
            };
        } catch (ScramException e) {
            return refuse(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public ClientAuthStep resume() {
        CompletableFuture<ScramKeys> keys = derived;
        if (phase == Phase.OVER) {
            return AuthFailures.outOfTurn();
        }
        if (phase != Phase.DERIVING || keys == null || !keys.isDone()) {
            throw new IllegalStateException("the login is not ready to go on");
        }
        if (keys.isCompletedExceptionally()) {
            phase = Phase.OVER;
            return AuthFailures.overloaded();
        }
        return finish(keys.join().toSecret());
    }

    private ClientAuthStep onInitialResponse(ByteBuf body) throws ScramException {
        PasswordBodies.InitialResponse initial = PasswordBodies.initialResponse(body);
        if (initial == null) {
            return refuse("malformed SASLInitialResponse");
        }
        boolean bound = bindable && initial.mechanism().equals(LoginMessages.SCRAM_SHA_256_PLUS);
        if (!bound && !initial.mechanism().equals(LoginMessages.SCRAM_SHA_256)) {
            return refuse("the client chose a SASL mechanism that was not offered");
        }
        exchange.expectBinding(bound);
        if (initial.data() == null) {
            // A client may name the mechanism first and wait to be asked (RFC 4422 section 3.3).
            phase = Phase.CLIENT_FIRST;
            return new ClientAuthStep.Continue(LoginMessages.saslContinue(""));
        }
        return onClientFirst(initial.data());
    }

    private ClientAuthStep onClientFirst(byte[] message) throws ScramException {
        String serverFirst = exchange.onClientFirst(message);
        if (credential instanceof Credential.Plain plain) {
            derived = deriver.derive(plain.password(), derivation);
        }
        phase = Phase.CLIENT_FINAL;
        return new ClientAuthStep.Continue(LoginMessages.saslContinue(serverFirst));
    }

    private ClientAuthStep onClientFinal(byte[] message) {
        clientFinal = message;
        CompletableFuture<ScramKeys> keys = derived;
        if (keys == null) {
            return finish(stored);
        }
        phase = Phase.DERIVING;
        return keys.isDone() ? resume() : new ClientAuthStep.Pending(KeyDeriver.settled(keys));
    }

    private ClientAuthStep finish(@Nullable ScramSecret secret) {
        phase = Phase.OVER;
        ScramServerExchange.Accepted accepted;
        try {
            accepted = exchange.onClientFinal(clientFinal, secret);
        } catch (ScramException e) {
            return refuse(String.valueOf(e.getMessage()));
        }
        if (accepted == null) {
            return refuse(secret == null ? PasswordBodies.whyNobody(credential) : "wrong password");
        }
        // The password does more than the keys: it also answers a server with another salt, or one that asks for md5.
        Credential forServer =
                credential instanceof Credential.Plain ? credential : new Credential.ScramPassThrough(accepted.keys());
        return new ClientAuthStep.Success(
                new AuthenticatedUser(user, forServer), LoginMessages.saslFinal(accepted.serverFinal()));
    }

    private ClientAuthStep refuse(String detail) {
        phase = Phase.OVER;
        return AuthFailures.sasl(detail);
    }

    private static @Nullable ScramSecret storedSecret(@Nullable Credential credential) {
        if (credential instanceof Credential.Scram scram) {
            return scram.secret();
        }
        return credential instanceof Credential.ScramPassThrough scram
                ? scram.keys().toSecret()
                : null;
    }
}

package dev.pgweir.proxy.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.pgweir.protocol.auth.Md5Password;
import dev.pgweir.protocol.auth.scram.ScramClientExchange;
import dev.pgweir.protocol.auth.scram.ScramSecret;
import io.netty.buffer.ByteBuf;
import java.security.MessageDigest;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** {@code auth_type=plain}: the client sends its password, which is checked against any kind of stored secret. */
final class PlainAuthenticator implements Rejudgeable {
    /**
     * Longest password taken, in bytes. Tokens of cloud providers are passwords and come close to it; PgBouncer stops
     * here as well, at the length that lets the whole message have 64 KiB.
     */
    static final int MAX_PASSWORD_LENGTH = 65530;

    private enum Phase {
        NEW,
        REQUESTED,
        DERIVING,
        OVER
    }

    private final String user;
    private @Nullable Credential credential;
    private final KeyDeriver deriver;
    private Phase phase = Phase.NEW;
    private @Nullable CompletableFuture<Boolean> verdict;
    private String password = "";

    PlainAuthenticator(String user, @Nullable Credential credential, KeyDeriver deriver) {
        this.user = user;
        this.credential = credential;
        this.deriver = deriver;
    }

    @Override
    public ClientAuthStep start() {
        phase = Phase.REQUESTED;
        return new ClientAuthStep.Continue(LoginMessages.cleartextPassword());
    }

    @Override
    public ClientAuthStep onMessage(ByteBuf body) {
        if (phase != Phase.REQUESTED) {
            phase = Phase.OVER;
            return AuthFailures.outOfTurn();
        }
        phase = Phase.OVER;
        String sent = PasswordBodies.password(body, MAX_PASSWORD_LENGTH);
        if (sent == null || sent.isEmpty()) {
            return AuthFailures.password("the password is empty, malformed or longer than " + MAX_PASSWORD_LENGTH);
        }
        password = sent;
        if (credential instanceof Credential.Plain plain) {
            return decide(same(plain.password(), sent));
        }
        if (credential instanceof Credential.Md5 md5) {
            return decide(same(md5.hash(), Md5Password.hash(sent, user)));
        }
        if (credential instanceof Credential.Scram scram) {
            return verify(scram.secret());
        }
        if (credential instanceof Credential.ScramPassThrough scram) {
            return verify(scram.keys().toSecret());
        }
        return AuthFailures.password(PasswordBodies.whyNobody(credential));
    }

    @Override
    public ClientAuthStep judge(Credential newer, ByteBuf message) {
        credential = newer;
        phase = Phase.REQUESTED;
        return onMessage(message);
    }

    @Override
    public ClientAuthStep resume() {
        CompletableFuture<Boolean> answer = verdict;
        if (phase == Phase.OVER) {
            return AuthFailures.outOfTurn();
        }
        if (answer == null || !answer.isDone()) {
            throw new IllegalStateException("the login is not ready to go on");
        }
        phase = Phase.OVER;
        return answer.isCompletedExceptionally() ? AuthFailures.overloaded() : decide(answer.join());
    }

    private ClientAuthStep verify(ScramSecret secret) {
        if (secret.derivation().iterations() > ScramClientExchange.MAX_ITERATIONS) {
            return AuthFailures.password("the stored SCRAM secret has more than " + ScramClientExchange.MAX_ITERATIONS
                    + " iterations, which is too expensive to check");
        }
        CompletableFuture<Boolean> answer = deriver.verify(password, secret);
        verdict = answer;
        phase = Phase.DERIVING;
        return answer.isDone() ? resume() : new ClientAuthStep.Pending(KeyDeriver.settled(answer));
    }

    private ClientAuthStep decide(boolean right) {
        return right
                ? new ClientAuthStep.Success(new AuthenticatedUser(user, new Credential.Plain(password)), null)
                : AuthFailures.password("wrong password");
    }

    private static boolean same(String a, String b) {
        return MessageDigest.isEqual(a.getBytes(UTF_8), b.getBytes(UTF_8));
    }
}

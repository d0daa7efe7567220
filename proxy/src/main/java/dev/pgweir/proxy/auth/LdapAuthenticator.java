package dev.pgweir.proxy.auth;

import dev.pgweir.proxy.auth.PasswordJudge.Verdict;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * {@code auth_type=ldap}: the client sends its password, a directory says whether it is right. The same password then
 * reaches the server.
 */
final class LdapAuthenticator implements ClientAuthenticator {
    private final String user;
    private final PasswordJudge directory;
    private boolean requested;
    private String password = "";
    private @Nullable CompletableFuture<Verdict> verdict;

    LdapAuthenticator(String user, PasswordJudge directory) {
        this.user = user;
        this.directory = directory;
    }

    @Override
    public ClientAuthStep start() {
        requested = true;
        return new ClientAuthStep.Continue(LoginMessages.cleartextPassword());
    }

    @Override
    public ClientAuthStep onMessage(ByteBuf body) {
        if (!requested) {
            return AuthFailures.outOfTurn();
        }
        requested = false;
        String sent = PasswordBodies.password(body, PlainAuthenticator.MAX_PASSWORD_LENGTH);
        if (sent == null || sent.isEmpty()) {
            // To a directory a bind without a password is an anonymous one, which succeeds.
            return AuthFailures.ldap("the password is empty, malformed or too long");
        }
        password = sent;
        CompletableFuture<Verdict> answer = directory.judge(user, sent);
        verdict = answer;
        return new ClientAuthStep.Pending(answer);
    }

    @Override
    public ClientAuthStep resume() {
        CompletableFuture<Verdict> answer = verdict;
        if (answer == null || !answer.isDone()) {
            throw new IllegalStateException("the login is not ready to go on");
        }
        Verdict known = answer.join();
        return switch (known.outcome()) {
            case RIGHT -> new ClientAuthStep.Success(new AuthenticatedUser(user, new Credential.Plain(password)), null);
            case WRONG -> AuthFailures.ldap(known.detail());
            case UNKNOWN -> AuthFailures.noDirectory(known.detail());
        };
    }

    @Override
    public void abandon() {
        CompletableFuture<Verdict> answer = verdict;
        if (answer != null) {
            // Else those who send a password and leave would keep the directory's threads from those who wait.
            answer.cancel(false);
        }
    }
}

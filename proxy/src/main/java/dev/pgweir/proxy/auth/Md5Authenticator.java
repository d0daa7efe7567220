package dev.pgweir.proxy.auth;

import dev.pgweir.protocol.auth.Md5Password;
import io.netty.buffer.ByteBuf;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/** {@code auth_type=md5} for a user whose stored secret is a password or an md5 hash, or who is not known. */
final class Md5Authenticator implements Rejudgeable {
    private final String user;
    private @Nullable Credential credential;
    private final byte[] salt = new byte[Md5Password.SALT_LENGTH];
    private boolean requested;

    Md5Authenticator(String user, @Nullable Credential credential, SecureRandom random) {
        this.user = user;
        this.credential = credential;
        random.nextBytes(salt);
    }

    @Override
    public ClientAuthStep start() {
        requested = true;
        return new ClientAuthStep.Continue(LoginMessages.md5Password(salt));
    }

    @Override
    public ClientAuthStep onMessage(ByteBuf body) {
        if (!requested) {
            return AuthFailures.outOfTurn();
        }
        requested = false;
        String answer = PasswordBodies.password(body, PlainAuthenticator.MAX_PASSWORD_LENGTH);
        if (answer == null) {
            return AuthFailures.password("malformed password message");
        }
        String hash = hash();
        if (hash == null || credential == null) {
            return AuthFailures.password(PasswordBodies.whyNobody(credential));
        }
        return Md5Password.verify(hash, salt, answer)
                ? new ClientAuthStep.Success(new AuthenticatedUser(user, credential), null)
                : AuthFailures.password("wrong password");
    }

    @Override
    public ClientAuthStep judge(Credential newer, ByteBuf message) {
        credential = newer;
        requested = true;
        return onMessage(message);
    }

    @Override
    public ClientAuthStep resume() {
        throw new IllegalStateException("this login is never pending");
    }

    private @Nullable String hash() {
        if (credential instanceof Credential.Plain plain) {
            return Md5Password.hash(plain.password(), user);
        }
        return credential instanceof Credential.Md5 md5 ? md5.hash() : null;
    }
}

package dev.pgweir.proxy.auth;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** {@code auth_type=trust}, and {@code any} with a credential that is never null. */
final class TrustAuthenticator implements ClientAuthenticator {
    private final String user;
    private final @Nullable Credential credential;

    TrustAuthenticator(String user, @Nullable Credential credential) {
        this.user = user;
        this.credential = credential;
    }

    @Override
    public ClientAuthStep start() {
        return credential == null
                ? AuthFailures.trust()
                : new ClientAuthStep.Success(new AuthenticatedUser(user, credential), null);
    }

    @Override
    public ClientAuthStep onMessage(ByteBuf body) {
        return AuthFailures.outOfTurn();
    }

    @Override
    public ClientAuthStep resume() {
        throw new IllegalStateException("this login is never pending");
    }
}

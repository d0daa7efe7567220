package dev.pgweir.proxy.auth;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code auth_type=peer}: the client's process is run by a user of the operating system with the name it logs in as
 * (PostgreSQL, chapter "Peer Authentication").
 */
final class PeerAuthenticator implements ClientAuthenticator {
    private final String user;
    private final @Nullable Credential credential;
    private final Predicate<String> allowed;
    private final @Nullable Supplier<@Nullable String> systemUser;
    private volatile @Nullable String found;

    /**
     * @param allowed whether a user of the operating system may log in as {@code user}
     * @param systemUser looks the user of the client's process up, on a thread that may wait; null if the client did not
     *     come through a Unix socket
     */
    PeerAuthenticator(
            String user,
            @Nullable Credential credential,
            Predicate<String> allowed,
            @Nullable Supplier<@Nullable String> systemUser) {
        this.user = user;
        this.credential = credential;
        this.allowed = allowed;
        this.systemUser = systemUser;
    }

    @Override
    public ClientAuthStep start() {
        Supplier<@Nullable String> lookup = systemUser;
        if (lookup == null) {
            return AuthFailures.peer("the client did not come through a Unix socket");
        }
        return new ClientAuthStep.Pending(
                CompletableFuture.runAsync(() -> found = lookup.get()).exceptionally(failure -> null));
    }

    @Override
    public ClientAuthStep resume() {
        String name = found;
        if (name == null || !allowed.test(name)) {
            return AuthFailures.peer("the client's process is run by " + (name == null ? "an unknown user" : name));
        }
        return credential == null
                ? AuthFailures.peer("the user is not known")
                : new ClientAuthStep.Success(new AuthenticatedUser(user, credential), null);
    }

    @Override
    public ClientAuthStep onMessage(ByteBuf body) {
        return AuthFailures.outOfTurn();
    }
}

package dev.pgweir.proxy.auth;

import org.jspecify.annotations.Nullable;

/** Where credentials come from: the configuration's users and its {@code auth_file}. */
@FunctionalInterface
public interface CredentialSource {
    /**
     * What is known of a user. Called on event loops: must return at once, and be safe for any thread.
     *
     * @param user the name in the startup message, as the client sent it
     * @return null when nobody knows the user. The login then goes on as if it were known, and fails at its end.
     */
    @Nullable
    Credential find(String user);
}

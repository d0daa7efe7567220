package dev.pgweir.proxy.auth;

import io.netty.buffer.ByteBuf;

/**
 * One client's login, from the startup message to its success or failure:
 *
 * <pre>
 *   start ──▶ Continue ⇄ onMessage ──▶ Success | Failure
 *                            │  ▲
 *                   Pending ─┘  └─ resume
 * </pre>
 *
 * For one connection, on its event loop only; no method blocks. After Success or Failure nothing may be called any more
 * but {@link #onMessage}, which then fails.
 */
public interface ClientAuthenticator {
    /** Begins the login. Called once, first. */
    ClientAuthStep start();

    /**
     * Takes the body of a message of type {@code p} (PasswordMessage, SASLInitialResponse, SASLResponse).
     *
     * @param body from its reader index to its writer index; read, not released. The caller bounds its length.
     */
    ClientAuthStep onMessage(ByteBuf body);

    /** Goes on after {@link ClientAuthStep.Pending}, once its stage is complete. */
    ClientAuthStep resume();

    /** The client has left while the login was {@linkplain ClientAuthStep.Pending pending}, or at any other time. */
    default void abandon() {}
}

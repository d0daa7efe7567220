package dev.pgweir.proxy.auth;

import io.netty.buffer.ByteBuf;

/** A login whose one message from the client can be judged by another credential than the one it began with. */
interface Rejudgeable extends ClientAuthenticator {
    /**
     * Judges the message that was refused.
     *
     * @param credential what is known of the user now
     * @param message the body, as {@link #onMessage} had it; read, not released
     */
    ClientAuthStep judge(Credential credential, ByteBuf message);
}

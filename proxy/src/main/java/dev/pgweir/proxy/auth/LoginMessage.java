package dev.pgweir.proxy.auth;

import io.netty.buffer.ByteBuf;

/** A message of a login, to be written by whoever owns the channel. May hold a password: not for logs. */
@FunctionalInterface
public interface LoginMessage {
    /** Appends the whole message, type and length included. May be called once or more. */
    void encode(ByteBuf out);
}

package dev.pgweir.proxy.auth;

import io.netty.buffer.ByteBuf;

/** A login that is decided before the client has said anything: refused by a rule, let in by trust or by a certificate. */
final class FixedAuthenticator implements ClientAuthenticator {
    private final ClientAuthStep outcome;

    FixedAuthenticator(ClientAuthStep outcome) {
        this.outcome = outcome;
    }

    @Override
    public ClientAuthStep start() {
        return outcome;
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

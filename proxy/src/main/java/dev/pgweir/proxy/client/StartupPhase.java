package dev.pgweir.proxy.client;

import dev.pgweir.protocol.ProtocolException;
import dev.pgweir.protocol.frame.StartupReader;
import dev.pgweir.protocol.message.frontend.CancelRequest;
import dev.pgweir.protocol.message.frontend.GssEncRequest;
import dev.pgweir.protocol.message.frontend.SslRequest;
import dev.pgweir.protocol.message.frontend.StartupMessage;
import dev.pgweir.protocol.message.frontend.StartupPacket;
import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.tls.ClientTls;
import io.netty.buffer.ByteBuf;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** From the open socket to the packet that says what the client wants. */
final class StartupPhase implements ClientPhase {
    private final ClientSession session;
    private final Clients clients;
    private final Duration loginTimeout;
    private final StartupReader reader = new StartupReader();
    private final ClientEncryption encryption;
    private boolean askedGss;

    /** @param tls null if this client can have none */
    StartupPhase(ClientSession session, Clients clients, Duration loginTimeout, @Nullable ClientTls tls) {
        this.session = session;
        this.clients = clients;
        this.loginTimeout = loginTimeout;
        this.encryption = new ClientEncryption(session, tls);
    }

    @Override
    public void onRead(ByteBuf data) {
        session.heard();
        if (reader.isEmpty() && encryption.beginsWith(data)) {
            encryption.beginDirectly(data);
            return;
        }
        try {
            StartupPacket packet = reader.read(data);
            if (packet instanceof SslRequest) {
                encryption.onRequest(data);
            } else if (packet instanceof GssEncRequest) {
                refuseGss(data);
            } else if (packet instanceof CancelRequest request) {
                clients.cancel(session, request);
            } else if (packet instanceof StartupMessage startup) {
                if (data.isReadable()) {
                    // Nobody can have been asked for a password yet.
                    throw ProtocolException.violation("unexpected bytes behind the startup packet");
                }
                if (encryption.isMissing()) {
                    session.fail("08P01", "SSL required", DisconnectReason.CLIENT_TLS_MISSING);
                    return;
                }
                clients.login(session, startup);
            }
        } finally {
            data.release();
        }
    }

    private void refuseGss(ByteBuf rest) {
        if (rest.isReadable()) {
            // What came before the answer was sent in the clear, perhaps by somebody in between.
            throw ProtocolException.violation("unencrypted bytes behind GSSENCRequest");
        }
        if (askedGss) {
            throw ProtocolException.violation("a second GSSENCRequest");
        }
        askedGss = true;
        session.channel().writeAndFlush(session.channel().alloc().buffer(1).writeByte('N'));
    }

    @Override
    public void onHandshake(SslHandshakeCompletionEvent event) {
        encryption.onHandshake(event);
    }

    @Override
    public void onTick(long now) {
        if (!clients.isLate(session, now, loginTimeout)) {
            return;
        }
        if (encryption.isUnderWay()) {
            // Whoever has not finished the handshake cannot read an error.
            session.close(DisconnectReason.CLIENT_LOGIN_TIMEOUT);
        } else {
            clients.timeOut(session, now, loginTimeout);
        }
    }

    @Override
    public ClientState state() {
        return ClientState.LOGIN;
    }
}

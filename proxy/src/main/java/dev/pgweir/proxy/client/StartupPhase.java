package dev.pgweir.proxy.client;

import dev.pgweir.protocol.ProtocolException;
import dev.pgweir.protocol.frame.StartupReader;
import dev.pgweir.protocol.message.frontend.CancelRequest;
import dev.pgweir.protocol.message.frontend.GssEncRequest;
import dev.pgweir.protocol.message.frontend.SslRequest;
import dev.pgweir.protocol.message.frontend.StartupMessage;
import dev.pgweir.protocol.message.frontend.StartupPacket;
import io.netty.buffer.ByteBuf;
import java.time.Duration;

/** From the open socket to the packet that says what the client wants. */
final class StartupPhase implements ClientPhase {
    private final ClientSession session;
    private final Clients clients;
    private final Duration loginTimeout;
    private final StartupReader reader = new StartupReader();
    private boolean askedSsl;
    private boolean askedGss;

    StartupPhase(ClientSession session, Clients clients, Duration loginTimeout) {
        this.session = session;
        this.clients = clients;
        this.loginTimeout = loginTimeout;
    }

    @Override
    public void onRead(ByteBuf data) {
        session.heard();
        try {
            StartupPacket packet = reader.read(data);
            if (packet instanceof SslRequest) {
                askedSsl = refuseEncryption(askedSsl, "SSLRequest", data);
            } else if (packet instanceof GssEncRequest) {
                askedGss = refuseEncryption(askedGss, "GSSENCRequest", data);
            } else if (packet instanceof CancelRequest request) {
                clients.cancel(session, request);
            } else if (packet instanceof StartupMessage startup) {
                if (data.isReadable()) {
                    // Nobody can have been asked for a password yet.
                    throw ProtocolException.violation("unexpected bytes behind the startup packet");
                }
                clients.login(session, startup);
            }
        } finally {
            data.release();
        }
    }

    private boolean refuseEncryption(boolean askedBefore, String name, ByteBuf data) {
        if (data.isReadable()) {
            // What came before the answer was sent in the clear, perhaps by somebody in between.
            throw ProtocolException.violation("unencrypted bytes behind " + name);
        }
        if (askedBefore) {
            throw ProtocolException.violation("a second " + name);
        }
        session.channel().writeAndFlush(session.channel().alloc().buffer(1).writeByte('N'));
        return true;
    }

    @Override
    public void onTick(long now) {
        clients.timeOut(session, now, loginTimeout);
    }

    @Override
    public ClientState state() {
        return ClientState.LOGIN;
    }
}

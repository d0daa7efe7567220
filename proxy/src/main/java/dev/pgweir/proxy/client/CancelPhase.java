package dev.pgweir.proxy.client;

import dev.pgweir.config.TimeoutConfig;
import dev.pgweir.protocol.message.frontend.CancelRequest;
import dev.pgweir.proxy.cancel.CancelEnd;
import dev.pgweir.proxy.cancel.CancelKeys;
import dev.pgweir.proxy.cancel.CancelTarget;
import dev.pgweir.proxy.cancel.PeerForwarder;
import dev.pgweir.proxy.net.LoginAdmission;
import dev.pgweir.proxy.server.DisconnectReason;
import io.netty.buffer.ByteBuf;
import java.time.Duration;

/**
 * A connection that asks for the query of another one to be cancelled. It is closed when the request has reached
 * PostgreSQL, as PostgreSQL itself does; the request goes on if the client closes first.
 */
final class CancelPhase implements ClientPhase {
    private static final String UNKNOWN_KEY = "cancel request with an unknown key";

    private final ClientSession session;
    private final Duration limit;

    /** @param timeouts those in force */
    CancelPhase(ClientSession session, TimeoutConfig timeouts) {
        this.session = session;
        // Without cancel_wait_timeout a request may wait for as long as it likes, but nobody keeps a connection by
        // that.
        this.limit = timeouts.cancelWaitTimeout().isZero() ? timeouts.clientLoginTimeout() : Duration.ZERO;
    }

    void begin(CancelKeys keys, PeerForwarder peers, CancelRequest request, LoginAdmission admission) {
        CancelTarget target = keys.find(request);
        if (target == null
                && peers.forward(
                        session.channel().eventLoop(),
                        request,
                        () -> session.close(DisconnectReason.CLIENT_CLOSE_REQUEST))) {
            return;
        }
        if (target == null) {
            // PostgreSQL does not answer either: whoever guesses keys learns nothing.
            session.strangers().info(UNKNOWN_KEY, session, UNKNOWN_KEY);
            session.close(DisconnectReason.CLIENT_PROTOCOL_ERROR);
            return;
        }
        // Who has a key has logged in. One for a peer may be made up, so it stays counted.
        admission.over(session.channel());
        session.shows(null, target.database());
        target.onCancelRequest(new CancelEnd() {
            @Override
            public void run() {
                close(DisconnectReason.CLIENT_CLOSE_REQUEST);
            }

            @Override
            public void tooLate() {
                close(DisconnectReason.CANCEL_WAIT_TIMEOUT);
            }
        });
    }

    private void close(DisconnectReason reason) {
        session.channel().eventLoop().execute(() -> session.close(reason));
    }

    @Override
    public void onRead(ByteBuf data) {
        data.release();
    }

    @Override
    public void onTick(long now) {
        if (!limit.isZero() && now - session.connectNanos() > limit.toNanos()) {
            session.close(DisconnectReason.CLIENT_LOGIN_TIMEOUT);
        }
    }

    @Override
    public ClientState state() {
        return ClientState.CANCEL;
    }
}

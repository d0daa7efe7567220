package dev.pgweir.proxy.client;

import dev.pgweir.protocol.ProtocolException;
import dev.pgweir.proxy.net.ClosingReads;
import dev.pgweir.proxy.tls.ClientTls;
import io.netty.buffer.ByteBuf;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Brings TLS to a client's connection: after an SSLRequest, or at once where the first bytes are a handshake's (direct
 * TLS). Used on the client's event loop.
 *
 * <p>Nothing that came in the clear may count as encrypted: whatever stands behind an SSLRequest in the same read ends
 * the connection, and what comes after it goes to the handshake, which fails on anything but TLS.
 */
final class ClientEncryption {
    /** What a TLS handshake begins with (RFC 8446 section 5.1); no startup packet is that long. */
    private static final byte HANDSHAKE = 0x16;

    private static final String HANDLER = "tls";

    private final ClientSession session;
    private final @Nullable ClientTls tls;
    private @Nullable SslHandler handler;
    private boolean direct;
    private boolean asked;

    /** @param tls null if this client can have none */
    ClientEncryption(ClientSession session, @Nullable ClientTls tls) {
        this.session = session;
        this.tls = tls;
    }

    /** Whether the first bytes begin a handshake without a question before it. */
    boolean beginsWith(ByteBuf data) {
        return tls != null && !asked && data.isReadable() && data.getByte(data.readerIndex()) == HANDSHAKE;
    }

    /** Takes them, where {@link #beginsWith} was true; the pipeline releases them. */
    void beginDirectly(ByteBuf data) {
        asked = true;
        direct = true;
        add(Objects.requireNonNull(tls));
        session.channel().pipeline().fireChannelRead(data);
    }

    /**
     * An SSLRequest: says yes and begins, or says no.
     *
     * @param rest what the same read brought behind it
     */
    void onRequest(ByteBuf rest) {
        if (rest.isReadable()) {
            // What came before the answer was sent in the clear, perhaps by somebody in between.
            throw ProtocolException.violation("unencrypted bytes behind SSLRequest");
        }
        if (asked) {
            throw ProtocolException.violation("a second SSLRequest");
        }
        asked = true;
        session.channel().writeAndFlush(session.channel().alloc().buffer(1).writeByte(tls == null ? 'N' : 'S'));
        if (tls != null) {
            add(tls);
        }
    }

    private void add(ClientTls by) {
        SslHandler added = by.handler(session.channel().alloc());
        handler = added;
        ClosingReads.addInside(session.channel().pipeline(), HANDLER, added);
    }

    /** Whether a handshake has begun and not ended. */
    boolean isUnderWay() {
        return handler != null && session.tls() == null;
    }

    /** Whether this client must not go on without TLS, and has none. */
    boolean isMissing() {
        return tls != null && tls.isRequired() && session.tls() == null;
    }

    void onHandshake(SslHandshakeCompletionEvent event) {
        if (tls == null || handler == null) {
            return;
        }
        if (!event.isSuccess()) {
            session.onTlsFailed(event.cause());
        } else if (direct && !ClientTls.agreedOnProtocol(handler)) {
            session.onTlsFailed("direct TLS without the protocol \"postgresql\" in ALPN");
        } else {
            session.secured(tls.peer(handler));
        }
    }
}

package dev.pgweir.proxy.server;

import dev.pgweir.config.value.SslMode;
import dev.pgweir.config.value.SslNegotiation;
import dev.pgweir.protocol.message.frontend.SslRequest;
import dev.pgweir.proxy.net.ClosingReads;
import dev.pgweir.proxy.net.UnixSockets;
import dev.pgweir.proxy.tls.ServerTls;
import dev.pgweir.proxy.tls.TlsFailure;
import dev.pgweir.proxy.tls.TlsPeer;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import org.jspecify.annotations.Nullable;

/**
 * Brings a fresh connection to a server to where its first packet may be sent: encrypted, or in the clear where that is
 * allowed. Stands before the connection's own handler as long as that takes. Used on the connection's event loop.
 *
 * <p>A server answers SSLRequest by one byte. Whatever stands behind it in the same read was not encrypted, perhaps put
 * there by somebody in between, and ends the connection; so does an ErrorResponse instead of the byte, which is not read
 * for the same reason.
 */
final class ServerEncryption extends ChannelInboundHandlerAdapter {
    private static final String TLS = "tls";
    private static final String QUESTION = "tls-question";

    /** How it ended. One of the two is called, once. */
    interface Outcome {
        /**
         * The first packet may be sent.
         *
         * @param tls null in the clear
         */
        void secured(@Nullable TlsPeer tls);

        /** The connection is about to be closed. */
        void failed(DisconnectReason reason, String text);
    }

    private final Channel channel;
    private final ServerProfile profile;
    private final ServerTls tls;
    private final Outcome outcome;
    private @Nullable SslHandler handler;
    private boolean over;

    private ServerEncryption(Channel channel, ServerProfile profile, ServerTls tls, Outcome outcome) {
        this.channel = channel;
        this.profile = profile;
        this.tls = tls;
        this.outcome = outcome;
    }

    /** @param tls null if there is none for any server */
    static void begin(Channel channel, ServerProfile profile, @Nullable ServerTls tls, Outcome outcome) {
        ServerProfile.Encryption wanted = profile.encryption();
        if (wanted.mode() == SslMode.DISABLE || UnixSockets.isUnix(profile.host())) {
            outcome.secured(null);
        } else if (tls == null || !tls.has(wanted.mode())) {
            // For the blink of an eye, while a reload puts other settings in force.
            outcome.failed(DisconnectReason.SERVER_CONFIG_CHANGED, "the settings of TLS are being changed");
        } else {
            new ServerEncryption(channel, profile, tls, outcome).begin();
        }
    }

    private void begin() {
        ClosingReads.addInside(channel.pipeline(), QUESTION, this);
        if (profile.encryption().negotiation() == SslNegotiation.DIRECT) {
            handshake();
        } else {
            ByteBuf out = channel.alloc().buffer();
            new SslRequest().encode(out);
            channel.writeAndFlush(out, channel.voidPromise());
        }
    }

    private void handshake() {
        SslHandler added = tls.handler(channel.alloc(), profile.encryption().mode(), profile.host(), profile.port());
        handler = added;
        ClosingReads.addInside(channel.pipeline(), TLS, added);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (over || handler != null) {
            ctx.fireChannelRead(message);
            return;
        }
        ByteBuf data = (ByteBuf) message;
        try {
            if (data.isReadable()) {
                onAnswer(data.readByte(), data.readableBytes());
            }
        } finally {
            data.release();
        }
    }

    private void onAnswer(byte answer, int more) {
        if (more > 0) {
            fail(
                    DisconnectReason.SERVER_PROTOCOL_ERROR,
                    answer == 'E'
                            ? "the server answered SSLRequest by an error"
                            : "received unencrypted data after SSL response");
        } else if (answer == 'S') {
            handshake();
        } else if (answer != 'N') {
            fail(DisconnectReason.SERVER_PROTOCOL_ERROR, "the server answered SSLRequest neither by S nor by N");
        } else if (profile.encryption().mode().compareTo(SslMode.REQUIRE) >= 0) {
            fail(DisconnectReason.SERVER_TLS_REFUSED, DisconnectReason.SERVER_TLS_REFUSED.text());
        } else {
            secured(null);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        SslHandler done = handler;
        if (over || done == null || !(event instanceof SslHandshakeCompletionEvent handshake)) {
            ctx.fireUserEventTriggered(event);
        } else if (!handshake.isSuccess()) {
            fail(handshake.cause());
        } else if (profile.encryption().negotiation() == SslNegotiation.DIRECT && !ServerTls.agreedOnProtocol(done)) {
            fail(
                    DisconnectReason.SERVER_TLS_FAILED,
                    "TLS handshake error: direct TLS without the protocol \"postgresql\" in ALPN");
        } else {
            secured(ServerTls.peer(done, profile.encryption().mode()));
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        fail(
                DisconnectReason.SERVER_TLS_FAILED,
                handler == null
                        ? "the server closed the connection instead of an answer to SSLRequest"
                        : "TLS handshake error: the server closed the connection");
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (over || !TlsFailure.is(cause)) {
            ctx.fireExceptionCaught(cause);
        } else {
            fail(cause);
        }
    }

    private void secured(@Nullable TlsPeer peer) {
        over = true;
        channel.pipeline().remove(this);
        outcome.secured(peer);
    }

    private void fail(Throwable cause) {
        fail(
                DisconnectReason.SERVER_TLS_FAILED,
                "TLS handshake error: "
                        + (TlsFailure.isEnd(cause) ? "the server closed the connection" : TlsFailure.text(cause)));
    }

    private void fail(DisconnectReason reason, String text) {
        if (!over) {
            over = true;
            outcome.failed(reason, text);
        }
    }
}

package dev.pgweir.proxy.client;

import dev.pgweir.config.value.TrustedProxies;
import dev.pgweir.protocol.ProtocolException;
import dev.pgweir.proxy.net.ClientAcceptor.UnixClient;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * The header by which a load balancer says whose connection it passes on (PROXY protocol, versions 1 and 2, as of its
 * specification by HAProxy). It comes before everything else and is due from those that {@code proxy_protocol_from} names;
 * when it has come, nothing of this is left in the pipeline, and the bytes behind it are the client's first packet.
 *
 * <p>Its time is part of {@code client_login_timeout}.
 */
final class ProxyHeader extends ChannelInboundHandlerAdapter {
    /**
     * Bytes of a version 2 header besides the addresses. What HAProxy and cloud load balancers put there (names, ids, what
     * was agreed in TLS) stays below half of it.
     */
    private static final int MAX_DETAILS = 1024;

    private final ClientSession session;

    private ProxyHeader(ClientSession session) {
        this.session = session;
    }

    /** Awaits a header first, if one is due from where the connection comes. */
    static void awaitIfDue(TrustedProxies proxies, Channel channel, @Nullable UnixClient unix, ClientSession session) {
        boolean due = unix != null
                ? proxies.unix()
                : channel.remoteAddress() instanceof InetSocketAddress peer && proxies.contains(peer.getAddress());
        if (due) {
            channel.pipeline().addLast("proxy header decoder", new Decoder());
            channel.pipeline().addLast("proxy header", new ProxyHeader(session));
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof HAProxyMessage header) {
            try {
                session.isPassedOn(source(header));
            } finally {
                header.release();
            }
            ctx.pipeline().remove(this);
        } else {
            ctx.fireChannelRead(message);
        }
    }

    /** Null where the load balancer speaks for itself (health checks), or does not know or tell by IP. */
    private static @Nullable InetSocketAddress source(HAProxyMessage header) {
        HAProxyProxiedProtocol protocol = header.proxiedProtocol();
        boolean tcp = protocol == HAProxyProxiedProtocol.TCP4 || protocol == HAProxyProxiedProtocol.TCP6;
        if (header.command() == HAProxyCommand.LOCAL || !tcp) {
            return null;
        }
        InetAddress address = NetUtil.createInetAddressFromIpAddressString(header.sourceAddress());
        return address == null ? null : new InetSocketAddress(address, header.sourcePort());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof DecoderException) {
            session.heard();
            session.onProtocolError(ProtocolException.violation(
                    "no PROXY protocol header, or a malformed one, from an address in proxy_protocol_from"));
        } else {
            ctx.fireExceptionCaught(cause);
        }
    }

    /** Does not wait for the end of a header that has not even its beginning. */
    private static final class Decoder extends HAProxyMessageDecoder {
        private boolean begun;

        Decoder() {
            super(MAX_DETAILS);
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
            if (!begun && message instanceof ByteBuf bytes && bytes.isReadable()) {
                byte first = bytes.getByte(bytes.readerIndex());
                if (first != 'P' && first != '\r') {
                    bytes.release();
                    throw new DecoderException("no header");
                }
                begun = true;
            }
            super.channelRead(ctx, message);
        }
    }
}

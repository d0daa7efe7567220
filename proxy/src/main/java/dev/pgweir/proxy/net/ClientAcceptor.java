package dev.pgweir.proxy.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import org.jspecify.annotations.Nullable;

/** Makes the handler of a connection that was accepted. Called on the connection's event loop. */
@FunctionalInterface
public interface ClientAcceptor {
    /**
     * Makes the handler of one connection.
     *
     * @param unix what is known of a connection by Unix socket; null for one by TCP
     */
    ChannelHandler accept(Channel channel, @Nullable UnixClient unix);

    /**
     * A client at a Unix socket.
     *
     * @param port the one in the socket's name
     * @param peer who it is; null where the kernel does not say
     * @param ownUser whether it is run by the user that PgWeir is run by
     */
    record UnixClient(int port, @Nullable UnixPeer peer, boolean ownUser) {}
}

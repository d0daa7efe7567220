package dev.pgweir.proxy.net;

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections that the kernel has accepted for a listening socket and nobody has taken over. When the socket is closed the
 * kernel resets them, though another process may listen on the port as well and would have served them.
 */
final class AcceptQueue {
    private static final Logger LOG = LoggerFactory.getLogger(AcceptQueue.class);

    /** Of the longest address that {@link Socket#accept} writes, with its length before it. */
    private static final int ADDRESS_LENGTH = 26;

    private AcceptQueue() {}

    /**
     * Takes all of them over, as if the event loop had come to it, and closes the socket. On the socket's event loop. Only epoll
     * lets anybody do that; with another transport the socket is just closed.
     */
    static void closeEmpty(Channel listener) {
        try {
            if (listener instanceof EpollServerSocketChannel tcp && tcp.fd() instanceof Socket socket && tcp.isOpen()) {
                byte[] address = new byte[ADDRESS_LENGTH];
                for (int fd = socket.accept(address); fd >= 0; fd = socket.accept(address)) {
                    listener.pipeline().fireChannelRead(new EpollSocketChannel(fd));
                }
            }
        } catch (IOException e) {
            LOG.debug("not everybody could be accepted before {} was closed", listener, e);
        } finally {
            // Whoever closes the port waits for this.
            listener.close();
        }
    }
}

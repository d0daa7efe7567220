package dev.pgweir.proxy.net;

import io.netty.channel.unix.RawUnixChannelOption;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * How long a write may keep a thread of the kernel, for io_uring.
 *
 * <p>A write to a peer that takes nothing waits for the socket to be writable. Where the peer has ended its own side, a
 * thread of the kernel was found to wait in the write itself. Netty closes the connection only when that write has ended,
 * so a client that stops reading a result and ends its side could keep its server for as long as it liked. With a limit on
 * the socket the write ends by itself.
 */
final class BlockedWrites {
    /** SO_SNDTIMEO at SOL_SOCKET: socket(7). Numbers and timeval are those of all systems for which Netty has io_uring. */
    static final RawUnixChannelOption LIMIT = new RawUnixChannelOption("PGWEIR_SO_SNDTIMEO", 1, 21, 2 * Long.BYTES);

    /** Short for whoever waits for the server, and seldom enough for a thread that tries again. */
    private static final long MICROS = 100_000;

    private BlockedWrites() {}

    /** The limit, as the kernel wants it: seconds and microseconds. */
    static ByteBuffer limit() {
        return ByteBuffer.allocate(2 * Long.BYTES)
                .order(ByteOrder.nativeOrder())
                .putLong(0)
                .putLong(MICROS)
                .flip();
    }
}

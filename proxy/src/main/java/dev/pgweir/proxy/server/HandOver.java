package dev.pgweir.proxy.server;

import dev.pgweir.proxy.net.ReadGate;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Carries what a server sends to a client on another event loop: each read buffer in one task, the last one of a burst
 * together with the burst's end.
 *
 * <p>A client's loop that is behind would be handed buffers without end, since nothing has been written to the client
 * yet that could be too much for it. So the server is not read while more than {@link #MAX_PENDING} bytes wait there.
 *
 * <p>Used on the server's loop; the tasks run on the client's.
 */
final class HandOver {
    /** A few read buffers: enough for a loop not to run dry while the other one reads on. */
    private static final int MAX_PENDING = 256 * 1024;

    private final ServerConnection server;
    private final EventLoop loop;
    private final ReadGate gate;
    /** Added to on the server's loop, taken from on the client's. */
    private final AtomicInteger pending = new AtomicInteger();

    private @Nullable ByteBuf last;
    private @Nullable LinkedClient to;
    private long number;

    HandOver(ServerConnection server, EventLoop loop, ReadGate gate) {
        this.server = server;
        this.loop = loop;
        this.gate = gate;
    }

    /** Whether a buffer waits for the end of its burst. */
    boolean isPending() {
        return last != null;
    }

    /** Keeps the buffer until the next one, or the end of the burst, shows which it is; sends the one before. */
    void add(ByteBuf data, LinkedClient client, long link) {
        send(false);
        last = data;
        to = client;
        number = link;
    }

    /**
     * Sends what is kept.
     *
     * @param complete whether the burst ends with it
     */
    void send(boolean complete) {
        ByteBuf data = last;
        LinkedClient client = to;
        if (data == null || client == null) {
            return;
        }
        last = null;
        to = null;
        long link = number;
        int size = data.readableBytes();
        if (pending.addAndGet(size) > MAX_PENDING) {
            gate.close(ReadGate.HANDED_OVER);
        }
        try {
            client.loop().execute(() -> {
                client.onServerRead(server, link, data);
                if (complete) {
                    client.onServerReadComplete(server, link);
                }
                taken(size);
            });
        } catch (RuntimeException e) {
            // The loop has been shut down under us.
            data.release();
            throw e;
        }
    }

    /** On the client's loop. The one task that brings the sum below the limit is the one that has to tell. */
    private void taken(int size) {
        int left = pending.addAndGet(-size);
        if (left <= MAX_PENDING && left + size > MAX_PENDING) {
            loop.execute(() -> {
                if (pending.get() <= MAX_PENDING) {
                    gate.open(ReadGate.HANDED_OVER);
                }
            });
        }
    }
}

package dev.pgweir.proxy.net;

import io.netty.channel.Channel;

/**
 * Whether a channel is read. A set of reasons not to: reading goes on when the last of them is gone, so that one who
 * resumes cannot undo what another has stopped. Used on one thread, that of the channel's event loop.
 *
 * <p>What was read before a gate was closed still arrives; whoever closes it must be able to take it.
 */
public final class ReadGate {
    /** The other side of the relay takes no more bytes for now. */
    public static final int PEER_FULL = 1;
    /** There is no server yet that could take the bytes. */
    public static final int WAITING = 2;
    /** A login computes, or waits for somebody else. */
    public static final int LOGIN = 4;
    /** The loop that the bytes are handed over to is behind. */
    public static final int HANDED_OVER = 8;
    /** SUSPEND. */
    public static final int SUSPENDED = 16;

    private final Channel channel;
    private int closed;

    public ReadGate(Channel channel) {
        this.channel = channel;
    }

    /** Adds a reason. */
    public void close(int reason) {
        if (closed == 0) {
            channel.config().setAutoRead(false);
        }
        closed |= reason;
    }

    /** Takes a reason away. */
    public void open(int reason) {
        if (closed != 0) {
            closed &= ~reason;
            if (closed == 0) {
                channel.config().setAutoRead(true);
            }
        }
    }

    /** Takes every reason away: the channel is being closed, and must be read to see its end. */
    public void openAll() {
        open(closed);
    }
}

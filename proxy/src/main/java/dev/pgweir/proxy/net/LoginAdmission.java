package dev.pgweir.proxy.net;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

/**
 * Bounds the connections by TCP whose owner is not known yet: setting {@code max_client_logins}. Where it is reached,
 * nobody is accepted until one of them has logged in or is gone, so that a storm of good clients waits in the kernel's
 * queue instead of being refused; and those that take their time are to be closed sooner, see {@link #isFull}. For any
 * thread.
 *
 * <p>Who comes by the Unix socket is on this machine already and is not counted: an administrator gets in that way while
 * strangers hold all places.
 */
public final class LoginAdmission {
    private static final AttributeKey<Boolean> COUNTED = AttributeKey.valueOf("pgweir.login");

    private final IntSupplier limit;
    private final AtomicInteger inProgress = new AtomicInteger();
    private final List<Channel> listeners = new CopyOnWriteArrayList<>();
    private volatile boolean paused;

    /**
     * @param limit setting {@code max_client_logins}, asked each time; 0 means no limit
     */
    public LoginAdmission(IntSupplier limit) {
        this.limit = limit;
    }

    /** A socket that is to stop accepting where the limit is reached. All of them are on one event loop. */
    void listensOn(Channel listener) {
        listeners.add(listener);
    }

    /** A connection was accepted. On the event loop of the listening socket. */
    void accepted(Channel channel) {
        channel.attr(COUNTED).set(true);
        inProgress.incrementAndGet();
        channel.closeFuture().addListener(closed -> over(channel));
        if (isFull()) {
            paused = true;
            apply();
        }
    }

    /** It is known now who owns a connection. Does nothing for one that is not counted, or not any more. */
    public void over(Channel channel) {
        if (channel.attr(COUNTED).getAndSet(null) != null) {
            inProgress.decrementAndGet();
            check();
        }
    }

    /** Whether the limit is reached. */
    public boolean isFull() {
        int most = limit.getAsInt();
        return most > 0 && inProgress.get() >= most;
    }

    /** How many there are. */
    public int inProgress() {
        return inProgress.get();
    }

    /** Accepts again if there is room; for {@link #over}, and now and then, because the limit may have been raised. */
    public void check() {
        if (paused && !isFull() && !listeners.isEmpty()) {
            listeners.get(0).eventLoop().execute(this::apply);
        }
    }

    /** On the event loop of the listening sockets, so that the last one to run has seen the last count. */
    private void apply() {
        // Set before the count is read: whoever makes room after that sees it.
        paused = true;
        boolean full = isFull();
        paused = full;
        listeners.forEach(listener -> listener.config().setAutoRead(!full));
    }
}

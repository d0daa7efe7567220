package dev.pgweir.proxy.net;

import dev.pgweir.config.value.TransportChoice;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ThreadPerTaskExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The event loops, in a fixed order. A connection is given one of them and stays on it for life. */
public final class EventLoops {
    private final Transport transport;
    private final EventLoopGroup group;
    private final LoopChooser chooser;
    private final List<EventLoop> loops = new ArrayList<>();
    private final AtomicInteger next = new AtomicInteger();

    /**
     * Starts the loops.
     *
     * @param choice setting {@code transport}
     * @param count setting {@code worker_threads}; 0 means one per core
     * @param clients setting {@code worker_clients}, at least 1
     * @throws IllegalArgumentException if the transport is not available here; says why
     */
    public static EventLoops start(TransportChoice choice, int count, int clients) {
        Transport transport = Transport.of(choice);
        try {
            return new EventLoops(transport, count, clients);
        } catch (IllegalStateException e) {
            // Each loop of io_uring has a ring, and locked memory that is enough for one may not be enough for all.
            throw Transport.unavailable(transport, e);
        }
    }

    private EventLoops(Transport transport, int count, int clients) {
        this.chooser = new LoopChooser(clients);
        this.transport = transport;
        int threads = count > 0 ? count : Runtime.getRuntime().availableProcessors();
        this.group = new MultiThreadIoEventLoopGroup(
                threads,
                new ThreadPerTaskExecutor(new DefaultThreadFactory("pgweir-loop")),
                chooser,
                transport.handlers());
        for (EventExecutor loop : group) {
            loops.add((EventLoop) loop);
        }
    }

    /** What the loops run on. */
    public Transport transport() {
        return transport;
    }

    /** Registers each channel on a loop that has room; to be told of its end by {@link #left}. */
    EventLoopGroup forClients() {
        return group;
    }

    /** A client's channel is closed. */
    void left(EventLoop loop) {
        chooser.left(indexOf(loop));
    }

    /** How many there are, at least 1. */
    public int size() {
        return loops.size();
    }

    /** The loop with this index, or any for a negative one. */
    public EventLoop at(int index) {
        return loops.get(index >= 0 ? index : Math.floorMod(next.getAndIncrement(), loops.size()));
    }

    /** The index of a loop of this group. There are as many as cores, so looking is cheap enough once per connection. */
    public int indexOf(EventLoop loop) {
        int index = loops.indexOf(loop);
        if (index < 0) {
            throw new IllegalArgumentException("not one of these loops: " + loop);
        }
        return index;
    }

    /** Ends the loops and closes what is left on them. */
    public Future<?> shutdown() {
        return group.shutdownGracefully(0, 5, TimeUnit.SECONDS);
    }
}

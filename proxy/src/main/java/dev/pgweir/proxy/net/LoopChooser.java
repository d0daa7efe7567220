package dev.pgweir.proxy.net;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.EventExecutorChooserFactory;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Gives each accepted client a loop. Loops are filled one after the other up to {@code worker_clients}, and from then on
 * evenly: as long as one loop can do the work, a second one would only make it dearer, since each loop then finds less
 * to do each time it wakes up, and clients meet servers of the other loop.
 *
 * <p>Called by the loop that accepts; clients leave on any loop.
 */
final class LoopChooser implements EventExecutorChooserFactory {
    private final int full;
    private volatile AtomicIntegerArray clients = new AtomicIntegerArray(0);

    /** @param full setting {@code worker_clients}, at least 1 */
    LoopChooser(int full) {
        this.full = full;
    }

    @Override
    public EventExecutorChooser newChooser(EventExecutor[] executors) {
        clients = new AtomicIntegerArray(executors.length);
        return () -> executors[choose()];
    }

    private int choose() {
        int least = 0;
        for (int i = 0; i < clients.length(); i++) {
            if (clients.get(i) < full) {
                clients.incrementAndGet(i);
                return i;
            }
            if (clients.get(i) < clients.get(least)) {
                least = i;
            }
        }
        clients.incrementAndGet(least);
        return least;
    }

    /** A client of this loop has gone. */
    void left(int loop) {
        clients.decrementAndGet(loop);
    }
}

package dev.pgweir.proxy.it;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Several clients at once, each on a thread of its own. */
final class Together {

    /** For work that waits for connections on a busy machine; what hangs must not hang the build. */
    private static final int PATIENCE_SECONDS = 60;

    /** What one of them does. */
    interface Part {
        void run(int number) throws Exception;
    }

    private Together() {}

    /** Starts them at the same moment and waits for all; throws what one of them threw. */
    static void run(int clients, Part part) throws Exception {
        List<Callable<Void>> parts = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            int number = i;
            parts.add(() -> {
                part.run(number);
                return null;
            });
        }
        run(parts);
    }

    /** The same, each with work of its own. */
    static void run(List<Callable<Void>> parts) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(parts.size());
        try {
            CountDownLatch start = new CountDownLatch(1);
            List<Future<?>> all = new ArrayList<>();
            for (Callable<Void> part : parts) {
                all.add(threads.submit(() -> {
                    start.await();
                    return part.call();
                }));
            }
            start.countDown();
            for (Future<?> one : all) {
                one.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
    }
}

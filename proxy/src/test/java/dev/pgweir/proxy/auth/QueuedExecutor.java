package dev.pgweir.proxy.auth;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** An executor that runs its tasks when the test says so, and refuses them beyond a number. */
final class QueuedExecutor implements Executor {
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final int capacity;
    private int accepted;

    QueuedExecutor(int capacity) {
        this.capacity = capacity;
    }

    @Override
    public void execute(Runnable task) {
        if (tasks.size() >= capacity) {
            throw new RejectedExecutionException("full");
        }
        accepted++;
        tasks.add(task);
    }

    /** Runs all that waits; returns how many that was. */
    int runAll() {
        int count = 0;
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
            count++;
        }
        return count;
    }

    /** How many tasks were ever taken. */
    int accepted() {
        return accepted;
    }
}

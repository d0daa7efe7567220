package dev.pgweir.proxy.net;

import io.netty.channel.embedded.EmbeddedChannel;

/**
 * An EmbeddedChannel whose event loop runs its tasks when the test says so and never in between: the original does so
 * within every write and flush, which no event loop does.
 */
public class TestChannel extends EmbeddedChannel {
    /** Runs all tasks, and those that come of them, one after the other. */
    public final void runTasks() {
        super.runPendingTasks();
    }

    /** What the original calls of its own accord: nothing. */
    @Override
    public final void runPendingTasks() {}

    /** The peer takes bytes, or it does not. */
    public final void takesBytes(boolean writable) {
        unsafe().outboundBuffer().setUserDefinedWritability(1, writable);
        runTasks();
    }
}

package dev.pgweir.proxy.admin;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** A command that changes something. Stateless. */
interface OrderCommand extends Command {
    @Override
    default boolean forAdminsOnly() {
        return true;
    }

    /**
     * Does it.
     *
     * @param notices takes what the user should know before it is done; from any thread
     * @return completes, on any thread, with the tag of CommandComplete
     * @throws ConsoleException if it cannot be done
     */
    CompletableFuture<String> run(Statement statement, ConsoleControl control, Consumer<String> notices)
            throws ConsoleException;

    /** What is done already. */
    default CompletableFuture<String> done() {
        return CompletableFuture.completedFuture(name());
    }

    /** The tag follows when {@code work} is done. Cancelling it cancels the work. */
    default CompletableFuture<String> when(CompletableFuture<Void> work) {
        CompletableFuture<String> tag = work.thenApply(nothing -> name());
        tag.whenComplete((name, failure) -> {
            if (tag.isCancelled()) {
                work.cancel(false);
            }
        });
        return tag;
    }
}
